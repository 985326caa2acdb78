import { describe, expect, it } from 'vitest';
import { MemoryProbes } from '../../adapters/memory/memory-probes.ts';
import { planChanges } from '../../core/plan-changes/plan-changes.ts';
import { probeStage } from '../../functions/probe/stage.ts';
import { makeTable } from '../factories/stage-ports.ts';
import { later, makeFile, makeInstance, makeObservation, makeRecords, makeSlot } from '../factories/stored.ts';

const shop = { application: 'shop' };

async function makeWorld(
  of: {
    readonly layer?: object;
    readonly state?: 'booting' | 'in-service';
    readonly instance?: Partial<ReturnType<typeof makeInstance>>;
    readonly answers?: (privateIp: string) => boolean;
  } = {},
) {
  const { layer = { ready: { http: { port: 8080, path: '/health' } } }, state = 'booting', instance, answers } = of;
  const { table, clock } = await makeTable(
    makeRecords({
      file: makeFile({ layer }),
      slots: [1, 2].map((number) => makeSlot({ number, state, launchedAt: later(-30) })),
      more: [1, 2].map((slotNumber) => makeObservation({ instance: makeInstance({ slotNumber, ...instance }) })),
    }),
  );
  const asked: object[] = [];
  const probes = new MemoryProbes((request) => {
    asked.push(request);
    return answers?.(request.privateIp) ?? true;
  });
  return { table, asked, ports: { table, clock, probes } };
}

describe('a probe', () => {
  it('asks each booting instance at its private address until it answers, and then no more', async () => {
    const world = await makeWorld({ answers: (privateIp) => privateIp === '10.0.0.1' });

    expect(await probeStage(world.ports, shop)).toEqual({ ...shop, asked: 2, ready: 1 });
    expect(await probeStage(world.ports, shop)).toEqual({ ...shop, asked: 1, ready: 0 });

    expect(world.asked).toEqual(
      [1, 2, 2].map((number) => ({ privateIp: `10.0.0.${number}`, port: 8080, path: '/health' })),
    );
  });

  it('lets the instance join, and only the one that answered', async () => {
    const world = await makeWorld({ answers: (privateIp) => privateIp === '10.0.0.1' });

    await probeStage(world.ports, shop);

    const plan = planChanges(await world.table.load('shop'), later(1));
    expect(plan?.slots.map(({ number, state }) => [number, state])).toEqual([[1, 'joining']]);
  });

  it.each([
    ['is ready when EC2 shows it running', { layer: {} }],
    ['does not boot', { state: 'in-service' }],
    ['does not run yet', { instance: { state: 'pending' } }],
  ] as const)('does not ask an instance that %s', async (_, of) => {
    const world = await makeWorld(of);

    expect((await probeStage(world.ports, shop)).asked).toBe(0);
  });

  it('does no harm when two ask at the same time', async () => {
    const world = await makeWorld();

    await Promise.all([probeStage(world.ports, shop), probeStage(world.ports, shop)]);

    expect((await world.table.load('shop')).probes.size).toBe(2);
  });

  it('asks a thousand, a hundred at once', async () => {
    const numbers = Array.from({ length: 1000 }, (_, index) => index + 1);
    const { table, clock } = await makeTable(
      makeRecords({
        file: makeFile({ layer: { ready: { http: { port: 80 } } } }),
        slots: numbers.map((number) => makeSlot({ number, state: 'booting' })),
        more: numbers.map((slotNumber) => makeObservation({ instance: makeInstance({ slotNumber }) })),
      }),
    );
    let [now, most] = [0, 0];
    const probes = {
      answers: async () => {
        now += 1;
        most = Math.max(most, now);
        await Promise.resolve();
        now -= 1;
        return true;
      },
    };

    expect(await probeStage({ table, clock, probes }, shop)).toMatchObject({ asked: 1000, ready: 1000 });
    expect(most).toBeLessThanOrEqual(100);
  });
});
