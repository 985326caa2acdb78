import { describe, expect, it } from 'vitest';
import { loadBalancingClient } from '../../adapters/aws/clients.ts';
import { ElbTargetGroups } from '../../adapters/aws/elb-target-groups.ts';
import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { MemoryTargetGroups } from '../../adapters/memory/memory-target-groups.ts';
import { addSeconds } from '../../core/amounts.ts';
import { targetGroupArn } from '../factories/participant-ports.ts';
import { noon } from '../factories/stored.ts';
import { ec2Error, startFakeAws, type WireAnswer, type WireRequest } from './fake-aws.ts';
import { targetGroupsContract } from './target-groups-contract.ts';

targetGroupsContract('MemoryTargetGroups', async () => {
  const clock = new MemoryClock(noon);
  const targetGroups = new MemoryTargetGroups({
    clock,
    isRunning: (instanceId) => instanceId !== 'i-stopped',
    groups: new Set([targetGroupArn]),
  });
  return { targetGroups, wait: () => clock.advanceTo(addSeconds(clock.now(), 60)), stop: async () => {} };
});

/** A group as Elastic Load Balancing answers for it on the wire. */
class WireGroup {
  readonly states = new Map<string, string>();

  answer({ operation, input }: WireRequest): WireAnswer {
    if (input['TargetGroupArn'] !== targetGroupArn)
      return elbError('TargetGroupNotFound', 'One or more target groups not found');
    const ids = Object.entries(input).flatMap(([key, value]) =>
      /^Targets\.member\.\d+\.Id$/.test(key) ? [String(value)] : [],
    );
    if (operation === 'RegisterTargets') return this.#register(ids);
    if (operation === 'DeregisterTargets') return this.#deregister(ids);
    const members = [...this.states].map(
      ([id, state]) =>
        `<member><Target><Id>${id}</Id><Port>80</Port></Target><TargetHealth><State>${state}</State></TargetHealth></member>`,
    );
    return answered('DescribeTargetHealth', `<TargetHealthDescriptions>${members.join('')}</TargetHealthDescriptions>`);
  }

  wait(): void {
    for (const [id, state] of this.states)
      if (state === 'draining') this.states.delete(id);
      else this.states.set(id, 'healthy');
  }

  #register(ids: readonly string[]): WireAnswer {
    if (ids.includes('i-stopped')) return elbError('InvalidTarget', "not in a running state: 'i-stopped'");
    for (const id of ids) if (this.states.get(id) !== 'healthy') this.states.set(id, 'initial');
    return answered('RegisterTargets', '');
  }

  #deregister(ids: readonly string[]): WireAnswer {
    for (const id of ids) if (this.states.has(id)) this.states.set(id, 'draining');
    return answered('DeregisterTargets', '');
  }
}

function answered(operation: string, result: string): WireAnswer {
  return { body: `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>` };
}

function elbError(code: string, message: string): WireAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status: 400, body: `<ErrorResponse>${error}<RequestId>1</RequestId></ErrorResponse>` };
}

targetGroupsContract('ElbTargetGroups', async () => {
  const group = new WireGroup();
  const aws = await startFakeAws((request) => group.answer(request));
  return {
    targetGroups: new ElbTargetGroups({ client: loadBalancingClient() }),
    wait: () => group.wait(),
    stop: aws.stop,
  };
});

describe('ElbTargetGroups', () => {
  async function startGroup(answer: (request: WireRequest) => WireAnswer) {
    const aws = await startFakeAws(answer);
    return { aws, targetGroups: new ElbTargetGroups({ client: loadBalancingClient() }) };
  }

  it('names instances by id at the port of the group, a hundred a call', async () => {
    const { aws, targetGroups } = await startGroup(({ operation }) => answered(operation, ''));

    await targetGroups.register(
      targetGroupArn,
      Array.from({ length: 101 }, (_, index) => `i-${index}`),
    );

    expect(aws.requests.map(({ operation }) => operation)).toEqual(['RegisterTargets', 'RegisterTargets']);
    expect(aws.requests[1]?.input).toMatchObject({ TargetGroupArn: targetGroupArn, 'Targets.member.1.Id': 'i-100' });
    expect(aws.requests[1]?.input).not.toHaveProperty('Targets.member.1.Port');
    await aws.stop();
  });

  it.each([
    ['unhealthy.draining', 'draining'],
    ['something new', 'unavailable'],
    ['unused', 'unused'],
  ])('takes the state %s for %s', async (state, health) => {
    const group = new WireGroup();
    group.states.set('i-1', state);
    const { aws, targetGroups } = await startGroup((request) => group.answer(request));

    expect(await targetGroups.list(targetGroupArn)).toEqual({ targets: new Map([['i-1', health]]) });
    await aws.stop();
  });

  it('says which quota is reached, without trying halves', async () => {
    const { aws, targetGroups } = await startGroup(() => elbError('TooManyTargets', 'too many'));

    expect(await targetGroups.register(targetGroupArn, ['i-1', 'i-2'])).toEqual({
      refused: ['i-1, i-2: TooManyTargets: too many'],
    });
    expect(aws.requests).toHaveLength(1);
    await aws.stop();
  });

  it.each(['Throttling', 'AccessDenied'])('throws when it is refused with %s: nothing is known then', async (code) => {
    const { aws, targetGroups } = await startGroup(() =>
      code === 'Throttling' ? elbError(code, 'slow down') : ec2Error(code),
    );

    await expect(targetGroups.list(targetGroupArn)).rejects.toThrow();
    await expect(targetGroups.register(targetGroupArn, ['i-1'])).rejects.toThrow();
    await expect(targetGroups.deregister(targetGroupArn, ['i-1'])).rejects.toThrow();
    await aws.stop();
  });
});
