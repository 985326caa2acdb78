import { describe, expect, it } from 'vitest';
import type { Slot } from '../../core/instance-life.ts';
import { targetGroupStage } from '../../functions/target-group/stage.ts';
import { makeParticipantWorld, targetGroupArn } from '../factories/participant-ports.ts';
import { CrashingTable, OvertakenTable } from '../factories/stage-ports.ts';
import { later, makeFile, makeSlot, noon } from '../factories/stored.ts';

const lb = { hears: ['web'], targetGroupArn, acknowledge: { withinSeconds: 120 } };
const inside = `${targetGroupArn}0`;
const notice = { application: 'shop', isTick: false };
const tick = { application: 'shop', isTick: true };

type Options = Omit<Parameters<typeof makeParticipantWorld>[0], 'file'> & { readonly participants?: object };

function makeWorld({ participants = { lb }, ...of }: Options) {
  return makeParticipantWorld({ ...of, file: makeFile({ participants }) });
}

function joining(number: number): Slot {
  return makeSlot({ number, state: 'joining', change: { event: 'joining', version: 5, at: noon } });
}

function leaving(number: number): Slot {
  return makeSlot({ number, state: 'leaving', change: { event: 'leaving', version: 5, at: noon } });
}

async function targetsOf({ ports }: Awaited<ReturnType<typeof makeWorld>>, arn = targetGroupArn) {
  const listed = await ports.targetGroups.list(arn);
  return 'targets' in listed ? Object.fromEntries(listed.targets) : listed;
}

describe('a joining instance', () => {
  it('is registered on the notice, and acknowledged when it is healthy', async () => {
    const world = await makeWorld({ slots: [joining(1)] });

    const first = await targetGroupStage(world.ports, notice);
    world.clock.advanceTo(later(15));
    const second = await targetGroupStage(world.ports, tick);

    expect(first).toMatchObject({ registered: 1, waitsFor: { lb: ['0 of 1 joining are healthy'] } });
    expect(second).toMatchObject({ registered: 0, waitsFor: {} });
    expect((await world.hear()).get('lb')).toMatchObject({ membershipVersion: 5 });
  });

  it('is looked at again soon after a notice, and after ticks by the ticks that come anyway', async () => {
    const world = await makeWorld({ slots: [joining(1)] });

    await targetGroupStage(world.ports, notice);
    await targetGroupStage(world.ports, tick);

    expect(world.delays).toEqual([5, 10]);
  });

  it('may be told of twice, late, and by two at a time', async () => {
    const world = await makeWorld({ slots: [joining(1), joining(2)] });

    await Promise.all([targetGroupStage(world.ports, notice), targetGroupStage(world.ports, notice)]);
    world.clock.advanceTo(later(15));
    await Promise.all([targetGroupStage(world.ports, tick), targetGroupStage(world.ports, tick)]);
    await world.hear();
    await targetGroupStage(world.ports, notice);

    expect(await targetsOf(world)).toEqual({ 'i-1': 'healthy', 'i-2': 'healthy' });
    expect(world.replies).toEqual([]);
    expect((await world.hear()).get('lb')?.version).toBe(1);
  });

  it('that cannot be registered is reported, and does not keep the others out', async () => {
    const world = await makeWorld({
      slots: [joining(1), joining(2)],
      balancers: { isRunning: (instanceId) => instanceId !== 'i-2' },
    });

    const report = await targetGroupStage(world.ports, notice);
    await targetGroupStage(world.ports, tick);

    expect(report.waitsFor['lb']).toContain('InvalidTarget: i-2 does not run');
    expect(await targetsOf(world)).toEqual({ 'i-1': 'initial' });
    expect((await world.hear()).get('lb')?.failed).toMatchObject({ message: 'InvalidTarget: i-2 does not run' });
  });

  it('is stored before it is registered: after a crash between the two nothing is forgotten', async () => {
    const world = await makeWorld({ slots: [joining(1)] });
    const crashing = { ...world.ports, table: new CrashingTable(world.table) };

    await expect(targetGroupStage(crashing, notice)).rejects.toThrow(AggregateError);

    expect(await targetsOf(world)).toEqual({});
  });
});

describe('more than twenty at once', () => {
  it('are all in the list: 150 join in one step', async () => {
    const slots = Array.from({ length: 150 }, (_, index) => joining(index + 1));
    const world = await makeWorld({ slots });

    await targetGroupStage(world.ports, notice);
    world.clock.advanceTo(later(15));
    const report = await targetGroupStage(world.ports, tick);

    expect(Object.keys(await targetsOf(world))).toHaveLength(150);
    expect(report.waitsFor).toEqual({});
  });
});

describe('a leaving instance', () => {
  it('is taken out, and acknowledged when it has drained', async () => {
    const world = await makeWorld({ slots: [leaving(1)], balancers: { drainSeconds: 40 } });
    await world.ports.targetGroups.register(targetGroupArn, ['i-1']);

    const first = await targetGroupStage(world.ports, notice);
    world.clock.advanceTo(later(39));
    await targetGroupStage(world.ports, tick);
    expect((await world.hear()).size).toBe(0);
    world.clock.advanceTo(later(40));
    await targetGroupStage(world.ports, tick);

    expect(first).toMatchObject({ deregistered: 1, waitsFor: { lb: ['1 of 1 leaving have not drained'] } });
    expect((await world.hear()).get('lb')?.membershipVersion).toBe(5);
  });
});

describe('a dead backend', () => {
  it('is not listed after scale-in, though its notice was lost and its slot is forgotten', async () => {
    const world = await makeWorld({ slots: [joining(1), joining(2)] });
    await targetGroupStage(world.ports, notice);
    const { slots, head } = await world.table.load('shop');
    if (head === undefined) throw new Error('no head');
    await world.table.commit('shop', {
      put: [{ ...head, version: head.version + 1 }],
      remove: slots.filter(({ slot }) => slot.number === 2),
    });

    await targetGroupStage(world.ports, tick);
    world.clock.advanceTo(later(60));
    await targetGroupStage(world.ports, tick);

    expect(await targetsOf(world)).toEqual({ 'i-1': 'healthy' });
    expect((await world.table.load('shop')).targets.get('lb')?.instanceIds).toEqual(['i-1']);
  });
});

describe('several target groups of one layer', () => {
  const participants = { lb, inside: { ...lb, targetGroupArn: inside } };

  it('are several participants, each with its own answer', async () => {
    const world = await makeWorld({ slots: [joining(1)], participants });

    await targetGroupStage(world.ports, notice);
    world.clock.advanceTo(later(15));
    await targetGroupStage(world.ports, tick);

    expect(await targetsOf(world, inside)).toEqual({ 'i-1': 'healthy' });
    expect([...(await world.hear()).keys()].toSorted()).toEqual(['inside', 'lb']);
  });

  it('do not wait for each other when one does not exist: that one is reported', async () => {
    const world = await makeWorld({
      slots: [joining(1)],
      participants,
      balancers: { groups: new Set([inside]) },
    });

    await targetGroupStage(world.ports, notice);
    world.clock.advanceTo(later(15));
    await targetGroupStage(world.ports, tick);

    const answers = await world.hear();
    expect(answers.get('inside')?.membershipVersion).toBe(5);
    expect(answers.get('lb')).toMatchObject({
      membershipVersion: 0,
      failed: { message: expect.stringContaining('no target group') },
    });
  });

  it('are all looked after when one cannot be reached, and the run is tried again', async () => {
    const world = await makeWorld({ slots: [joining(1)], participants });
    const { targetGroups } = world.ports;
    const throttled = {
      list: (arn: string) =>
        arn === targetGroupArn ? Promise.reject(new Error('Throttling')) : targetGroups.list(arn),
      register: targetGroups.register.bind(targetGroups),
      deregister: targetGroups.deregister.bind(targetGroups),
    };

    await expect(targetGroupStage({ ...world.ports, targetGroups: throttled }, notice)).rejects.toThrow(
      'target groups of shop are not as they should be',
    );

    expect(await targetsOf(world, inside)).toEqual({ 'i-1': 'initial' });
  });
});

describe('another run at the same time', () => {
  it('makes this one look again', async () => {
    const world = await makeWorld({ slots: [joining(1)] });
    const table = new OvertakenTable(world.table, 2);

    expect(await targetGroupStage({ ...world.ports, table }, notice)).toMatchObject({ registered: 1 });
  });

  it('is given way to in the end', async () => {
    const world = await makeWorld({ slots: [joining(1)] });
    const table = new OvertakenTable(world.table, Number.POSITIVE_INFINITY);

    await expect(targetGroupStage({ ...world.ports, table }, notice)).rejects.toThrow(AggregateError);
  });
});

it('lets an application be that has no target group, or is not known', async () => {
  const world = await makeWorld({ slots: [joining(1)], participants: { billing: { hears: ['*'] } } });

  expect(await targetGroupStage(world.ports, notice)).toMatchObject({ registered: 0, waitsFor: {} });
  expect(await targetGroupStage(world.ports, { ...notice, application: 'other' })).toMatchObject({ registered: 0 });
});
