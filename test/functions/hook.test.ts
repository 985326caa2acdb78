import { describe, expect, it } from 'vitest';
import type { RunCommand } from '../../adapters/memory/memory-commands.ts';
import { MemoryReplies } from '../../adapters/memory/memory-replies.ts';
import type { Slot } from '../../core/instance-life.ts';
import { hookStage } from '../../functions/hook/stage.ts';
import { makeParticipantWorld } from '../factories/participant-ports.ts';
import { OvertakenTable } from '../factories/stage-ports.ts';
import { later, makeFile, makeSlot, noon } from '../factories/stored.ts';

const notice = { application: 'shop', isTick: false };
const tick = { application: 'shop', isTick: true };
const rebalance = { joined: '/opt/shop/rebalance.sh', leaving: '/opt/shop/evict.sh' };

function joined(number: number, version = 5): Slot {
  return makeSlot({ number, change: { event: 'joined', version, at: noon } });
}

/** Participant `web`, whose hook runs on its own layer: two in service, of which the second has just joined. */
function makeWorld(
  of: {
    readonly hook?: object;
    readonly acknowledge?: object;
    readonly run?: RunCommand;
    readonly slots?: readonly Slot[];
  } = {},
) {
  const { hook = rebalance, acknowledge = { withinSeconds: 300 }, slots = [makeSlot({ number: 1 }), joined(2)] } = of;
  const file = makeFile({ participants: { web: { hears: ['web'], hook, acknowledge } } });
  return makeParticipantWorld({ file, slots, ...(of.run && { run: of.run }) });
}

/** Fails on one instance, so many times. */
function failing(instanceId: string, times = Number.POSITIVE_INFINITY): RunCommand {
  let failures = 0;
  return (_, runsOn) => {
    if (runsOn !== instanceId || failures >= times)
      return { status: 'succeeded', exitStatus: 0, seconds: 2, output: '' };
    failures += 1;
    return { status: 'failed', exitStatus: 3, seconds: 2, output: 'no space left\n' };
  };
}

describe('a hook', () => {
  it('runs on every instance in service on the notice, and is acknowledged when it succeeded', async () => {
    const world = await makeWorld();

    const first = await hookStage(world.ports, notice);
    world.clock.advanceTo(later(3));
    const second = await hookStage(world.ports, tick);

    expect(first).toEqual({ application: 'shop', sent: 2, running: ['web'] });
    expect(second).toEqual({ application: 'shop', sent: 0, running: [] });
    expect(world.ports.commands.sent).toMatchObject([
      {
        instanceIds: ['i-1', 'i-2'],
        timeoutSeconds: 300,
        comment: 'Concertina shop web: joined web, membership 5',
        script: expect.stringContaining('/opt/shop/rebalance.sh'),
      },
    ]);
    expect((await world.hear()).get('web')).toMatchObject({
      membershipVersion: 5,
      runs: [
        { instanceId: 'i-1', event: 'joined', layer: 'web', status: 'succeeded', exitStatus: 0, seconds: 2 },
        { instanceId: 'i-2' },
      ],
    });
  });

  it('is looked at again soon after a notice, and after ticks by the ticks that come anyway', async () => {
    const world = await makeWorld();

    await hookStage(world.ports, notice);
    await hookStage(world.ports, tick);

    expect(world.delays).toEqual([3, 8]);
  });

  it('runs once for a version, whoever wakes it and however often', async () => {
    const world = await makeWorld();

    await Promise.all([hookStage(world.ports, notice), hookStage(world.ports, notice)]);
    world.clock.advanceTo(later(3));
    await Promise.all([hookStage(world.ports, tick), hookStage(world.ports, notice)]);
    await world.hear();
    await hookStage(world.ports, notice);

    const tokens = world.ports.commands.sent.map(({ script }) => /mkdir ([0-9a-f]{32})/.exec(script)?.[1]);
    expect(new Set(tokens).size).toBe(1);
    expect((await world.hear()).get('web')?.version).toBe(1);
  });

  it('sends its command again, under the same token, when it crashed before it stored that it was sent', async () => {
    const world = await makeWorld();
    const table = new OvertakenTable(world.table, Number.POSITIVE_INFINITY, 2);
    await hookStage({ ...world.ports, table }, notice);
    const before = world.ports.commands.sent.length;

    await hookStage(world.ports, tick);

    const tokens = world.ports.commands.sent.map(({ script }) => /mkdir ([0-9a-f]{32})/.exec(script)?.[1]);
    expect(world.ports.commands.sent.length).toBe(before + 1);
    expect(new Set(tokens).size).toBe(1);
  });

  it('runs its steps one after the other', async () => {
    const leaving = makeSlot({ number: 3, state: 'leaving', change: { event: 'leaving', version: 4, at: noon } });
    const world = await makeWorld({ slots: [makeSlot({ number: 1 }), joined(2), leaving] });

    await hookStage(world.ports, notice);
    expect(world.ports.commands.sent).toHaveLength(1);
    world.clock.advanceTo(later(3));
    await hookStage(world.ports, tick);

    expect(world.ports.commands.sent.map(({ comment }) => comment)).toEqual([
      'Concertina shop web: leaving web, membership 5',
      'Concertina shop web: joined web, membership 5',
    ]);
  });

  it('acknowledges at once what it has no command for, and what nobody is there to run', async () => {
    const world = await makeWorld({ hook: { left: 'x' } });
    await hookStage(world.ports, notice);
    expect((await world.hear()).get('web')?.membershipVersion).toBe(5);

    const first = makeSlot({ number: 1, state: 'joining', change: { event: 'joining', version: 5, at: noon } });
    const empty = await makeWorld({ hook: { joining: 'x' }, slots: [first] });
    await hookStage(empty.ports, notice);
    expect((await empty.hear()).get('web')?.membershipVersion).toBe(5);
    expect(empty.ports.commands.sent).toEqual([]);
  });

  it('says again what was not heard', async () => {
    const world = await makeWorld();
    await hookStage(world.ports, notice);
    world.clock.advanceTo(later(3));
    const lost = { ...world.ports, replies: new MemoryReplies(() => {}) };
    await hookStage(lost, tick);

    await hookStage(world.ports, tick);

    expect((await world.hear()).get('web')?.membershipVersion).toBe(5);
  });
});

describe('a failure', () => {
  it('of a hook is not ignored: the change waits, and people can read why', async () => {
    const world = await makeWorld({ hook: { ...rebalance, onFailure: 'stop' }, run: failing('i-2') });

    await hookStage(world.ports, notice);
    world.clock.advanceTo(later(3));
    await hookStage(world.ports, tick);

    expect((await world.hear()).get('web')).toMatchObject({
      membershipVersion: 0,
      failed: { membershipVersion: 5, message: 'joined web failed on 1 instance: i-2 exit 3 (no space left)' },
      runs: [{ instanceId: 'i-2', status: 'failed', exitStatus: 3 }, { instanceId: 'i-1' }],
    });
  });

  it('is tried again where it failed, and only there', async () => {
    const world = await makeWorld({ run: failing('i-2', 1) });

    for (const seconds of [0, 3, 6, 9]) {
      world.clock.advanceTo(later(seconds));
      await hookStage(world.ports, tick);
    }

    expect(world.ports.commands.sent.map(({ instanceIds }) => instanceIds)).toEqual([['i-1', 'i-2'], ['i-2']]);
    expect((await world.hear()).get('web')?.membershipVersion).toBe(5);
  });

  it('that does not end is given up after as many retries as are allowed', async () => {
    const world = await makeWorld({ hook: { ...rebalance, retries: 2 }, run: failing('i-2') });

    for (let seconds = 0; seconds < 60; seconds += 3) {
      world.clock.advanceTo(later(seconds));
      await hookStage(world.ports, tick);
    }

    expect(world.ports.commands.sent).toHaveLength(3);
    expect((await world.hear()).get('web')?.failed?.membershipVersion).toBe(5);
  });

  it('does not block the next change: it runs again with the newest membership', async () => {
    const world = await makeWorld({ hook: { ...rebalance, onFailure: 'stop' }, run: failing('i-2', 1) });
    await hookStage(world.ports, notice);
    world.clock.advanceTo(later(3));
    await hookStage(world.ports, tick);
    await world.hear();
    const { head, slots } = await world.table.load('shop');
    if (head === undefined || slots[0] === undefined) throw new Error('nothing stored');
    await world.table.commit('shop', {
      put: [
        { ...head, version: head.version + 1, membershipVersion: 6 },
        { ...slots[0], version: 2, slot: joined(1, 6) },
      ],
    });

    await hookStage(world.ports, notice);
    world.clock.advanceTo(later(6));
    await hookStage(world.ports, tick);
    expect(world.ports.commands.sent).toHaveLength(2);

    expect((await world.hear()).get('web')?.membershipVersion).toBe(6);
  });

  it('of one hook does not keep another from running', async () => {
    const participants = {
      web: { hears: ['web'], hook: rebalance },
      other: { hears: ['web'], hook: { ...rebalance, on: 'web' } },
    };
    const world = await makeParticipantWorld({ file: makeFile({ participants }), slots: [joined(1)] });
    const { commands } = world.ports;
    const throttled = {
      send: (request: Parameters<typeof commands.send>[0]) =>
        request.comment.includes(' web:') ? Promise.reject(new Error('Throttling')) : commands.send(request),
      outcomes: commands.outcomes.bind(commands),
    };

    await expect(hookStage({ ...world.ports, commands: throttled }, notice)).rejects.toThrow(AggregateError);

    expect(commands.sent).toHaveLength(1);
  });
});

describe('a quorum', () => {
  it('is enough: one that is out of reach does not hold up the others', async () => {
    const run: RunCommand = (_, instanceId) =>
      instanceId === 'i-3' ? undefined : { status: 'succeeded', exitStatus: 0, seconds: 2, output: '' };
    const slots = [makeSlot({ number: 1 }), makeSlot({ number: 2 }), joined(3)];
    const world = await makeWorld({ slots, run, acknowledge: { withinSeconds: 300, atLeastPercent: 60 } });

    await hookStage(world.ports, notice);
    world.clock.advanceTo(later(3));
    await hookStage(world.ports, tick);

    expect((await world.hear()).get('web')?.membershipVersion).toBe(5);
  });
});

describe('a membership too large for a command', () => {
  it('is where large notices have it', async () => {
    const slots = Array.from({ length: 4000 }, (_, index) =>
      index === 0
        ? joined(1)
        : makeSlot({ number: index + 1, instanceId: `i-${Math.sin(index).toString(36).slice(-10)}` }),
    );
    const world = await makeWorld({ slots });

    await hookStage(world.ports, notice, { url: 'https://acknowledge.test/' });

    const [request] = world.ports.commands.sent;
    expect(request?.instanceIds).toHaveLength(4000);
    expect(request?.script.length).toBeLessThan(60_000);
  });
});

it('lets an application be that has no hook, or is not known', async () => {
  const world = await makeParticipantWorld({ slots: [joined(1)] });

  expect(await hookStage(world.ports, notice)).toEqual({ application: 'shop', sent: 0, running: [] });
  expect(await hookStage(world.ports, { ...notice, application: 'other' })).toMatchObject({ sent: 0 });
});
