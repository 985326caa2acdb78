import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSeconds, instantFromIso } from '../../core/amounts.ts';
import { collectMetrics } from '../../core/collect-metrics.ts';
import { computeKpis } from '../../core/compute-kpis.ts';
import type { Reading } from '../../core/readings.ts';
import type { Series } from '../../core/samples.ts';
import { makeApplication, makeLayer } from '../factories/application.ts';

const now = instantFromIso('2026-11-21T12:00:10Z');
const metric = { namespace: 'AWS/EC2', name: 'CPUUtilization', stat: 'Average' };

/** One value a minute, the last of them for the newest complete minute, 11:59. */
function minutes(...values: readonly (number | undefined)[]): Series {
  const newest = instantFromIso('2026-11-21T11:59:00Z');
  const samples = values.flatMap((value, index) =>
    value === undefined ? [] : [{ at: addSeconds(newest, (index - values.length + 1) * 60), value }],
  );
  return { periodSeconds: 60, samples };
}

const steps = (periods: string) => ({ name: 'slow', kpi: 'cpu', periods, steps: [{ from: 80, add: 1 }] });

function readCpu(
  series: Series | undefined,
  missing: unknown = 'hold',
  rules: readonly object[] = [steps('1 of 1')],
): Reading {
  const application = makeApplication({ kpis: { cpu: { metric, missing } }, layers: { web: makeLayer({ rules }) } });
  const plan = collectMetrics(application, now);
  const reading = computeKpis(application, plan, new Map(series && [['cpu', series]]), now).get('cpu');
  if (reading === undefined) throw new Error('no reading');
  return reading;
}

describe('a measured reading', () => {
  it('is the newest complete period, with its start, its age from its end, and full coverage', () => {
    expect(readCpu(minutes(50, 70))).toEqual({
      kpi: 'cpu',
      value: 70,
      source: 'measured',
      periodSeconds: 60,
      at: instantFromIso('2026-11-21T11:59:00Z'),
      ageSeconds: 10,
      coverageRatio: 1,
      recent: [70],
    });
  });

  it('leaves out the period that has not ended', () => {
    const { samples } = minutes(50);
    const running = { at: instantFromIso('2026-11-21T12:00:00Z'), value: 99 };
    expect(readCpu({ periodSeconds: 60, samples: [...samples, running] })).toMatchObject({ value: 50, recent: [50] });
  });

  it('takes a period from the instant on at which it ends', () => {
    const ending = { at: addSeconds(now, -60), value: 99 };
    expect(readCpu({ periodSeconds: 60, samples: [ending] })).toMatchObject({ value: 99, ageSeconds: 0 });
  });

  it.each([
    ['one minute late', [40, undefined], 70],
    ['two minutes late', [40, undefined, undefined], 130],
  ])('is still the newest datapoint when metrics come %s', (_, values, ageSeconds) => {
    expect(readCpu(minutes(...values))).toMatchObject({ value: 40, source: 'measured', ageSeconds, recent: [40] });
  });

  it('prefers a late datapoint to an assumed one', () => {
    expect(readCpu(minutes(40, undefined), { assume: 0 })).toMatchObject({ value: 40, source: 'measured' });
  });

  it('skips datapoints that are no numbers', () => {
    expect(readCpu(minutes(40, Number.NaN))).toMatchObject({ value: 40, ageSeconds: 70, recent: [40] });
  });
});

describe('a reading whose newest datapoint is older than three minutes', () => {
  const stopped = minutes(40, undefined, undefined, undefined);

  it('is missing', () => {
    const reading = readCpu(stopped);
    expect(reading).toMatchObject({ source: 'missing', coverageRatio: 0, recent: [undefined] });
    expect(reading).not.toHaveProperty('value');
    expect(reading).not.toHaveProperty('at');
  });

  it('is what the file assumes', () => {
    const reading = readCpu(stopped, { assume: 0 });
    expect(reading).toMatchObject({ value: 0, source: 'assumed', coverageRatio: 0, recent: [0] });
    expect(reading).not.toHaveProperty('at');
  });

  it('is the last value for as long as the file allows, edge included', () => {
    expect(readCpu(stopped, { holdLastSeconds: 190 })).toMatchObject({ value: 40, source: 'held', ageSeconds: 190 });
    expect(readCpu(stopped, { holdLastSeconds: 189 })).toMatchObject({ source: 'missing' });
  });

  it('is missing, assumed or missing when there is no datapoint at all', () => {
    expect(readCpu(minutes()).source).toBe('missing');
    expect(readCpu(minutes(), { assume: 7 })).toMatchObject({ source: 'assumed', value: 7 });
    expect(readCpu(minutes(), { holdLastSeconds: 900 }).source).toBe('missing');
  });
});

describe('the recent periods', () => {
  it('are as many as the rule with the longest window looks at, newest last', () => {
    const rules = [steps('2 of 3'), { ...steps('1 of 2'), name: 'other' }];
    expect(readCpu(minutes(1, 2, 3, 4, 5), 'hold', rules).recent).toEqual([3, 4, 5]);
  });

  it('have gaps, which coverage counts', () => {
    const reading = readCpu(minutes(1, undefined, 3, 4), 'hold', [steps('2 of 4')]);
    expect(reading).toMatchObject({ recent: [1, undefined, 3, 4], coverageRatio: 0.75 });
  });

  it('have gaps filled with what the file assumes', () => {
    const reading = readCpu(minutes(1, undefined, 3), { assume: 0 }, [steps('2 of 4')]);
    expect(reading).toMatchObject({ recent: [0, 1, 0, 3], coverageRatio: 0.5 });
  });

  it('have gaps filled with the last value while it is held', () => {
    const reading = readCpu(minutes(1, undefined, undefined, 4), { holdLastSeconds: 60 }, [steps('2 of 5')]);
    expect(reading.recent).toEqual([undefined, 1, 1, undefined, 4]);
  });

  it('end at the newest datapoint when metrics come late', () => {
    expect(readCpu(minutes(1, 2, undefined), 'hold', [steps('2 of 2')]).recent).toEqual([1, 2]);
  });

  it('end at the newest complete minute when the metric stopped', () => {
    const reading = readCpu(minutes(1, 2, undefined, undefined, undefined), 'hold', [steps('2 of 4')]);
    expect(reading.recent).toEqual([2, undefined, undefined, undefined]);
  });
});

describe('an outage of the metrics', () => {
  it.each(['hold', { assume: 0 }, { holdLastSeconds: 900 }])('is missing data, whatever the policy: %j', (missing) => {
    const reading = readCpu(undefined, missing, [steps('1 of 2')]);
    expect(reading).toEqual({
      kpi: 'cpu',
      periodSeconds: 60,
      source: 'missing',
      coverageRatio: 0,
      recent: [undefined, undefined],
    });
  });
});

describe('an expression over a KPI whose last value is held', () => {
  const kpis = {
    backlog: { pushed: true, missing: { holdLastSeconds: 240 } },
    each: { expression: 'backlog / 2', missing: { assume: 5 } },
  };
  const rules = [{ name: 'each', kpi: 'each', targetValue: 1 }];
  const application = makeApplication({ kpis, layers: { web: makeLayer({ rules }) } });

  function readEach(backlog: Series): Reading | undefined {
    const plan = collectMetrics(application, now);
    const results = new Map([
      ['backlog', backlog],
      ['backlog_held', minutes(8, 8, 8, 8, 8, 8)],
      ['each', minutes(4, 4, 4, 4, 4, 4)],
    ]);
    return computeKpis(application, plan, results, now).get('each');
  }

  it('is measured while the value may be held', () => {
    expect(readEach(minutes(8, undefined, undefined, undefined))).toMatchObject({ source: 'measured', value: 4 });
  });

  it('falls back on its own policy after that', () => {
    const reading = readEach(minutes(8, undefined, undefined, undefined, undefined, undefined));
    expect(reading).toMatchObject({ source: 'assumed', value: 5, recent: [5], coverageRatio: 0 });
  });

  it('falls back when the value was never there', () => {
    expect(readEach(minutes())).toMatchObject({ source: 'assumed' });
  });
});

it('has a value exactly when it is not missing, and never coverage beyond 0 to 1', () => {
  const point = fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined });
  const policy = fc.constantFrom('hold', { assume: 3 }, { holdLastSeconds: 300 });
  fc.assert(
    fc.property(
      fc.array(point, { maxLength: 12 }),
      policy,
      fc.integer({ min: 1, max: 6 }),
      (points, missing, periods) => {
        const reading = readCpu(minutes(...points), missing, [steps(`1 of ${periods}`)]);
        expect('value' in reading).toBe(reading.source !== 'missing');
        expect('at' in reading).toBe(reading.source === 'measured' || reading.source === 'held');
        expect(reading.recent).toHaveLength(periods);
        expect(reading.coverageRatio).toBeGreaterThanOrEqual(0);
        expect(reading.coverageRatio).toBeLessThanOrEqual(1);
        if (reading.value !== undefined) expect(reading.recent.at(-1)).toBe(reading.value);
      },
    ),
  );
});
