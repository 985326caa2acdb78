import { describe, expect, it } from 'vitest';
import { MemoryImages } from '../../adapters/memory/memory-images.ts';
import { MemoryKillSwitch } from '../../adapters/memory/memory-kill-switch.ts';
import { MemoryMetrics } from '../../adapters/memory/memory-metrics.ts';
import type { MemoryTable } from '../../adapters/memory/memory-table.ts';
import type { Table } from '../../adapters/ports.ts';
import { recordKey } from '../../core/record-key.ts';
import type { StoredRecord } from '../../core/records.ts';
import { evaluateStage } from '../../functions/evaluate/stage.ts';
import { makeShadowed } from '../factories/shadow.ts';
import { makeTable, ScriptedFleet } from '../factories/stage-ports.ts';
import { later, makeRevision, makeSlot, noon } from '../factories/stored.ts';

const near = (targetValue: number) => ({ name: 'cpu', kpi: 'cpu', targetValue });
const cpuMetric = { namespace: 'AWS/EC2', name: 'CPUUtilization', dimensions: {} };
const requestsMetric = { namespace: 'AWS/ApplicationELB', name: 'RequestCount', dimensions: {} };
const busy = { name: 'busy', kpi: 'requests', steps: [{ from: 100, add: 3 }], periods: '2 of 3' };
const queue = { name: 'queue', alarm: 'age', add: 2 };

/** Four of `web` desired and in service. */
function records(file: ReturnType<typeof makeShadowed>): readonly StoredRecord[] {
  const base = { application: 'shop', version: 1 } as const;
  return [
    { ...base, kind: 'file', file, parameters: {}, vanished: {}, appliedAt: noon },
    { ...base, kind: 'desired', layer: 'web', count: 4, revision: 1, because: '', decidedAt: later(-600) },
    makeRevision({ hourlyUsd: 0.1 }),
    ...[1, 2, 3, 4].map((number): StoredRecord => ({ ...base, kind: 'slot', slot: makeSlot({ number }) })),
  ];
}

/** Refuses queries for what only the shadow looks at; knows alarms. */
class DividedMetrics extends MemoryMetrics {
  refusesRequests = false;
  readonly asked: string[][] = [];

  override async read(plan: Parameters<MemoryMetrics['read']>[0]): ReturnType<MemoryMetrics['read']> {
    const names = plan.calls.flat().flatMap(({ metric }) => (metric === undefined ? [] : [metric.name]));
    this.asked.push(names);
    if (this.refusesRequests && names.includes('RequestCount')) throw new Error('ValidationError');
    return super.read(plan);
  }

  override async alarms(names: readonly string[]) {
    return names.map((name) => ({ name, state: 'ALARM', since: later(-300) }) as const);
  }
}

async function makeWorld(of: Parameters<typeof makeShadowed>[0]) {
  const { table, clock } = await makeTable(records(makeShadowed(of)));
  const metrics = new DividedMetrics(clock);
  const ticks: string[] = [];
  const ports = {
    ...{ table, clock, metrics, fleet: new ScriptedFleet(), images: new MemoryImages() },
    ticks: { later: async (application: string) => void ticks.push(application) },
    killSwitch: new MemoryKillSwitch(),
  };
  const evaluateAt = (seconds: number, of: { readonly cpu: number; readonly requests?: number }) => {
    clock.advanceTo(later(seconds));
    metrics.put(cpuMetric, { at: later(seconds - 60), values: [of.cpu] });
    if (of.requests !== undefined) metrics.put(requestsMetric, { at: later(seconds - 60), values: [of.requests] });
    return evaluateStage(ports, { trigger: 'schedule' });
  };
  return { ...ports, ports, evaluateAt, metrics, askedTicks: ticks };
}

/** Every key that was ever written, by its kind. */
function keysWritten(table: MemoryTable): string[] {
  const keys: string[] = [];
  table.onChange(({ after }) => {
    if (after !== undefined) keys.push(recordKey(after));
  });
  return keys;
}

describe('shadow rules', () => {
  it('are decided and stored apart: the live layer, its decisions and its desired count are as without them', async () => {
    const [plain, shadowed] = await Promise.all([
      makeWorld({ rules: [near(60)], shadow: { rules: [near(60)] } }),
      makeWorld({ rules: [near(60)], shadow: { rules: [near(20)] } }),
    ]);
    for (const [minute, cpu] of [50, 90, 60, 30, 30].entries()) {
      for (const world of [plain, shadowed]) await world.evaluateAt(60 * minute, { cpu });
    }
    const [one, other] = await Promise.all([plain, shadowed].map(({ table }) => table.load('shop')));
    const live = await Promise.all([plain, shadowed].map(({ table }) => table.decisions('shop', { limit: 99 })));

    expect(other?.desired).toEqual(one?.desired);
    expect(other?.scaling).toEqual(one?.scaling);
    expect(live[1]).toEqual(live[0]);
    expect(other?.shadows.get('web')?.fleet.count).not.toBe(one?.shadows.get('web')?.fleet.count);
    expect(shadowed.askedTicks).toEqual(plain.askedTicks);
  });

  it('leave decisions that only who asks for them sees, each marked', async () => {
    const { table, evaluateAt } = await makeWorld({ rules: [near(60)], shadow: { rules: [near(30)] } });

    await evaluateAt(0, { cpu: 60 });

    const [shadow] = await table.decisions('shop', { limit: 9, of: 'shadow' });
    expect(shadow?.kind).toBe('shadow-decision');
    expect(shadow?.decision).toMatchObject({
      outcome: 'out',
      from: { count: 4 },
      to: { count: 8 },
      shadow: { liveCount: 4 },
    });
    expect(shadow?.decision.because).toMatch(/^Shadow: Scale out web 4 → 8/);
    expect((await table.decisions('shop', { limit: 9 })).map(({ decision }) => decision.outcome)).toEqual(['hold']);
  });

  it('count a hold that repeats instead of storing it again', async () => {
    const { table, evaluateAt } = await makeWorld({ rules: [near(60)], shadow: { rules: [near(60)] } });

    for (const minute of [0, 1, 2]) await evaluateAt(60 * minute, { cpu: 60 });

    expect(await table.decisions('shop', { limit: 9, of: 'shadow' })).toHaveLength(1);
    expect((await table.load('shop')).shadows.get('web')).toMatchObject({
      version: 3,
      hold: { times: 3, since: noon },
    });
  });

  it('write nothing that wakes a stage or that anybody acts on', async () => {
    const { table, evaluateAt } = await makeWorld({ rules: [near(60)], shadow: { rules: [near(10)] } });
    await evaluateAt(0, { cpu: 60 });
    const keys = keysWritten(table);

    await evaluateAt(60, { cpu: 61 });

    expect(keys.map((key) => key.split('#', 1).join())).toEqual(['scaling', 'shadow', 'shadow-decision']);
  });

  it('are asked apart: a metric of theirs that is refused blinds no live rule, and is said', async () => {
    const world = await makeWorld({ rules: [near(60)], shadow: { rules: [busy, near(60)] } });
    world.metrics.refusesRequests = true;

    const report = await world.evaluateAt(0, { cpu: 90, requests: 500 });

    const stored = await world.table.load('shop');
    expect(stored.desired.get('web')?.count).toBe(6);
    expect(report.degraded).toEqual(['shadow of shop: metrics: ValidationError']);
    expect(stored.shadows.get('web')?.fleet.count).toBe(6);
    expect(world.metrics.asked).toEqual([['CPUUtilization'], ['RequestCount']]);
  });

  it('look at more of a KPI than the live rules do, when they need it', async () => {
    const world = await makeWorld({
      rules: [near(60), { ...busy, periods: '1 of 1', steps: [{ from: 9999, add: 1 }] }],
      shadow: { rules: [busy, near(60)] },
    });

    for (const [minute, requests] of [50, 500, 500].entries()) {
      await world.evaluateAt(60 * minute, { cpu: 60, requests });
    }

    const [shadow] = await world.table.decisions('shop', { limit: 1, of: 'shadow' });
    expect(shadow?.decision).toMatchObject({ outcome: 'out', to: { count: 7 } });
    expect(shadow?.decision.readings.find(({ kpi }) => kpi === 'requests')?.recent).toEqual([50, 500, 500]);
  });

  it('are told of alarms that only they name, which wake nobody', async () => {
    const world = await makeWorld({ rules: [near(60)], shadow: { rules: [queue] } });
    const wake = { trigger: 'alarm', alarm: { name: 'age', state: 'ALARM', since: later(-1) } } as const;

    const woken = await evaluateStage(world.ports, wake);
    await world.evaluateAt(0, { cpu: 60 });

    expect(woken.applications).toBe(0);
    const [shadow] = await world.table.decisions('shop', { limit: 9, of: 'shadow' });
    expect(shadow?.decision).toMatchObject({ to: { count: 6 }, alarms: [{ name: 'age', state: 'ALARM' }] });
  });

  it('never fail the live decision: what they cannot store is said, and comes the next minute', async () => {
    const world = await makeWorld({ rules: [near(60)], shadow: { rules: [near(30)] } });
    const { table } = world;
    let fails = true;
    const failing: Table = {
      applications: () => table.applications(),
      load: (application) => table.load(application),
      file: (application, version) => table.file(application, version),
      decisions: (application, query) => table.decisions(application, query),
      commit: async (application, change) => {
        if (fails && change.put.some(({ kind }) => kind === 'shadow')) throw new Error('ThrottlingException');
        return table.commit(application, change);
      },
    };
    world.metrics.put(cpuMetric, { at: later(-60), values: [90] });

    const report = await evaluateStage({ ...world.ports, table: failing }, { trigger: 'schedule' });
    fails = false;

    expect(report.degraded).toEqual(['shadow of shop: web: ThrottlingException']);
    expect((await table.load('shop')).desired.get('web')?.count).toBe(6);
    expect((await world.evaluateAt(60, { cpu: 60 })).degraded).toEqual([]);
    expect((await table.load('shop')).shadows.get('web')?.version).toBe(1);
  });

  it('never fail the live decision though deciding them throws', async () => {
    const file = makeShadowed({ rules: [near(60)], shadow: { rules: [near(30)] } });
    const { table, clock } = await makeTable([
      ...records(file),
      // Stored by another version of the code, say: nothing that today's can read.
      Object.assign(JSON.parse('{"kind":"shadow","layer":"web","decidedAt":0}'), {
        application: 'shop',
        version: 1,
        decidedAt: later(-60),
        expiresAt: later(1e6),
      }),
    ]);
    const metrics = new MemoryMetrics(clock);
    metrics.put(cpuMetric, { at: later(-60), values: [90] });
    const ports = {
      ...{ table, clock, metrics, fleet: new ScriptedFleet(), images: new MemoryImages() },
      ticks: { later: async () => undefined },
      killSwitch: new MemoryKillSwitch(),
    };

    const report = await evaluateStage(ports, { trigger: 'schedule' });

    expect(report.decisions).toEqual({ out: 1, in: 0, hold: 0 });
    expect(report.degraded).toEqual([expect.stringMatching(/^shadow of shop: web: /)]);
    expect((await table.load('shop')).desired.get('web')?.count).toBe(6);
  });

  it('yield to another evaluation that was faster', async () => {
    const world = await makeWorld({ rules: [near(60)], shadow: { rules: [near(30)] } });
    const { table } = world;
    let isOvertaken = true;
    const overtaken: Table = {
      applications: () => table.applications(),
      load: (application) => table.load(application),
      file: (application, version) => table.file(application, version),
      decisions: (application, query) => table.decisions(application, query),
      commit: async (application, change) => {
        if (isOvertaken && change.put.some(({ kind }) => kind === 'shadow')) {
          isOvertaken = false;
          await table.commit(application, change);
        }
        return table.commit(application, change);
      },
    };
    world.metrics.put(cpuMetric, { at: later(-60), values: [60] });

    const report = await evaluateStage({ ...world.ports, table: overtaken }, { trigger: 'schedule' });

    expect(report.degraded).toEqual([]);
    expect((await table.load('shop')).shadows.get('web')?.version).toBe(1);
    expect(await table.decisions('shop', { limit: 9, of: 'shadow' })).toHaveLength(1);
  });
});
