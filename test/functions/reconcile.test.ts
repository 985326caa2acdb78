import { describe, expect, it } from 'vitest';
import { MemoryKillSwitch } from '../../adapters/memory/memory-kill-switch.ts';
import type { Slot } from '../../core/instance-life.ts';
import { reconcileStage } from '../../functions/reconcile/stage.ts';
import { makeTable, OvertakenTable, ScriptedFleet } from '../factories/stage-ports.ts';
import { later, makeFile, makeInstance, makeObservation, makeRecords, makeSlot } from '../factories/stored.ts';

async function makeWorld(of: Parameters<typeof makeRecords>[0]) {
  const { table, clock } = await makeTable(makeRecords(of));
  const fleet = new ScriptedFleet();
  const killSwitch = new MemoryKillSwitch();
  const slots = async (): Promise<readonly Slot[]> => (await table.load('shop')).slots.map(({ slot }) => slot);
  return { table, clock, fleet, killSwitch, slots, ports: { table, clock, fleet, killSwitch } };
}

function states(slots: readonly Slot[]): readonly string[] {
  return slots.map((slot) => `${slot.number} ${slot.state}`);
}

describe('reconcile', () => {
  it('stores every intent before its call and the answer after it', async () => {
    const world = await makeWorld({ desired: 3 });
    const storedAtCall: (readonly string[])[] = [];
    const launch = world.fleet.launch.bind(world.fleet);
    world.fleet.launch = async (request) => {
      storedAtCall.push(states(await world.slots()));
      return launch(request);
    };

    const report = await reconcileStage(world.ports, 'shop');

    expect(storedAtCall).toEqual([
      ['1 launching', '2 launching', '3 launching'],
      ['1 booting', '2 booting', '3 launching'],
    ]);
    expect(states(await world.slots())).toEqual(['1 booting', '2 booting', '3 booting']);
    expect(report).toMatchObject({ launched: 3, refused: 0, terminated: 0 });
  });

  it('calls nothing more after a call that hung, and plans the rest anew', async () => {
    const world = await makeWorld({ desired: 3 });
    const launch = world.fleet.launch.bind(world.fleet);
    world.fleet.launch = async (request) => {
      world.clock.advanceTo(later(20));
      return launch(request);
    };

    expect(await reconcileStage(world.ports, 'shop')).toMatchObject({ launched: 2 });
    expect(states(await world.slots())).toEqual(['1 booting', '2 booting', '3 launching']);
    world.fleet.launch = launch;
    world.clock.advanceTo(later(31));

    expect(await reconcileStage(world.ports, 'shop')).toMatchObject({ launched: 1 });
    expect(world.fleet.instances).toHaveLength(3);
  });

  it('does nothing the second time: two deliveries, one effect', async () => {
    const world = await makeWorld({ desired: 3 });
    await reconcileStage(world.ports, 'shop');

    const report = await reconcileStage(world.ports, 'shop');

    expect(report).toMatchObject({ passes: 0, rows: 0, launched: 0 });
    expect(world.fleet.instances).toHaveLength(3);
  });

  it('launches once when two runs meet', async () => {
    const world = await makeWorld({ desired: 8, file: makeFile({ count: { max: 20 } }) });

    await Promise.all(Array.from({ length: 5 }, () => reconcileStage(world.ports, 'shop')));

    expect(world.fleet.instances).toHaveLength(8);
    expect(states(await world.slots()).every((state) => state.endsWith('booting'))).toBe(true);
  });

  it.each(['launch', 'answer'] as const)(
    'throws when a %s has no known outcome, makes the other calls all the same, and repeats it with its token later',
    async (call) => {
      const world = await makeWorld({ desired: 2 });
      world.fleet.failNext = call;

      await expect(reconcileStage(world.ports, 'shop')).rejects.toThrow('EC2 calls for shop have no known outcome');
      expect(states(await world.slots())).toEqual(['1 launching', '2 booting']);
      expect((await reconcileStage(world.ports, 'shop')).launched).toBe(0);
      world.clock.advanceTo(later(30));
      await reconcileStage(world.ports, 'shop');

      expect(states(await world.slots())).toEqual(['1 booting', '2 booting']);
      expect(world.fleet.instances).toHaveLength(2);
    },
  );

  it('takes a refusal as an answer: tries the other zone at once and remembers', async () => {
    const world = await makeWorld({ desired: 2 });
    const launch = world.fleet.launch.bind(world.fleet);
    world.fleet.launch = async (request) => {
      world.fleet.capacity = request.placement.zone === 'zone-a' ? 0 : 9;
      return launch(request);
    };

    const report = await reconcileStage(world.ports, 'shop');

    expect(report).toMatchObject({ launched: 2, refused: 1 });
    const stored = await world.table.load('shop');
    expect(stored.refusals).toMatchObject([{ zone: 'zone-a', attempts: 1 }]);
    expect(stored.slots.map(({ slot }) => slot.placement.zone)).toEqual(['zone-b', 'zone-b']);
  });

  it('terminates only what it has stored as terminating, and again when that failed', async () => {
    const leaving = makeSlot({
      number: 1,
      state: 'leaving',
      since: later(-60),
      change: { event: 'leaving', version: 5, at: later(-60) },
    });
    const world = await makeWorld({
      desired: 0,
      slots: [leaving],
      more: [makeObservation({ instance: makeInstance({ slotNumber: 1 }) })],
    });
    world.fleet.failNext = 'terminate';

    await expect(reconcileStage(world.ports, 'shop')).rejects.toThrow(AggregateError);
    expect(states(await world.slots())).toEqual(['1 terminating']);
    expect(world.fleet.terminated).toEqual([]);
    world.clock.advanceTo(later(30));
    await reconcileStage(world.ports, 'shop');

    expect(world.fleet.terminated).toEqual(['i-1']);
  });

  it('reads again when another writer was faster, and gives up with a clear error when it always is', async () => {
    const world = await makeWorld({ desired: 1 });
    const overtaken = new OvertakenTable(world.table, 3);

    await reconcileStage({ ...world.ports, table: overtaken }, 'shop');

    expect(states(await world.slots())).toEqual(['1 booting']);
    const always = await makeWorld({ desired: 1 });
    const afterTwo = new OvertakenTable(always.table, Number.POSITIVE_INFINITY, 2);
    await expect(reconcileStage({ ...always.ports, table: afterTwo }, 'shop')).rejects.toThrow(AggregateError);
  });

  it('lets an unknown application be', async () => {
    const world = await makeWorld({});

    expect(await reconcileStage(world.ports, 'other')).toMatchObject({ application: 'other', passes: 0 });
  });

  it('carries 300 machines in one run, in writes that fit', async () => {
    const world = await makeWorld({ desired: 300, file: makeFile({ count: { max: 300 } }) });

    const report = await reconcileStage(world.ports, 'shop');

    expect(report.launched).toBe(300);
    expect(world.fleet.instances).toHaveLength(300);
  });
});
