import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSeconds, instantFromIso } from '../../core/amounts.ts';
import { collectMetrics } from '../../core/collect-metrics.ts';
import { computeKpis } from '../../core/compute-kpis.ts';
import type { Reading } from '../../core/readings.ts';
import type { Series } from '../../core/samples.ts';
import { makeApplication, makeLayer } from '../factories/application.ts';

const now = instantFromIso('2026-11-21T12:00:00Z');
const metric = (name: string) => ({ namespace: 'AWS/ApplicationELB', name, stat: 'Sum' });

/** One value a minute, the last of them for the newest complete minute, 11:59. */
function minutes(...values: readonly (number | undefined)[]): Series {
  const newest = addSeconds(now, -60);
  const samples = values.flatMap((value, index) =>
    value === undefined ? [] : [{ at: addSeconds(newest, (index - values.length + 1) * 60), value }],
  );
  return { periodSeconds: 60, samples };
}

/** `values`, then nothing for so many minutes. */
function stoppedFor(count: number, ...values: readonly (number | undefined)[]): Series {
  return minutes(...values, ...Array.from({ length: count }, () => undefined));
}

interface Given {
  readonly requests: Series | undefined;
  readonly atLb?: Series | undefined;
  readonly missing: unknown;
  readonly coverage?: object;
  readonly periods?: string;
}

function readRequests({ requests, atLb, missing, coverage, periods = '1 of 1' }: Given): Reading {
  const rule = { name: 'busy', kpi: 'requests', periods, steps: [{ from: 80, add: 1 }] };
  const application = makeApplication({
    kpis: {
      requests: { metric: metric('RequestCount'), missing, ...(coverage && { coverage }) },
      atLb: { metric: metric('ProcessedBytes') },
    },
    layers: { web: makeLayer({ rules: [rule] }) },
  });
  const plan = collectMetrics(application, now);
  const results = new Map([
    ...(requests === undefined ? [] : [['requests', requests] as const]),
    ...(atLb === undefined ? [] : [['atLb', atLb] as const]),
  ]);
  const reading = computeKpis(application, plan, results, now).get('requests');
  if (reading === undefined) throw new Error('no reading');
  return reading;
}

const ladder = [{ holdLastSeconds: 600, halfLifeSeconds: 120, toward: 10 }, { kpi: 'atLb', times: 2 }, { assume: 50 }];

describe('a ladder of stand-ins', () => {
  it.each([
    ['nothing while the KPI is fresh', stoppedFor(2, 90), minutes(7), { value: 90, source: 'measured' }],
    ['its first rung', stoppedFor(4, 90), minutes(7), { source: 'held', rung: 1 }],
    [
      'its second when the first is over',
      stoppedFor(11, 90),
      minutes(7),
      { value: 14, source: 'substituted', rung: 2 },
    ],
    ['its second when the first never was', minutes(), minutes(7), { value: 14, source: 'substituted', rung: 2 }],
    ['its last when the second is late itself', stoppedFor(11, 90), stoppedFor(4, 7), { value: 50, rung: 3 }],
    [
      'its last when nobody answers the second',
      stoppedFor(11, 90),
      undefined,
      { value: 50, source: 'assumed', rung: 3 },
    ],
  ])('stands on %s', (_, requests, atLb, expected) => {
    expect(readRequests({ requests, atLb, missing: ladder })).toMatchObject(expected);
  });

  it('says of a measured value no rung and no doubt', () => {
    const reading = readRequests({ requests: minutes(90), atLb: minutes(7), missing: ladder });
    expect(reading).not.toHaveProperty('rung');
    expect(reading).not.toHaveProperty('onlyOut');
    expect(reading).not.toHaveProperty('recentTrusted');
  });

  it.each([
    [stoppedFor(4, 90), minutes(7), 'it decays from the last value, 240 s old'],
    [stoppedFor(11, 90), minutes(7), 'atLb × 2 stands in for it'],
    [stoppedFor(11, 90), minutes(), '50 is assumed, no other stand-in had a value'],
  ])('may only ask for more, and says why: %#', (requests, atLb, onlyOut) => {
    expect(readRequests({ requests, atLb, missing: ladder }).onlyOut).toBe(onlyOut);
  });

  it('is missing when no rung has a value', () => {
    const reading = readRequests({ requests: stoppedFor(11, 90), atLb: minutes(), missing: ladder.slice(0, 2) });
    expect(reading).toMatchObject({ source: 'missing', recent: [undefined] });
  });
});

describe('a last value that decays', () => {
  const held = (minutesAgo: number) =>
    readRequests({ requests: stoppedFor(minutesAgo, 90), missing: [ladder[0]] }).value ?? Number.NaN;

  it('has lost nothing at the end of its freshness, half of the distance after one half-life, three quarters after two', () => {
    expect(held(3)).toBe(90);
    expect(held(5)).toBeCloseTo(50, 9);
    expect(held(7)).toBeCloseTo(30, 9);
  });

  it('stays as it was without a half-life', () => {
    const reading = readRequests({ requests: stoppedFor(9, 90), missing: { holdLastSeconds: 600 } });
    expect(reading).toMatchObject({ value: 90, source: 'held', onlyOut: 'it is the last value, 540 s old' });
  });
});

describe('another KPI that stands in', () => {
  const missing = [{ kpi: 'atLb' }];

  it('brings its own period, and fills the periods in between', () => {
    const atLb = minutes(5, 6, 7, undefined);
    const reading = readRequests({
      requests: minutes(1, undefined, undefined, undefined, undefined),
      atLb,
      missing,
      periods: '2 of 3',
    });
    expect(reading).toMatchObject({
      value: 7,
      at: addSeconds(now, -120),
      ageSeconds: 60,
      recent: [5, 6, 7],
      recentTrusted: [undefined, undefined, undefined],
      onlyOut: 'atLb stands in for it',
    });
  });

  it('stands in even when nobody answered for the KPI itself: that is no silence, but no outage of everything either', () => {
    expect(readRequests({ requests: undefined, atLb: minutes(7), missing: ladder })).toMatchObject({
      value: 14,
      rung: 2,
    });
    expect(readRequests({ requests: undefined, atLb: undefined, missing: ladder })).toMatchObject({
      source: 'missing',
    });
  });

  it('skips datapoints that are no numbers, and periods that the other lacks too', () => {
    const atLb = minutes(5, Number.NaN, 7);
    const requests = minutes(1, undefined, undefined, undefined, undefined);
    expect(readRequests({ requests, atLb, missing, periods: '2 of 3' }).recent).toEqual([5, undefined, 7]);
  });
});

describe('an assumed value', () => {
  it('is the truth when it stands alone, also as the only one of a list', () => {
    for (const missing of [{ assume: 0 }, [{ assume: 0 }]]) {
      const reading = readRequests({ requests: minutes(), missing });
      expect(reading).toMatchObject({ value: 0, source: 'assumed', rung: 1 });
      expect(reading).not.toHaveProperty('onlyOut');
      expect(reading).not.toHaveProperty('recentTrusted');
    }
  });
});

describe('gaps between measured periods', () => {
  it('are filled for adding, and left open for removing', () => {
    const requests = minutes(90, undefined, 80);
    const reading = readRequests({ requests, missing: { holdLastSeconds: 60 }, periods: '2 of 3' });
    expect(reading).toMatchObject({ source: 'measured', recent: [90, 90, 80], recentTrusted: [90, undefined, 80] });
  });
});

describe('coverage', () => {
  const coverage = { atLeastPercent: 80, ofPeriods: 5 };

  it.each([
    ['enough', minutes(1, 2, undefined, 4, 5), 0.8, undefined],
    [
      'not enough',
      minutes(1, undefined, undefined, 4, 5),
      0.6,
      '3 of its newest 5 periods had data, 80 % are asked for',
    ],
    ['enough, all of it late', stoppedFor(2, 1, 2, undefined, 4, 5), 0.8, undefined],
  ])('is %s', (_, requests, coverageRatio, onlyOut) => {
    const reading = readRequests({ requests, missing: 'hold', coverage });
    expect(reading).toMatchObject({ source: 'measured', value: 5, recent: [5] });
    expect(reading.coverageRatio).toBeCloseTo(coverageRatio);
    expect(reading.onlyOut).toBe(onlyOut);
  });

  it('is looked at as far back as asked', () => {
    const application = makeApplication({
      kpis: { requests: { metric: metric('RequestCount'), coverage: { atLeastPercent: 50, ofPeriods: 60 } } },
      layers: { web: makeLayer({ rules: [{ name: 'busy', kpi: 'requests', targetValue: 1 }] }) },
    });
    expect(collectMetrics(application, now).from).toBeLessThanOrEqual(addSeconds(now, -3600 - 180));
  });
});

describe('the peak that a freeze asks for', () => {
  const freeze = (withinSeconds: number) => ({
    name: `fell within ${withinSeconds}`,
    kpi: 'requests',
    fallsPercent: 50,
    withinSeconds,
    while: { kpi: 'errors', above: 9 },
  });
  const application = makeApplication({
    kpis: { requests: { metric: metric('RequestCount') }, errors: { metric: metric('Errors') } },
    layers: { web: makeLayer({ scaleIn: { freeze: [freeze(300), freeze(600), { ...freeze(600), name: 'again' }] } }) },
  });
  const plan = collectMetrics(application, now);
  const readingsOf = (requests: Series) => computeKpis(application, plan, new Map([['requests', requests]]), now);

  it('is the highest measured value of its time, edge included, once for each time', () => {
    const readings = readingsOf(minutes(900, 700, Number.NaN, 3, 3, 500, 400, 3, 3, 3, 3));
    expect(readings.get('requests')?.peaks).toEqual([
      { withinSeconds: 300, value: 400 },
      { withinSeconds: 600, value: 700 },
    ]);
    expect(readings.get('errors')).toMatchObject({ source: 'missing' });
  });

  it('is there while the KPI itself has no data any more, and only for the time that had any', () => {
    const reading = readingsOf(stoppedFor(7, 800)).get('requests');
    expect(reading).toMatchObject({ source: 'missing', peaks: [{ withinSeconds: 600, value: 800 }] });
    expect(readingsOf(minutes()).get('requests')).not.toHaveProperty('peaks');
  });

  it('is asked for as far back as that', () => {
    expect(plan.from).toBeLessThanOrEqual(addSeconds(now, -600));
  });
});

describe('an expression over a last value', () => {
  it('may only ask for more while the value is repeated', () => {
    const application = makeApplication({
      kpis: {
        backlog: { pushed: true, missing: { holdLastSeconds: 600 } },
        each: { expression: 'backlog / 2' },
      },
      layers: { web: makeLayer({ rules: [{ name: 'each', kpi: 'each', targetValue: 1 }] }) },
    });
    const readEach = (backlog: Series) => {
      const results = new Map([
        ['backlog', backlog],
        ['each', minutes(4, 4, 4, 4, 4, 4)],
      ]);
      return computeKpis(application, collectMetrics(application, now), results, now).get('each');
    };
    expect(readEach(stoppedFor(2, 8))).not.toHaveProperty('onlyOut');
    expect(readEach(stoppedFor(5, 8))).toMatchObject({
      source: 'measured',
      onlyOut: 'backlog in it is the last value, 300 s old',
    });
  });

  it.each([
    [[{ holdLastSeconds: 600 }, { assume: 1 }]],
    [{ holdLastSeconds: 600, halfLifeSeconds: 60 }],
    [[{ kpi: 'each' }]],
  ])('gets nothing filled in by %j, and so falls back on its own', (missing) => {
    const application = makeApplication({
      kpis: { backlog: { pushed: true, missing }, each: { expression: 'backlog / 2' } },
      layers: { web: makeLayer({ rules: [{ name: 'each', kpi: 'each', targetValue: 1 }] }) },
    });
    const [call = []] = collectMetrics(application, now).calls;
    expect(call.map(({ expression }) => expression)).toContain('backlog / 2');
  });
});

it('never lets a reading that was not measured, nor assumed for silence, ask for fewer', () => {
  const value = fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined });
  const rung = fc.oneof(
    fc.record({ assume: fc.integer({ min: 0, max: 9 }) }),
    fc.record({ holdLastSeconds: fc.constantFrom(60, 300, 900), halfLifeSeconds: fc.constantFrom(60, 300) }),
    fc.constant({ kpi: 'atLb' }),
  );
  const series = fc.array(value, { maxLength: 12 });
  fc.assert(
    fc.property(series, series, fc.array(rung, { minLength: 1, maxLength: 3 }), (own, other, missing) => {
      const reading = readRequests({ requests: minutes(...own), atLb: minutes(...other), missing, periods: '1 of 4' });
      const isTruth = missing.length === 1 && reading.source === 'assumed';
      const isTrusted = reading.source === 'measured' || isTruth;
      if (reading.value !== undefined) expect(reading.onlyOut === undefined).toBe(isTrusted);
      expect(reading.rung === undefined).toBe(reading.source === 'measured' || reading.source === 'missing');
      expect(reading.recent).toHaveLength(4);
      if (reading.value !== undefined) expect(reading.recent.at(-1)).toBe(reading.value);
      reading.recentTrusted?.forEach((trusted, index) => {
        if (trusted !== undefined) expect(trusted).toBe(reading.recent[index]);
      });
    }),
  );
});
