import { describe, expect, it } from 'vitest';
import { MemoryImages } from '../../adapters/memory/memory-images.ts';
import { MemoryKillSwitch } from '../../adapters/memory/memory-kill-switch.ts';
import { MemoryMetrics } from '../../adapters/memory/memory-metrics.ts';
import type { KillSwitch } from '../../adapters/ports.ts';
import type { Slot } from '../../core/instance-life.ts';
import { announceStage } from '../../functions/announce/stage.ts';
import { evaluateStage } from '../../functions/evaluate/stage.ts';
import { reconcileStage } from '../../functions/reconcile/stage.ts';
import { KeepingTopic, makeTable, ScriptedFleet } from '../factories/stage-ports.ts';
import { later, makeFile, makeInstance, makeObservation, makeRecords, makeSlot } from '../factories/stored.ts';

async function makeWorld(of: Parameters<typeof makeRecords>[0]) {
  const { table, clock } = await makeTable(makeRecords(of));
  const fleet = new ScriptedFleet();
  const killSwitch = new MemoryKillSwitch();
  const metrics = new MemoryMetrics(clock);
  const ticks = { later: async () => undefined };
  const ports = {
    table,
    clock,
    fleet,
    killSwitch,
    metrics,
    ticks,
    images: new MemoryImages(),
    topic: new KeepingTopic(),
  };
  const states = async () => (await table.load('shop')).slots.map(({ slot }) => `${slot.number} ${slot.state}`);
  return { ...ports, ports, states };
}

/** Told of by nobody: a layer that no participant hears. */
function inService(number: number): Slot {
  return makeSlot({ number, state: 'in-service', instanceId: `i-${number}` });
}

const unreadable: KillSwitch = { isStopped: () => Promise.reject(new Error('the kill switch cannot be read')) };

describe('while the kill switch is thrown', () => {
  it('nothing is launched, and all of it once it is released', async () => {
    const world = await makeWorld({ desired: 3 });
    world.killSwitch.isThrown = true;

    expect(await reconcileStage(world.ports, 'shop')).toMatchObject({ launched: 0, rows: 0, isStopped: true });
    expect(world.fleet.calls).toEqual([]);

    world.killSwitch.isThrown = false;
    expect(await reconcileStage(world.ports, 'shop')).toMatchObject({ launched: 3, isStopped: false });
  });

  it('an intent that was stored before is not carried out either', async () => {
    const slots = [
      makeSlot({ number: 1, state: 'launching', since: later(-100) }),
      makeSlot({ number: 2, state: 'intended' }),
    ];
    const world = await makeWorld({ desired: 2, slots });
    world.killSwitch.isThrown = true;

    await reconcileStage(world.ports, 'shop');

    expect(world.fleet.calls).toEqual([]);
    expect(await world.states()).toEqual(['1 launching', '2 intended']);
  });

  it('nobody is sent away, drained or terminated', async () => {
    const leaving = { event: 'leaving', version: 5, at: later(-1000) } as const;
    const slots = [
      inService(1),
      inService(2),
      makeSlot({ number: 3, state: 'leaving', since: later(-1000), change: leaving }),
      makeSlot({ number: 4, state: 'terminating', since: later(-1000) }),
      makeSlot({ number: 5, state: 'failed' }),
    ];
    const orphan = makeObservation({
      instance: makeInstance({ slotNumber: 1, instanceId: 'i-orphan' }),
      firstSeenAt: later(-1000),
    });
    const world = await makeWorld({ desired: 1, slots, more: [orphan] });
    world.killSwitch.isThrown = true;

    await reconcileStage(world.ports, 'shop');

    expect(world.fleet.terminated).toEqual([]);
    expect(await world.states()).toEqual(['1 in-service', '2 in-service', '3 leaving', '4 terminating', '5 failed']);

    world.killSwitch.isThrown = false;
    await reconcileStage(world.ports, 'shop');
    expect(world.fleet.terminated).toContain('i-orphan');
  });

  it('a machine that EC2 ended is still seen, and peers hear of it', async () => {
    const participants = { billing: { hears: ['*'] } };
    const dead = makeObservation({ instance: makeInstance({ slotNumber: 1, instanceId: 'i-1', state: 'terminated' }) });
    const world = await makeWorld({
      desired: 1,
      file: makeFile({ participants }),
      slots: [inService(1)],
      more: [dead],
    });
    world.killSwitch.isThrown = true;

    await reconcileStage(world.ports, 'shop');
    await announceStage(world.ports, 'shop');

    expect(await world.states()).toEqual(['1 failed']);
    expect(world.ports.topic.taken.map(({ event }) => event)).toEqual(['left']);
  });

  it('decisions are made, stored and say so, once', async () => {
    const world = await makeWorld({ desired: 0 });
    world.killSwitch.isThrown = true;

    expect(await evaluateStage(world.ports, { trigger: 'schedule' })).toMatchObject({
      isStopped: true,
      decisions: { out: 1 },
    });
    await evaluateStage(world.ports, { trigger: 'schedule' });
    await evaluateStage(world.ports, { trigger: 'schedule' });

    const decisions = await world.table.decisions('shop', { limit: 10 });
    expect(decisions.map(({ decision }) => [decision.outcome, decision.isStopped])).toEqual([
      ['hold', true],
      ['out', true],
    ]);
    expect(decisions[0]?.decision.because).toMatch(
      /nothing is launched or terminated while the kill switch is thrown\.$/,
    );
  });
});

describe('a kill switch that is thrown while a layer holds', () => {
  it('makes a decision of its own, and so does its release', async () => {
    const world = await makeWorld({ desired: 1, slots: [inService(1)] });
    const evaluations = [false, false, true, true, false];

    for (const isThrown of evaluations) {
      world.killSwitch.isThrown = isThrown;
      await evaluateStage(world.ports, { trigger: 'schedule' });
    }

    const decisions = await world.table.decisions('shop', { limit: 10 });
    expect(decisions.map(({ decision }) => decision.isStopped ?? false)).toEqual([false, true, false]);
  });
});

describe('a kill switch that cannot be read', () => {
  it('stops launches and terminations, by a throw that is retried and alarms', async () => {
    const world = await makeWorld({ desired: 3 });

    await expect(reconcileStage({ ...world.ports, killSwitch: unreadable }, 'shop')).rejects.toThrow('cannot be read');
    expect(world.fleet.calls).toEqual([]);
  });

  it('keeps nobody from deciding', async () => {
    const world = await makeWorld({ desired: 0 });

    const report = await evaluateStage({ ...world.ports, killSwitch: unreadable }, { trigger: 'schedule' });

    expect(report).toMatchObject({
      isStopped: false,
      degraded: ['kill switch: the kill switch cannot be read'],
      decisions: { out: 1 },
    });
  });
});

describe('the ceilings of an account', () => {
  const application = (name: string) =>
    makeRecords({ desired: 0, file: makeFile({ count: { min: 6 } }) }).map((record) => ({
      ...record,
      application: name,
    }));

  it('are shared by applications that are decided in one run', async () => {
    const world = await makeWorld({ desired: 0, file: makeFile({ count: { min: 6 } }) });
    await world.table.commit('blog', { put: application('blog') });

    await evaluateStage(world.ports, { trigger: 'schedule' }, { ceilings: { mostInstances: 8, mostHourlyUsd: 100 } });

    const counts = await Promise.all(
      ['shop', 'blog'].map(async (name) => (await world.table.load(name)).desired.get('web')?.count ?? 0),
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe(8);
    const decisions = await Promise.all(['shop', 'blog'].map((name) => world.table.decisions(name, { limit: 1 })));
    expect(decisions.flat().flatMap(({ decision }) => decision.limits.map(({ limit }) => limit))).toContain('ceiling');
  });

  it('count what the others take on a tick of one application too', async () => {
    const world = await makeWorld({ desired: 5, file: makeFile({ count: { min: 6 } }) });
    await world.table.commit('blog', { put: application('blog') });

    await evaluateStage(
      world.ports,
      { trigger: 'tick', application: 'blog' },
      { ceilings: { mostInstances: 8, mostHourlyUsd: 100 } },
    );

    expect((await world.table.load('blog')).desired.get('web')?.count).toBe(3);
  });
});
