import { describe, expect, it } from 'vitest';
import { observeStage } from '../../functions/observe/stage.ts';
import { makeTable, ScriptedFleet } from '../factories/stage-ports.ts';
import { makeInstance, makeObservation, makeRecords, makeSlot, noon } from '../factories/stored.ts';

async function makeWorld(of: Parameters<typeof makeRecords>[0] = {}) {
  const { table, clock } = await makeTable(makeRecords(of));
  const fleet = new ScriptedFleet();
  return { table, fleet, ports: { table, clock, fleet } };
}

const ofOne = { kind: 'instance', instanceId: 'i-1', at: noon } as const;

describe('an event', () => {
  it('stores what EC2 shows of the instance now, once', async () => {
    const world = await makeWorld();
    world.fleet.instances = [makeInstance({ slotNumber: 1 })];

    expect(await observeStage(world.ports, ofOne)).toEqual({ written: 1, removed: 0 });
    expect(await observeStage(world.ports, ofOne)).toEqual({ written: 0, removed: 0 });

    expect((await world.table.load('shop')).observations.get('i-1')?.instance).toEqual(makeInstance({ slotNumber: 1 }));
  });

  it('ignores machines that are not ours, and applications that were never applied', async () => {
    const world = await makeWorld();

    expect(await observeStage(world.ports, ofOne)).toMatchObject({ ignored: 'i-1' });
    world.fleet.instances = [makeInstance({ slotNumber: 1, application: 'other' })];
    expect(await observeStage(world.ports, ofOne)).toMatchObject({ ignored: 'i-1' });
  });

  it.each(['interruption', 'rebalance'] as const)('keeps a Spot %s notice', async (kind) => {
    const world = await makeWorld();
    world.fleet.instances = [makeInstance({ slotNumber: 1 })];

    await observeStage(world.ports, { kind, instanceId: 'i-1', at: noon });

    expect((await world.table.load('shop')).observations.get('i-1')).toHaveProperty(`${kind}At`);
  });
});

describe('a sweep', () => {
  it('finds what events lost, and what is no longer there', async () => {
    const world = await makeWorld({
      slots: [makeSlot({ number: 1 }), makeSlot({ number: 2 })],
      more: [makeObservation({ instance: makeInstance({ slotNumber: 2 }) })],
    });
    world.fleet.instances = [makeInstance({ slotNumber: 1 })];

    expect(await observeStage(world.ports, { kind: 'sweep' })).toEqual({ written: 2, removed: 0 });

    const { observations } = await world.table.load('shop');
    expect([...observations.values()].map(({ instance, missedSweeps }) => [instance.instanceId, missedSweeps])).toEqual(
      [
        ['i-1', 0],
        ['i-2', 1],
      ],
    );
  });

  it('asks by name for what a list lacks: a list that came back short ends nothing', async () => {
    const world = await makeWorld({
      slots: [makeSlot({ number: 1 })],
      more: [makeObservation({ instance: makeInstance({ slotNumber: 1 }) })],
    });
    world.fleet.instances = [makeInstance({ slotNumber: 1 })];
    world.fleet.list = async () => [];

    expect(await observeStage(world.ports, { kind: 'sweep', application: 'shop' })).toEqual({ written: 0, removed: 0 });
  });

  it('never reads a failed list as an empty one', async () => {
    const world = await makeWorld({
      slots: [makeSlot({ number: 1 })],
      more: [makeObservation({ instance: makeInstance({ slotNumber: 1 }) })],
    });
    world.fleet.failNext = 'list';

    await expect(observeStage(world.ports, { kind: 'sweep' })).rejects.toThrow(
      'not every application could be looked at',
    );

    expect((await world.table.load('shop')).observations.get('i-1')?.missedSweeps).toBe(0);
  });

  it('looks at the other applications when one cannot be looked at', async () => {
    const world = await makeWorld();
    const [file, head] = makeRecords({});
    if (file?.kind !== 'file' || head === undefined) throw new Error('the factory puts the file first');
    const bank = 'bank';
    await world.table.commit(bank, {
      put: [
        { ...file, application: bank, file: { ...file.file, application: bank } },
        { ...head, application: bank },
      ],
    });
    world.fleet.failNext = 'list';
    world.fleet.instances = [makeInstance({ slotNumber: 1 })];

    await expect(observeStage(world.ports, { kind: 'sweep' })).rejects.toThrow(AggregateError);

    expect((await world.table.load('shop')).observations.size).toBe(1);
  });

  it('writes 250 observations in writes that fit, and removes what has ended', async () => {
    const ended = makeObservation({ instance: makeInstance({ slotNumber: 999, state: 'terminated' }) });
    const world = await makeWorld({ more: [ended] });
    world.fleet.instances = Array.from({ length: 250 }, (_, index) => makeInstance({ slotNumber: index + 1 }));

    expect(await observeStage(world.ports, { kind: 'sweep' })).toEqual({ written: 250, removed: 1 });
    expect((await world.table.load('shop')).observations.size).toBe(250);
  });
});
