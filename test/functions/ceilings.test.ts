import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryKillSwitch } from '../../adapters/memory/memory-kill-switch.ts';
import type { Ceilings } from '../../core/ceilings.ts';
import { type StoredRecord, wholeAccount } from '../../core/records.ts';
import { reconcileStage } from '../../functions/reconcile/stage.ts';
import { makeTable, ScriptedFleet } from '../factories/stage-ports.ts';
import { makeFile, makeInstance, makeObservation, makeRecords, makeSlot } from '../factories/stored.ts';

/** An application that desires so many of `web`, at 0.0816 USD each; none is there yet unless told. */
function application(name: string, of: Parameters<typeof makeRecords>[0]): readonly StoredRecord[] {
  return makeRecords({ file: makeFile({ count: { max: 100 } }), ...of }).map((record) => ({
    ...record,
    application: name,
  }));
}

async function makeWorld(desired: Readonly<Record<string, number>>) {
  const { table, clock } = await makeTable([]);
  for (const [name, count] of Object.entries(desired))
    await table.commit(name, { put: application(name, { desired: count }) });
  const fleet = new ScriptedFleet();
  const ports = { table, clock, fleet, killSwitch: new MemoryKillSwitch() };
  return {
    ...ports,
    names: Object.keys(desired),
    reconcile: (name: string, ceilings: Ceilings) => reconcileStage(ports, name, { ceilings }),
    noted: async () => (await table.load(wholeAccount)).usage?.taken ?? {},
    slotsOf: async (name: string) => (await table.load(name)).slots.filter(({ slot }) => slot.state !== 'gone').length,
    desire: async (name: string, count: number) => {
      const before = (await table.load(name)).desired.get('web');
      if (before === undefined) throw new Error(`${name} desires nothing`);
      await table.commit(name, { put: [{ ...before, version: before.version + 1, count }] });
    },
  };
}

type World = Awaited<ReturnType<typeof makeWorld>>;

async function totalOf({ names, slotsOf }: World): Promise<number> {
  return (await Promise.all(names.map(slotsOf))).reduce((sum, count) => sum + count, 0);
}

const eight = { mostInstances: 8, mostHourlyUsd: 100 };

describe('under the ceilings of an account, reconcile', () => {
  it('never lets two applications take the last places together, though both decisions were made', async () => {
    const world = await makeWorld({ shop: 6, blog: 6 });

    const reports = await Promise.all(world.names.map((name) => world.reconcile(name, eight)));

    expect(await totalOf(world)).toBe(8);
    expect(reports.reduce((sum, { launched }) => sum + launched, 0)).toBe(8);
    expect(reports.flatMap(({ atCeiling }) => atCeiling)).toContain('web');
  });

  it('notes what each application takes, and gives it back when its machines are gone', async () => {
    const world = await makeWorld({ shop: 6, blog: 6 });
    await world.reconcile('shop', eight);
    expect(await world.reconcile('blog', eight)).toMatchObject({ launched: 2, atCeiling: ['web'] });
    expect(await world.noted()).toEqual({
      shop: { instances: 6, hourlyUsd: expect.closeTo(6 * 0.0816) },
      blog: { instances: 2, hourlyUsd: expect.closeTo(2 * 0.0816) },
    });

    await world.desire('shop', 0);
    await world.reconcile('shop', eight);
    expect(await world.reconcile('blog', eight)).toMatchObject({ launched: 0 });
    await endAll(world, 'shop');

    expect(await world.noted()).not.toHaveProperty('shop');
    expect(await world.reconcile('blog', eight)).toMatchObject({ launched: 4, atCeiling: [] });
  });

  it('bounds dollars by the prices of the revisions', async () => {
    const world = await makeWorld({ shop: 6, blog: 6 });
    const ceilings = { mostInstances: 100, mostHourlyUsd: 0.0816 * 7 };

    await Promise.all(world.names.map((name) => world.reconcile(name, ceilings)));

    expect(await totalOf(world)).toBe(7);
  });

  it('holds the places of a launch whose answer was lost', async () => {
    const world = await makeWorld({ shop: 6, blog: 6 });
    world.fleet.failNext = 'answer';

    await expect(world.reconcile('shop', eight)).rejects.toThrow('no known outcome');

    expect(await world.reconcile('blog', eight)).toMatchObject({ launched: 2 });
  });

  it('counts machines that were there before anything was noted', async () => {
    const world = await makeWorld({ blog: 6 });
    const slots = [1, 2, 3, 4, 5].map((number) => makeSlot({ number }));
    await world.table.commit('shop', { put: application('shop', { desired: 5, slots }) });

    await world.reconcile('shop', eight);

    expect(await world.reconcile('blog', eight)).toMatchObject({ launched: 3, atCeiling: ['web'] });
  });

  it('writes nothing of the account while nothing changes', async () => {
    const world = await makeWorld({ shop: 3 });
    await world.reconcile('shop', eight);
    const { usage } = await world.table.load(wholeAccount);

    await world.reconcile('shop', eight);

    expect((await world.table.load(wholeAccount)).usage).toEqual(usage);
  });

  it('leaves the account alone where there are no ceilings', async () => {
    const world = await makeWorld({ shop: 9 });

    expect(await reconcileStage(world, 'shop')).toMatchObject({ launched: 9, atCeiling: [] });
    expect(await world.noted()).toEqual({});
  });

  it('holds for any wishes of three applications, in any order and at once', async () => {
    const wishes = fc.array(fc.tuple(fc.constantFrom('shop', 'blog', 'docs'), fc.integer({ min: 0, max: 12 })), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(wishes, async (steps) => {
        const world = await makeWorld({ shop: 4, blog: 4, docs: 4 });
        for (const [name, count] of steps) {
          await world.desire(name, count);
          await Promise.all([...world.names, name].map((each) => world.reconcile(each, eight)));
          expect(await totalOf(world)).toBeLessThanOrEqual(8);
        }
      }),
      { numRuns: 40 },
    );
  });
});

/** EC2 says of every machine of an application that it is gone, and reconcile hears it. */
async function endAll({ table, reconcile }: World, name: string): Promise<void> {
  const { slots } = await table.load(name);
  const put = slots.map(({ slot: { number, instanceId = '' } }) => ({
    ...makeObservation({ instance: makeInstance({ slotNumber: number, instanceId, state: 'terminated' }) }),
    application: name,
  }));
  await table.commit(name, { put });
  await reconcile(name, eight);
}
