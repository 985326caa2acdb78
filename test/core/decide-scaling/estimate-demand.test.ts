import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSeconds, alignDown } from '../../../core/amounts.ts';
import { decideScaling } from '../../../core/decide-scaling/decide-scaling.ts';
import { type DemandParts, demandIn } from '../../../core/decide-scaling/estimate-demand.ts';
import type { ScalingMemory } from '../../../core/decision.ts';
import type { Reading } from '../../../core/readings.ts';
import { makeReading, makeSituation, readingsOf } from '../../factories/situation.ts';
import { later, noon } from '../../factories/stored.ts';

const settings = {
  plus: ['refused', 'dropped'],
  backlog: 'queue',
  saturatedWhen: [
    { kpi: 'cpu', above: 95 },
    { kpi: 'free', below: 1 },
  ],
  growthFactor: 1.5,
};

const quiet: DemandParts = { served: 100, shed: [0, 0], backlog: [5, 5], signs: [60, 9], carried: 80 };

describe('demand in one period', () => {
  it.each([
    ['what was served', {}, 100],
    ['and what was refused, each count', { shed: [7, 3] }, 110],
    ['and by how much the queue grew', { backlog: [5, 45] }, 140],
    ['but not less for a queue that shrinks', { backlog: [45, 5] }, 100],
    ['nor for a count below zero', { shed: [-7, 0] }, 100],
    ['only what is known', { shed: [undefined, 3], backlog: [undefined, 45], signs: [undefined, undefined] }, 103],
    ['at least so many times what was served, when full', { signs: [96, 9] }, 150],
    ['full by any sign', { signs: [60, 0.5] }, 150],
    ['not full on the edge of a sign', { signs: [95, 1] }, 100],
    [
      'so many times what those in service are meant to carry, when that is more',
      { signs: [96, 9], carried: 120 },
      180,
    ],
    ['what was refused, when that tells of more', { signs: [96, 9], shed: [70, 0] }, 170],
  ] satisfies readonly [string, Partial<DemandParts>, number][])('is %s', (_, more, load) => {
    expect(demandIn(settings, { ...quiet, ...more }).load).toBeCloseTo(load, 9);
  });

  it('is what was served when the file says nothing of demand', () => {
    expect(demandIn(undefined, { ...quiet, shed: [], backlog: [undefined, undefined] })).toEqual({
      load: 100,
      fullBy: undefined,
    });
  });

  it('is never below what was served, nor below the factor while full', () => {
    const amount = fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined });
    const known = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        known,
        amount,
        amount,
        amount,
        fc.double({ min: 0, max: 200, noNaN: true }),
        (served, shed, before, after, cpu) => {
          const parts = { served, shed: [shed], backlog: [before, after], signs: [cpu], carried: 0 } as const;
          const demand = demandIn(settings, parts);
          expect(demand.load).toBeGreaterThanOrEqual(served);
          if (cpu > 95) expect(demand.load).toBeGreaterThanOrEqual(1.5 * served);
          expect(demand.fullBy?.kpi).toBe(cpu > 95 ? 'cpu' : undefined);
        },
      ),
    );
  });
});

const rule = {
  name: 'carry the load',
  kpi: 'requests',
  perCapacityUnit: 10,
  shortfallPercent: 0.5,
  demand: { plus: ['refused'], backlog: 'queue', saturatedWhen: [{ kpi: 'cpu', above: 95 }] },
};

/** One decision for four instances that serve 40, on these readings. */
function decide(
  readings: readonly Reading[],
  more: { readonly demand?: object | undefined; readonly count?: number } = {},
) {
  const { demand = rule.demand, count = 4 } = more;
  const rules = [{ ...rule, demand }];
  return decideScaling(
    makeSituation({
      settings: { rules, count: { min: 0, max: 100 }, scaleIn: { stabilizationSeconds: 0 } },
      count,
      readings: readingsOf(...readings),
    }),
  );
}

function measured(of: { served?: number; refused?: number; queue?: readonly [number, number]; cpu?: number } = {}) {
  const { served = 40, refused = 0, queue = [0, 0], cpu = 60 } = of;
  return [
    makeReading({ kpi: 'requests', value: served }),
    makeReading({ kpi: 'refused', value: refused }),
    makeReading({ kpi: 'queue', value: queue[1], recent: queue }),
    makeReading({ kpi: 'cpu', value: cpu }),
  ];
}

describe('the risk rule', () => {
  it('learns of a full layer exactly what it would of the demand that it hides', () => {
    const plain = decide(measured({ served: 60 }));
    expect(decide(measured({ cpu: 99 })).memory.forecasts).toEqual(plain.memory.forecasts);
    expect(decide(measured({ refused: 20 })).memory.forecasts).toEqual(plain.memory.forecasts);
    expect(decide(measured({ queue: [5, 25] })).memory.forecasts).toEqual(plain.memory.forecasts);
    expect(decide(measured()).memory.forecasts).not.toEqual(plain.memory.forecasts);
  });

  it('asks at once for what the hidden demand needs, and says why', () => {
    const { decision } = decide(measured({ cpu: 99 }));
    expect(decision.to.count).toBeGreaterThanOrEqual(6);
    expect(decision.because).toContain('full by cpu 99, so requests 40 hides a demand of at least 60');
    expect(decide(measured({ refused: 20 })).decision.because).toContain('requests 40, but demand 60');
  });

  it('grows a full layer that serves less than it is meant to', () => {
    expect(decide(measured({ served: 11, cpu: 99 })).decision.to.count).toBeGreaterThanOrEqual(6);
  });

  it('looks at everything that demand is made from', () => {
    expect(decide(measured()).decision.readings.map(({ kpi }) => kpi)).toEqual(['requests', 'refused', 'queue', 'cpu']);
  });

  it.each([
    ['a part that has no data', 'refused', { value: undefined }, 'refused: no data'],
    ['a sign that has no data', 'cpu', { value: undefined }, 'cpu: no data'],
    [
      'a part that stands in',
      'queue',
      { value: 0, recent: [0, 0], source: 'held', onlyOut: 'it is the last value' },
      'queue: it is the last value',
    ],
  ] as const)('learns nothing from %s, and lets nobody go', (_, kpi, of, said) => {
    const readings = [
      ...measured({ served: 10 }).filter((reading) => reading.kpi !== kpi),
      makeReading({ kpi, ...of }),
    ];
    const { decision, memory } = decide(readings, { count: 9 });
    expect(decision.outcome).toBe('hold');
    expect(decision.because).toContain(said);
    expect(memory.forecasts).toEqual(
      decide([makeReading({ kpi: 'requests', value: undefined })], { count: 9 }).memory.forecasts,
    );
  });

  it('asks for what a stand-in needs, though it teaches nothing', () => {
    const requests = makeReading({
      kpi: 'requests',
      value: 90,
      source: 'substituted',
      rung: 1,
      onlyOut: 'atLb stands in for it',
    });
    const { decision, memory } = decide([requests, ...measured().slice(1)]);
    expect(decision).toMatchObject({ outcome: 'out', to: { count: 9 } });
    expect(decision.because).toContain('that needs 9 now; requests: atLb stands in for it');
    expect(memory.forecasts).toEqual(decide([makeReading({ kpi: 'requests', value: undefined })]).memory.forecasts);
  });

  it('learns what silence stands for, of the newest period that nothing late can fill', () => {
    const silent = { kpi: 'requests', value: 0, periodSeconds: 60, recent: [0] } as const;
    const assumed = makeReading({ ...silent, source: 'assumed', rung: 1 });
    const of = alignDown(later(-240), 60);
    const late = makeReading({ ...silent, at: of, ageSeconds: 180 });
    expect(decide([assumed], { demand: {} }).memory.forecasts).toEqual(decide([late], { demand: {} }).memory.forecasts);
  });
});

/**
 * A layer that is in truth asked for `load` a minute; each instance serves 10 at the most, takes three minutes to boot, and CPU shows how full they are.
 * Returns the counts desired, minute by minute.
 */
function play(loads: readonly number[], demand: object | undefined): readonly number[] {
  let memory: ScalingMemory = { wishes: [], inService: [] };
  const desired: number[] = [];
  return loads.map((load, minute) => {
    const inService = desired[minute - 4] ?? 10;
    const count = desired[minute - 1] ?? 10;
    const served = Math.min(load, Math.min(inService, count) * 10);
    const now = addSeconds(noon, minute * 60);
    const of = { at: addSeconds(now, -60) };
    const decided = decideScaling(
      makeSituation({
        settings: { rules: [{ ...rule, demand }], count: { min: 1, max: 200 }, scaleIn: { stabilizationSeconds: 300 } },
        count,
        inService: Math.min(inService, count),
        newestInServiceAt: addSeconds(now, -60),
        bootSeconds: 180,
        memory,
        now,
        readings: readingsOf(
          makeReading({ kpi: 'requests', value: served, ...of }),
          makeReading({ kpi: 'cpu', value: Math.min(100, (100 * load) / (Math.min(inService, count) * 10)), ...of }),
        ),
      }),
    );
    memory = decided.memory;
    desired.push(decided.decision.to.count);
    return decided.decision.to.count;
  });
}

describe('a layer whose load doubles while what it serves stays at what it can', () => {
  const steady = Array.from({ length: 300 }, (_, minute) => 75 + 8 * Math.sin(minute * 2.4));
  const doubled = Array.from({ length: 12 }, (_, minute) => 2 * (75 + 8 * Math.sin(minute * 2.4)));
  const signs = { saturatedWhen: [{ kpi: 'cpu', above: 95 }] };

  it('reaches the need within two boots, a half more at once', () => {
    const counts = play([...steady, ...doubled], signs).slice(299);
    const [before = 0, ...after] = counts;
    expect(before).toBeLessThan(13);
    expect(after[0]).toBeGreaterThanOrEqual(1.5 * before);
    expect(after[5]).toBeGreaterThanOrEqual(17);
  });
});

it('grows a full layer to any need in as many steps as the factor takes, and never past the factor times the need', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 2000 }), (start, need) => {
      let count = start;
      let steps = 0;
      while (count < need) {
        const parts = { ...quiet, served: 10 * count, carried: 10 * count, signs: [100, 9] };
        count = Math.ceil(demandIn(settings, parts).load / 10 - 1e-9);
        steps += 1;
      }
      expect(steps).toBeLessThanOrEqual(Math.ceil(Math.log(Math.max(1, need / start)) / Math.log(1.5) + 1e-9));
      expect(count).toBeLessThanOrEqual(Math.max(start, Math.ceil(1.5 * need)));
    }),
  );
});
