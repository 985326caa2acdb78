import { afterEach, describe, expect, it, vi } from 'vitest';
import { ssmClient } from '../../adapters/aws/clients.ts';
import { SsmKillSwitch } from '../../adapters/aws/ssm-kill-switch.ts';
import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { later, noon } from '../factories/stored.ts';
import { type Answer, jsonError, startFakeAws } from './fake-aws.ts';

afterEach(() => vi.unstubAllEnvs());

async function makeSwitch(answer: Answer) {
  const aws = await startFakeAws(answer);
  const clock = new MemoryClock(noon);
  const killSwitch = new SsmKillSwitch({ client: ssmClient(), clock, parameterName: '/Concertina/kill-switch' });
  return { aws, clock, killSwitch };
}

const holding =
  (value: string): Answer =>
  () => ({ body: { Parameter: { Value: value } } });

describe('the kill switch in SSM', () => {
  it.each([
    ['run', false],
    [' run\n', false],
    ['stop', true],
    ['STOP!', true],
    ['', true],
  ])('that holds %j means stopped: %s', async (value, isStopped) => {
    const { aws, killSwitch } = await makeSwitch(holding(value));

    expect(await killSwitch.isStopped()).toBe(isStopped);
    expect(aws.requests.map(({ input }) => input['Name'])).toEqual(['/Concertina/kill-switch']);
    await aws.stop();
  });

  it('that somebody deleted means stopped', async () => {
    const { aws, killSwitch } = await makeSwitch(() => jsonError('ParameterNotFound'));

    expect(await killSwitch.isStopped()).toBe(true);
    await aws.stop();
  });

  it('that cannot be read is an error, never an answer', async () => {
    const { aws, killSwitch } = await makeSwitch(() => jsonError('AccessDeniedException'));

    await expect(killSwitch.isStopped()).rejects.toThrow('the kill switch /Concertina/kill-switch cannot be read');
    await aws.stop();
  });

  it('is asked again after 15 seconds, so that throwing it acts by then', async () => {
    const values = ['run', 'stop', 'run'];
    const { aws, clock, killSwitch } = await makeSwitch((_, times) => ({
      body: { Parameter: { Value: values[times - 1] } },
    }));

    const seen: boolean[] = [await killSwitch.isStopped()];
    for (const seconds of [14, 15, 29, 30]) {
      clock.advanceTo(later(seconds));
      seen.push(await killSwitch.isStopped());
    }

    expect(seen).toEqual([false, false, true, true, false]);
    expect(aws.requests).toHaveLength(3);
    await aws.stop();
  });
});
