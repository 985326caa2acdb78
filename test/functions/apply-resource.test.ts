import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Dice } from '../../adapters/memory/dice.ts';
import { MemoryChance } from '../../adapters/memory/memory-chance.ts';
import { applyResource } from '../../functions/apply/apply-resource.ts';
import { makeRecordingServer } from '../factories/recording-server.ts';
import { makeTable } from '../factories/stage-ports.ts';

const cloudFormation = await makeRecordingServer();

beforeEach(() => {
  vi.spyOn(console, 'info').mockReturnValue();
  vi.spyOn(console, 'error').mockReturnValue();
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => cloudFormation.close());

/** A checked file without layers; `changes` replaces parts. */
function makeProperties(changes: object = {}) {
  const nothing = { parameters: {}, kpis: {}, layers: {}, participants: {}, limits: [] };
  return { Application: JSON.stringify({ application: 'shop', ...nothing, ...changes }), Parameters: '{}' };
}

/** Runs one request and returns what CloudFormation was answered: one answer, by PUT. */
async function answerTo(request: object, table: Awaited<ReturnType<typeof makeTable>>): Promise<unknown> {
  const before = cloudFormation.requests.length;
  const ports = { ...table, chance: new MemoryChance(new Dice('1')) };
  const ids = { StackId: 's', RequestId: 'r', LogicalResourceId: 'File', ResponseURL: `${cloudFormation.url}/answer` };
  await applyResource(ports, { ...ids, ...request });
  const answers = cloudFormation.requests.slice(before);
  expect(answers.map(({ method, path }) => `${method} ${path}`)).toEqual(['PUT /answer']);
  return JSON.parse(answers[0]?.body ?? '');
}

describe('the custom resource of an application file', () => {
  it('stores the file and is named after the application', async () => {
    const ports = await makeTable([]);
    const answer = await answerTo({ RequestType: 'Create', ResourceProperties: makeProperties() }, ports);
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'shop', StackId: 's', RequestId: 'r' });
    expect((await ports.table.load('shop')).file?.version).toBe(1);
  });

  it('writes no second version of the same file, and never a desired count', async () => {
    const ports = await makeTable([]);
    const request = { RequestType: 'Update', ResourceProperties: makeProperties() };
    await answerTo(request, ports);
    await answerTo(request, ports);
    const stored = await ports.table.load('shop');
    expect(stored.file?.version).toBe(1);
    expect(stored.desired.size).toBe(0);
  });

  it('leaves everything as it is when it is deleted', async () => {
    const ports = await makeTable([]);
    await answerTo({ RequestType: 'Create', ResourceProperties: makeProperties() }, ports);
    const changed = makeProperties({ budget: { maxHourlyUsd: 1 } });
    const deletion = { RequestType: 'Delete', PhysicalResourceId: 'shop', ResourceProperties: changed };
    expect(await answerTo(deletion, ports)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'shop' });
    expect((await ports.table.load('shop')).file?.version).toBe(1);
  });

  it.each([
    ['a parameter is wrong', { ...makeProperties(), Parameters: '{"siteName":"x"}' }, '--set siteName'],
    ['the file is none', { ...makeProperties(), Application: '[]' }, 'expected a checked application file'],
    ['there is no file', {}, 'Application: expected a text, found nothing'],
  ])('fails the deploy at once and says why, keeping its name, when %s', async (_, properties, reason) => {
    const ports = await makeTable([]);
    const request = { RequestType: 'Update', PhysicalResourceId: 'shop', ResourceProperties: properties };
    expect(await answerTo(request, ports)).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'shop',
      Reason: expect.stringContaining(reason),
    });
  });
});
