import { describe, expect, it } from 'vitest';
import type { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { MemoryImages } from '../../adapters/memory/memory-images.ts';
import { MemoryKillSwitch } from '../../adapters/memory/memory-kill-switch.ts';
import { MemoryMetrics } from '../../adapters/memory/memory-metrics.ts';
import type { MemoryTable } from '../../adapters/memory/memory-table.ts';
import type { PublishedValue, Table, Ticks } from '../../adapters/ports.ts';
import type { Application } from '../../core/application/application-schema.ts';
import type { AlarmReading } from '../../core/readings.ts';
import type { FileRecord, StoredRecord } from '../../core/records.ts';
import { type EvaluateReport, evaluateStage } from '../../functions/evaluate/stage.ts';
import { makeApplication, makeLayer } from '../factories/application.ts';
import { makeTable, OvertakenTable, ScriptedFleet } from '../factories/stage-ports.ts';
import { later, makeAcknowledgement, makeRevision, makeSlot, makeTold, noon } from '../factories/stored.ts';

const cpuMetric = { namespace: 'AWS/EC2', name: 'CPUUtilization', dimensions: {} };
const cpu = { name: 'keep cpu near 60', kpi: 'cpu', targetValue: 60 };
const queue = { name: 'queue too old', alarm: 'age', add: 3 };

function shop(overrides: object = {}): Application {
  return makeApplication({
    kpis: { cpu: { metric: { ...cpuMetric, stat: 'Average' } } },
    layers: { web: makeLayer({ rules: [cpu] }) },
    ...overrides,
  });
}

function fileRecord(file: Application, more: Partial<FileRecord> = {}): FileRecord {
  const { application } = file;
  return { kind: 'file', application, version: 1, file, parameters: {}, vanished: {}, appliedAt: noon, ...more };
}

/** `web` with so many desired and in service. */
function running(count: number): readonly StoredRecord[] {
  const base = { application: 'shop', version: 1 } as const;
  return [
    { ...base, kind: 'desired', layer: 'web', count, revision: 1, because: '', decidedAt: later(-600) },
    makeRevision({ hourlyUsd: 0.1 }),
    ...Array.from({ length: count }, (_, index): StoredRecord => {
      return { ...base, kind: 'slot', slot: makeSlot({ number: index + 1 }) };
    }),
  ];
}

/** CloudWatch that can be out, and whose alarms are as told. */
class ScriptedMetrics extends MemoryMetrics {
  fails: readonly ('read' | 'publish' | 'alarms')[] = [];
  states: readonly AlarmReading[] = [];
  reads = 0;
  readonly published: PublishedValue[] = [];

  override async read(plan: Parameters<MemoryMetrics['read']>[0]): ReturnType<MemoryMetrics['read']> {
    this.reads += 1;
    if (this.fails.includes('read')) throw new Error('Throttling');
    return super.read(plan);
  }

  override async publish(values: readonly PublishedValue[]): Promise<void> {
    if (this.fails.includes('publish')) throw 'InternalServiceFault';
    this.published.push(...values);
  }

  override async alarms(names: readonly string[]): Promise<readonly AlarmReading[]> {
    if (this.fails.includes('alarms')) throw new Error('Throttling');
    return this.states.filter(({ name }) => names.includes(name));
  }
}

class KeepingTicks implements Ticks {
  readonly asked: string[] = [];

  async later(application: string, delaysSeconds: readonly number[]): Promise<void> {
    this.asked.push(`${application} ${delaysSeconds.join(' ')}`);
  }
}

interface World {
  readonly table: MemoryTable;
  readonly clock: MemoryClock;
  readonly metrics: ScriptedMetrics;
  readonly fleet: ScriptedFleet;
  readonly images: MemoryImages;
  readonly ticks: KeepingTicks;
  readonly killSwitch: MemoryKillSwitch;
}

async function makeWorld(records: readonly StoredRecord[]): Promise<World> {
  const { table, clock } = await makeTable(records);
  const images = new MemoryImages(new Map([['/shop/web/ami', 'ami-00000001']]));
  return {
    table,
    clock,
    metrics: new ScriptedMetrics(clock),
    fleet: new ScriptedFleet(),
    images,
    ticks: new KeepingTicks(),
    killSwitch: new MemoryKillSwitch(),
  };
}

/** Puts CPU of the minute before now, and evaluates on the schedule. */
async function evaluateAt(world: World, value: number, seconds = 0): Promise<EvaluateReport> {
  world.clock.advanceTo(later(seconds));
  world.metrics.put(cpuMetric, { at: later(seconds - 60), values: [value] });
  return evaluateStage(world, { trigger: 'schedule' });
}

const wakeOf = (state: AlarmReading['state'], seconds = 0) =>
  ({ trigger: 'alarm', alarm: { name: 'age', state, since: later(seconds) } }) as const;

describe('on the schedule', () => {
  it('starts an application: pins a revision, wants min, asks for ticks', async () => {
    const world = await makeWorld([fileRecord(shop())]);

    const report = await evaluateStage(world, { trigger: 'schedule' });

    const stored = await world.table.load('shop');
    expect(report).toEqual({
      trigger: 'schedule',
      applications: 1,
      decisions: { out: 1, in: 0, hold: 0 },
      degraded: [],
      standIns: ['shop/web cpu: no data'],
      stopping: [],
      isStopped: false,
    });
    expect(stored.desired.get('web')).toMatchObject({ count: 1, revision: 1 });
    expect(stored.revisions.get('web@1')).toMatchObject({
      imageId: 'ami-0123456789abcdef0',
      subnets: [{ zone: 'zone-a' }, { zone: 'zone-b' }],
    });
    expect(stored.tick).toMatchObject({ version: 1, at: noon });
    expect(world.ticks.asked).toEqual(['shop 15 30 45']);
  });

  it('scales out, stores why, and publishes what is in service and desired', async () => {
    const world = await makeWorld([fileRecord(shop()), ...running(4)]);

    await evaluateAt(world, 90);

    const [record] = await world.table.decisions('shop', { limit: 9 });
    expect((await world.table.load('shop')).desired.get('web')).toMatchObject({ count: 6, version: 2 });
    expect(record?.decision).toMatchObject({ outcome: 'out', trigger: 'schedule', fileVersion: 1 });
    expect(world.metrics.published).toEqual([
      { name: 'InService', application: 'shop', layer: 'web', value: 4, at: noon },
      { name: 'Desired', application: 'shop', layer: 'web', value: 6, at: noon },
      { name: 'Degraded', application: 'shop', layer: 'web', value: 0, at: noon },
      { name: 'StoppingParticipants', value: 0, at: noon },
      { name: 'DegradedLayers', value: 0, at: noon },
    ]);
  });

  it('writes no count while it holds, and the same hold once', async () => {
    const world = await makeWorld([fileRecord(shop()), ...running(4)]);

    for (const seconds of [0, 60, 120]) await evaluateAt(world, 60 + seconds / 60, seconds);

    const stored = await world.table.load('shop');
    expect(stored.desired.get('web')).toMatchObject({ version: 1 });
    expect(stored.scaling.get('web')).toMatchObject({ version: 3, hold: { times: 3, since: noon } });
    expect(await world.table.decisions('shop', { limit: 9 })).toHaveLength(1);
    expect(stored.tick).toBeUndefined();
    expect(world.ticks.asked).toEqual([]);
  });

  it('tells for which participants a change waits beyond their time, until they answer', async () => {
    const acknowledge = { withinSeconds: 60, onTimeout: 'stop' };
    const participants = {
      lb: { hears: ['web'], acknowledge },
      audit: { hears: ['web'], acknowledge: { withinSeconds: 60 } },
    };
    const late = ['lb', 'audit'].map((participant) => makeTold({ participant, expiredVersion: 5 }));
    const world = await makeWorld([fileRecord(shop({ participants })), ...running(4), ...late]);

    const report = await evaluateStage(world, { trigger: 'schedule' });
    await world.table.commit('shop', { put: [makeAcknowledgement({ membershipVersion: 5 })] });
    const answered = await evaluateStage(world, { trigger: 'schedule' });

    const published = world.metrics.published.filter(({ name }) => name === 'StoppingParticipants');
    expect(published.map(({ value }) => value)).toEqual([1, 0]);
    expect(report.stopping).toEqual(['shop/lb']);
    expect(answered.stopping).toEqual([]);
  });

  it('tells how many KPIs of each layer are degraded, and over all how many layers, in metrics, report and decision', async () => {
    const kpis = {
      cpu: { metric: { ...cpuMetric, stat: 'Average' }, missing: { holdLastSeconds: 600 } },
      idle: { metric: { ...cpuMetric, name: 'Idle', stat: 'Average' } },
    };
    const idle = { name: 'idle', kpi: 'idle', targetValue: 60 };
    const layers = { web: makeLayer({ rules: [cpu, idle] }), db: makeLayer() };
    const world = await makeWorld([fileRecord(shop({ kpis, layers })), ...running(4)]);
    world.metrics.put(cpuMetric, { at: later(-360), values: [20] });

    const report = await evaluateStage(world, { trigger: 'schedule' });

    const [degraded] = world.metrics.published.filter(({ name }) => name === 'Degraded');
    expect(degraded).toMatchObject({ layer: 'web', value: 2 });
    expect(world.metrics.published.at(-1)).toEqual({ name: 'DegradedLayers', value: 1, at: noon });
    expect(report.standIns).toEqual(['shop/web cpu: it is the last value, 300 s old', 'shop/web idle: no data']);
    const [record] = await world.table.decisions('shop', { layer: 'web', limit: 1 });
    expect(record?.decision).toMatchObject({ outcome: 'hold', degraded: ['cpu', 'idle'] });
    expect(record?.decision.because).toMatch(/; degraded: cpu, idle\.$/);
  });

  it('stores a hold again when its readings recover', async () => {
    const world = await makeWorld([fileRecord(shop()), ...running(4)]);
    await evaluateStage(world, { trigger: 'schedule' });
    await evaluateAt(world, 60, 60);
    await evaluateAt(world, 60, 120);
    expect(await world.table.decisions('shop', { limit: 9 })).toHaveLength(2);
  });

  it('leaves the metric over all to the schedule: a tick sees one application', async () => {
    const world = await makeWorld([fileRecord(shop()), ...running(4)]);
    await evaluateStage(world, { trigger: 'tick', application: 'shop' });
    expect(world.metrics.published.map(({ name }) => name)).toEqual(['InService', 'Desired', 'Degraded']);
  });

  it('reads no metrics when no rule needs any', async () => {
    const world = await makeWorld([fileRecord(shop({ layers: { web: makeLayer() } })), ...running(4)]);
    await evaluateStage(world, { trigger: 'schedule' });
    expect(world.metrics.reads).toBe(0);
  });

  it('decides every application although one fails, and then throws', async () => {
    const other = makeApplication({ application: 'other', layers: { web: makeLayer() } });
    const world = await makeWorld([fileRecord(shop()), ...running(4)]);
    await world.table.commit('other', { put: [fileRecord(other)] });
    const { table } = world;
    const broken: Table = {
      applications: () => table.applications(),
      file: (application, version) => table.file(application, version),
      decisions: (application, query) => table.decisions(application, query),
      commit: (application, change) => table.commit(application, change),
      load: async (application) => {
        if (application === 'other') throw new Error('no table');
        return table.load(application);
      },
    };
    world.metrics.put(cpuMetric, { at: later(-60), values: [90] });

    const run = evaluateStage({ ...world, table: broken }, { trigger: 'schedule' });

    await expect(run).rejects.toThrow('some evaluations failed');
    expect((await table.load('shop')).desired.get('web')?.count).toBe(6);
    expect(world.metrics.published).toHaveLength(5);
  });

  it('stores many layers in as many writes as it takes', async () => {
    const layers = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`layer${index}`, makeLayer()]));
    const world = await makeWorld([fileRecord(shop({ layers }))]);
    const report = await evaluateStage(world, { trigger: 'schedule' });
    expect(report.decisions.out).toBe(60);
    expect((await world.table.load('shop')).desired.size).toBe(60);
  });
});

describe('on an alarm', () => {
  const application = shop({ layers: { web: makeLayer({ rules: [queue] }) } });

  it('decides only applications with a rule that names it', async () => {
    const world = await makeWorld([fileRecord(application), ...running(4)]);
    const other = makeApplication({ application: 'other', layers: { web: makeLayer() } });
    await world.table.commit('other', { put: [fileRecord(other)] });

    const report = await evaluateStage(world, wakeOf('ALARM'));

    expect(report).toMatchObject({ applications: 1, decisions: { out: 1 } });
    expect((await world.table.load('shop')).desired.get('web')?.count).toBe(7);
    expect((await world.table.load('other')).desired.size).toBe(0);
    expect(world.ticks.asked).toEqual(['shop 15 30 45']);
  });

  it.each([
    ['an older', -60, 7],
    ['an equally old', 0, 7],
    ['a newer', 60, 4],
  ])('takes its own state over %s one that CloudWatch shows', async (_, seconds, count) => {
    const world = await makeWorld([fileRecord(application), ...running(4)]);
    world.metrics.states = [{ name: 'age', state: 'OK', since: later(seconds) }];
    await evaluateStage(world, wakeOf('ALARM'));
    expect((await world.table.load('shop')).desired.get('web')?.count).toBe(count);
  });

  it('still knows the state of the wake when CloudWatch cannot be asked', async () => {
    const world = await makeWorld([fileRecord(application), ...running(4)]);
    world.metrics.fails = ['alarms'];
    const report = await evaluateStage(world, wakeOf('ALARM'));
    expect(report).toMatchObject({ decisions: { out: 1 }, degraded: ['alarms: Throttling'] });
  });

  it('answers one alarm once, delivered twice at the same instant', async () => {
    const world = await makeWorld([fileRecord(application), ...running(4)]);
    await evaluateStage(world, wakeOf('ALARM'));
    await evaluateStage(world, wakeOf('ALARM'));
    const decisions = await world.table.decisions('shop', { limit: 9 });
    expect((await world.table.load('shop')).desired.get('web')).toMatchObject({ count: 7, version: 2 });
    expect(decisions.map(({ decision }) => decision.at)).toEqual([noon + 1, noon]);
  });
});

describe('on a tick', () => {
  it('passes it on while something moves, and asks for no more', async () => {
    const world = await makeWorld([fileRecord(shop()), ...running(4)]);
    await evaluateAt(world, 90);
    world.clock.advanceTo(later(15));

    await evaluateStage(world, { trigger: 'tick', application: 'shop' });

    expect((await world.table.load('shop')).tick).toMatchObject({ version: 2, at: later(15) });
    expect(world.ticks.asked).toHaveLength(1);
  });

  it('does nothing for an application that is not there', async () => {
    const world = await makeWorld([]);
    const report = await evaluateStage(world, { trigger: 'tick', application: 'gone' });
    expect(report.applications).toBe(0);
    expect(world.metrics.published).toEqual([]);
  });
});

describe('when the metrics are out', () => {
  it('lets nobody go, says so, keeps the floor, and does not throw', async () => {
    const file = shop({
      kpis: { cpu: { metric: { ...cpuMetric, stat: 'Average' }, missing: { assume: 0 } } },
      layers: { web: makeLayer({ rules: [cpu], count: { min: 6, max: 9 } }) },
    });
    const world = await makeWorld([fileRecord(file), ...running(4)]);
    world.metrics.fails = ['read', 'publish'];

    const report = await evaluateStage(world, { trigger: 'schedule' });

    const [record] = await world.table.decisions('shop', { limit: 1 });
    expect(report.degraded).toEqual(['metrics: Throttling', 'publishing: InternalServiceFault']);
    expect(record?.decision.to.count).toBe(6);
    expect(record?.decision.because).toContain('no data for cpu');
  });

  it('says why publishing failed', async () => {
    const world = await makeWorld([fileRecord(shop()), ...running(4)]);
    world.metrics.publish = () => Promise.reject(new Error('Throttling'));
    expect((await evaluateAt(world, 60)).degraded).toEqual(['publishing: Throttling']);
  });
});

describe('the revision', () => {
  const bySsm = shop({ layers: { web: makeLayer({ image: { ssmParameter: '/shop/web/ami' } }) } });

  it('follows the image that the parameter names, without touching the count', async () => {
    const world = await makeWorld([fileRecord(bySsm)]);
    await evaluateStage(world, { trigger: 'schedule' });
    world.images.set('/shop/web/ami', 'ami-00000002');
    world.clock.advanceTo(later(60));
    await evaluateStage(world, { trigger: 'schedule' });

    const stored = await world.table.load('shop');
    expect(stored.desired.get('web')).toMatchObject({ count: 1, revision: 2 });
    expect(stored.revisions.get('web@2')?.imageId).toBe('ami-00000002');
    expect((await world.table.decisions('shop', { limit: 1 }))[0]?.decision).toMatchObject({
      outcome: 'hold',
      to: { revision: 2 },
    });
  });

  it('is not looked up again by ticks, and not made again while nothing differs', async () => {
    const world = await makeWorld([fileRecord(bySsm)]);
    await evaluateStage(world, { trigger: 'schedule' });
    world.images.set('/shop/web/ami', 'ami-00000002');
    await evaluateStage(world, { trigger: 'tick', application: 'shop' });
    expect((await world.table.load('shop')).revisions.size).toBe(1);
  });

  it('stays pinned, and decisions go on, when the image cannot be looked up', async () => {
    const world = await makeWorld([fileRecord(bySsm)]);
    await evaluateStage(world, { trigger: 'schedule' });
    const broken = { ...world, images: new MemoryImages() };
    world.clock.advanceTo(later(60));
    const report = await evaluateStage(broken, { trigger: 'schedule' });
    expect(report.degraded).toEqual(['image /shop/web/ami: there is no SSM parameter /shop/web/ami']);
    expect((await world.table.load('shop')).scaling.get('web')?.version).toBe(2);
  });

  it('takes what else is new in the file with the pinned image, when the image cannot be looked up', async () => {
    const world = await makeWorld([fileRecord(bySsm)]);
    await evaluateStage(world, { trigger: 'schedule' });
    const launch = { subnetIds: ['subnet-a', 'subnet-b'], userData: 'serve' };
    const file = shop({ layers: { web: makeLayer({ image: { ssmParameter: '/shop/web/ami' }, launch }) } });
    await world.table.commit('shop', { put: [fileRecord(file, { version: 2 })] });

    await evaluateStage({ ...world, images: new MemoryImages() }, { trigger: 'schedule' });

    const revision = (await world.table.load('shop')).revisions.get('web@2');
    expect(revision).toMatchObject({ imageId: 'ami-00000001', userData: 'serve' });
  });

  it('keeps a layer from starting while its image was never found, but not the others', async () => {
    const layers = { web: makeLayer({ image: { ssmParameter: '/none' } }), db: makeLayer() };
    const world = await makeWorld([fileRecord(shop({ layers }))]);
    await expect(evaluateStage(world, { trigger: 'schedule' })).rejects.toThrow(AggregateError);
    expect([...(await world.table.load('shop')).desired.keys()]).toEqual(['db']);
  });

  it('stays pinned when the zone of a new subnet cannot be looked up, and takes it when it can', async () => {
    const world = await makeWorld([fileRecord(shop())]);
    await evaluateStage(world, { trigger: 'schedule' });
    const layers = { web: makeLayer({ launch: { subnetIds: ['subnet-b', 'subnet-c'] } }) };
    await world.table.commit('shop', { put: [fileRecord(shop({ layers }), { version: 2 })] });
    const zones = world.fleet.zones;
    world.fleet.zones = () => Promise.reject(new Error('Throttling'));

    const degraded = await evaluateStage(world, { trigger: 'schedule' });
    const pinned = (await world.table.load('shop')).desired.get('web')?.revision;
    world.fleet.zones = zones;
    await evaluateStage(world, { trigger: 'schedule' });

    expect(degraded.degraded).toEqual(['zones of subnets: Throttling']);
    expect(pinned).toBe(1);
    expect((await world.table.load('shop')).revisions.get('web@2')?.subnets).toEqual([
      { subnetId: 'subnet-b', zone: 'zone-b' },
      { subnetId: 'subnet-c', zone: 'zone-c' },
    ]);
  });

  it('is the one that is desired rather than the newest, as long as the file says nothing new', async () => {
    const world = await makeWorld([fileRecord(shop()), ...running(4)]);
    const file = shop({ layers: { web: makeLayer({ image: { id: 'ami-00000009' } }) } });
    await world.table.commit('shop', { put: [fileRecord(file, { version: 2 })] });
    await evaluateStage(world, { trigger: 'schedule' });
    const desired = (await world.table.load('shop')).desired.get('web');
    if (desired === undefined) throw new Error('nothing desired');
    await world.table.commit('shop', { put: [{ ...desired, version: desired.version + 1, revision: 1 }] });

    await evaluateStage(world, { trigger: 'schedule' });

    expect((await world.table.load('shop')).desired.get('web')).toMatchObject({ revision: 1, version: 3 });
  });
});

describe('when somebody else writes meanwhile', () => {
  it('reads and decides again, asking the world once', async () => {
    const world = await makeWorld([fileRecord(shop()), ...running(4)]);
    world.metrics.put(cpuMetric, { at: later(-60), values: [90] });
    const table = new OvertakenTable(world.table, 4);
    const report = await evaluateStage({ ...world, table }, { trigger: 'schedule' });
    expect(report.decisions.out).toBe(1);
    expect(world.metrics.reads).toBe(1);
  });

  it('throws after five times', async () => {
    const world = await makeWorld([fileRecord(shop()), ...running(4)]);
    const table = new OvertakenTable(world.table, 5);
    const run = evaluateStage({ ...world, table }, { trigger: 'tick', application: 'shop' });
    await expect(run).rejects.toThrow(AggregateError);
  });

  it('asks again when a new file was applied meanwhile', async () => {
    const world = await makeWorld([fileRecord(shop()), ...running(4)]);
    const table = new OvertakenTable(world.table, 1);
    const commit = table.commit.bind(table);
    table.commit = async (application, change) => {
      const outcome = await commit(application, change);
      if (outcome === 'conflict') {
        const file = shop({ layers: { web: makeLayer({ rules: [cpu], count: { min: 5, max: 9 } }) } });
        await world.table.commit('shop', { put: [fileRecord(file, { version: 2 })] });
      }
      return outcome;
    };
    await evaluateStage({ ...world, table }, { trigger: 'schedule' });
    expect(world.metrics.reads).toBe(2);
    expect((await world.table.load('shop')).desired.get('web')?.count).toBe(5);
  });

  it('ends at one answer when two evaluations run at once', async () => {
    const world = await makeWorld([fileRecord(shop()), ...running(4)]);
    world.metrics.put(cpuMetric, { at: later(-60), values: [90] });
    await Promise.all([evaluateStage(world, { trigger: 'schedule' }), evaluateStage(world, { trigger: 'schedule' })]);
    expect((await world.table.load('shop')).desired.get('web')).toMatchObject({ count: 6, version: 2 });
  });
});
