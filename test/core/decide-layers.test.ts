import { describe, expect, it } from 'vitest';
import { type DecidedLayer, decideLayers, type Evaluation } from '../../core/decide-layers.ts';
import { recordDecision } from '../../core/record-decision.ts';
import type { FileRecord, RevisionRecord, StoredRecord } from '../../core/records.ts';
import { type Stored, storedFromRecords } from '../../core/stored.ts';
import { makeApplication, makeLayer } from '../factories/application.ts';
import { makeReading, readingsOf } from '../factories/situation.ts';
import { later, makeRevision, makeSlot, noon } from '../factories/stored.ts';

const base = { application: 'shop', version: 1 } as const;
const cpu = (targetValue: number) => ({ name: 'cpu', kpi: 'cpu', targetValue });
const follow = (followLayer: string, ratio: number) => ({ name: `as ${followLayer}`, followLayer, ratio });

function fileWith(layers: object, more: object = {}, vanished: FileRecord['vanished'] = {}): FileRecord {
  const kpis = { cpu: { metric: { namespace: 'AWS/EC2', name: 'CPUUtilization', stat: 'Average' } } };
  const file = makeApplication({ kpis, layers, ...more });
  return { ...base, kind: 'file', file, parameters: {}, vanished, appliedAt: noon };
}

/** Each layer with this many desired and in service, revision 1. */
function storedWith(
  file: FileRecord,
  counts: Readonly<Record<string, number>>,
  more: readonly StoredRecord[] = [],
): Stored {
  const records = Object.entries(counts).flatMap(([layer, count]): StoredRecord[] => [
    { ...base, kind: 'desired', layer, count, revision: 1, because: '', decidedAt: later(-600) },
    makeRevision({ layer, hourlyUsd: 0.1 }),
    ...Array.from({ length: count }, (_, index) => makeSlot({ layer, number: index + 1 })).map(
      (slot): StoredRecord => ({ ...base, kind: 'slot', slot }),
    ),
  ]);
  return storedFromRecords('shop', [file, ...records, ...more]);
}

function decide(stored: Stored, file: FileRecord, more: Partial<Evaluation> = {}): readonly DecidedLayer[] {
  const revisions = new Map<string, RevisionRecord>(
    Object.keys(file.file.layers).map((layer) => [layer, makeRevision({ layer, hourlyUsd: 0.1 })]),
  );
  const readings = readingsOf(makeReading({ value: 90 }));
  return decideLayers(stored, file, {
    now: noon,
    trigger: 'schedule',
    readings,
    alarms: new Map(),
    revisions,
    ...more,
  });
}

function countsOf(decided: readonly DecidedLayer[]): Readonly<Record<string, number>> {
  return Object.fromEntries(decided.map(({ decision }) => [decision.layer, decision.to.count]));
}

describe('the layers of an application', () => {
  it('are decided after those that they follow, with what was decided for them', () => {
    const file = fileWith({
      worker: makeLayer({ rules: [follow('proxy', 1)] }),
      proxy: makeLayer({ rules: [follow('web', 0.5)] }),
      web: makeLayer({ rules: [cpu(60)] }),
    });
    const decided = decide(storedWith(file, { web: 4, proxy: 2, worker: 2 }), file);
    expect(countsOf(decided)).toEqual({ web: 6, proxy: 3, worker: 3 });
    expect(decided.map(({ decision }) => decision.layer)).toEqual(['web', 'proxy', 'worker']);
  });

  it('share one budget in the order in which they are decided', () => {
    const layers = { web: makeLayer({ rules: [cpu(60)] }), api: makeLayer({ rules: [cpu(60)] }) };
    const file = fileWith(layers, { budget: { maxHourlyUsd: 1.1 } });
    expect(countsOf(decide(storedWith(file, { web: 4, api: 4 }), file))).toEqual({ web: 6, api: 5 });
  });

  it('wait for the layer that limits them to be in service', () => {
    const layers = { web: makeLayer({ rules: [cpu(60)] }), db: makeLayer() };
    const file = fileWith(layers, {
      limits: [
        { layer: 'web', atMost: 5, per: 'db' },
        { layer: 'db', atMost: 9, per: 'web' },
      ],
    });
    expect(countsOf(decide(storedWith(file, { web: 4, db: 1 }), file))).toEqual({ web: 5, db: 1 });
  });

  it('count who is in service and who failed', () => {
    const file = fileWith({ web: makeLayer({ rules: [cpu(180)] }) });
    const failed = (number: number): StoredRecord => ({
      ...base,
      kind: 'slot',
      slot: makeSlot({ number, state: 'failed', failedAt: noon }),
    });
    const [web] = decide(storedWith(file, { web: 4 }, [failed(8), failed(9)]), file);
    expect(web?.decision.limits.map(({ limit }) => limit)).toEqual(['unhealthy']);
    expect(web?.memory.inService).toEqual([{ at: noon, count: 4 }]);
  });

  it.each([
    ['served within the hour and no longer do', [{ at: later(-3000), count: 4 }], 4, 1, 3],
    ['boot because the layer grows', [{ at: later(-3000), count: 1 }], 4, 1, 0],
    ['are no longer wanted', [{ at: later(-3000), count: 4 }], 1, 1, 0],
    [
      'left over an hour ago',
      [
        { at: later(-9000), count: 4 },
        { at: later(-7200), count: 1 },
      ],
      4,
      1,
      0,
    ],
  ])('freeze those behind them by how many are lost: those that %s', (_, inService, desired, serving, lost) => {
    const freeze = {
      name: 'no balancer',
      kpi: 'cpu',
      fallsPercent: 10,
      while: { layer: 'lb', unhealthyPercent: 75 },
    };
    const web = makeLayer({ rules: [cpu(180)], scaleIn: { stabilizationSeconds: 0, freeze: [freeze] } });
    const file = fileWith({ lb: makeLayer(), web });
    const more: readonly StoredRecord[] = [
      { ...base, kind: 'desired', layer: 'lb', count: desired, revision: 1, because: '', decidedAt: later(-600) },
      { ...base, kind: 'slot', slot: makeSlot({ layer: 'lb', number: serving }) },
      { ...base, kind: 'scaling', layer: 'lb', memory: { wishes: [], inService } },
    ];
    const readings = readingsOf(makeReading({ value: 90, peaks: [{ withinSeconds: 600, value: 200 }] }));
    const decided = decide(storedWith(file, { web: 4 }, more), file, { readings });
    const ofWeb = decided.find(({ decision }) => decision.layer === 'web')?.decision;
    expect(ofWeb?.limits.map(({ limit }) => limit)).toEqual(lost >= 3 ? ['freeze'] : []);
  });

  it('are left out while there is nothing to launch them from', () => {
    const file = fileWith({ web: makeLayer(), db: makeLayer() });
    const revisions = new Map([['db', makeRevision({ layer: 'db' })]]);
    expect(countsOf(decide(storedWith(file, {}), file, { revisions }))).toEqual({ db: 1 });
  });

  it('cost what their revision costs, and what the file says when it is not stored', () => {
    const file = fileWith({ web: makeLayer({ sizes: [{ type: 'm7g.large', hourlyUsd: 0.3 }] }) });
    const dear = makeRevision({ revision: 2, hourlyUsd: 0.5 });
    const stored = storedWith(file, { web: 2 });
    const [web] = decide(stored, file, { revisions: new Map([['web', dear]]), readings: new Map() });
    expect(web?.decision).toMatchObject({ hourlyUsdBefore: 0.2, hourlyUsdAfter: 1 });
    const [bare] = decide({ ...stored, revisions: new Map() }, file, { revisions: new Map() });
    expect(bare?.decision).toMatchObject({ hourlyUsdBefore: 0.6, hourlyUsdAfter: 0.6 });
  });
});

describe('a layer that vanished from the file', () => {
  const layer = makeApplication().layers['web'];
  if (layer === undefined) throw new Error('no layer');

  it.each([
    [false, 3],
    [true, 0],
  ])('with its end asked for (%s) goes on with %d', (drain, count) => {
    const file = fileWith({ web: makeLayer() }, {}, { old: { layer, drain } });
    expect(countsOf(decide(storedWith(file, { web: 1, old: 3 }), file))).toMatchObject({ old: count });
  });

  it('has nothing to decide when it never had a count', () => {
    const file = fileWith({ web: makeLayer() }, {}, { old: { layer, drain: true } });
    expect(countsOf(decide(storedWith(file, { web: 1 }), file))).toEqual({ web: 1 });
  });
});

describe('what a decision leaves behind', () => {
  const file = fileWith({ web: makeLayer({ rules: [cpu(60)], scaleIn: { stabilizationSeconds: 300 } }) });

  function recordsFor(stored: Stored, more: Partial<Evaluation> = {}): readonly StoredRecord[] {
    const [decided] = decide(stored, file, more);
    if (decided === undefined) throw new Error('nothing decided');
    return recordDecision(stored, decided);
  }
  const kinds = (records: readonly StoredRecord[]) => records.map(({ kind }) => kind);
  const storedAfter = (stored: Stored, records: readonly StoredRecord[]) =>
    storedFromRecords('shop', [file, ...stored.desired.values(), ...stored.revisions.values(), ...records]);

  it('is count, memory and the decision itself when it scales', () => {
    const records = recordsFor(storedWith(file, { web: 4 }));
    expect(kinds(records)).toEqual(['scaling', 'decision', 'desired']);
    expect(records[0]).not.toHaveProperty('hold');
    expect(records[1]).toMatchObject({ version: 1, expiresAt: later(30 * 86_400) });
    expect(records[2]).toMatchObject({ version: 2, layer: 'web', count: 6, revision: 1, decidedAt: noon });
  });

  it('is the revision too when it is new', () => {
    const records = recordsFor(storedWith(file, {}));
    expect(kinds(records)).toEqual(['scaling', 'decision', 'revision', 'desired']);
    expect(records[3]).toMatchObject({ version: 1, count: 1 });
  });

  it('is a decision and a count also when only the revision changes', () => {
    const readings = readingsOf(makeReading({ value: 60 }));
    const revisions = new Map([['web', makeRevision({ revision: 2 })]]);
    const records = recordsFor(storedWith(file, { web: 4 }), { readings, revisions });
    expect(kinds(records)).toEqual(['scaling', 'decision', 'revision', 'desired']);
    expect(records[0]).not.toHaveProperty('hold');
  });

  it('is a stored hold the first time, and a count after that', () => {
    const stored = storedWith(file, { web: 4 });
    const hold = (value: number) => ({ readings: readingsOf(makeReading({ value })) });
    const first = recordsFor(stored, hold(60));
    const second = recordsFor(storedAfter(stored, first), { ...hold(61), now: later(60) });

    expect(kinds(first)).toEqual(['scaling', 'decision']);
    expect(first[0]).toMatchObject({ version: 1, hold: { times: 1, since: noon } });
    expect(kinds(second)).toEqual(['scaling']);
    expect(second[0]).toMatchObject({
      version: 2,
      hold: { times: 2, since: noon, because: expect.stringContaining('61') },
    });
  });

  it('is a stored hold again when its reason changes', () => {
    const stored = storedWith(file, { web: 4 });
    const first = recordsFor(stored, { readings: readingsOf(makeReading({ value: 60 })) });
    const second = recordsFor(storedAfter(stored, first), { readings: new Map(), now: later(60) });
    expect(kinds(second)).toEqual(['scaling', 'decision']);
    expect(second[0]).toMatchObject({ hold: { times: 1, since: later(60) } });
  });
});
