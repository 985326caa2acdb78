import { describe, expect, it } from 'vitest';
import { addSeconds, instantFromIso } from '../../core/amounts.ts';
import { collectMetrics } from '../../core/collect-metrics.ts';
import { computeKpis } from '../../core/compute-kpis.ts';
import { queriesOf } from '../../core/kpi-queries.ts';
import { evaluateExpression } from '../../core/metric-math/evaluate-expression.ts';
import { parseExpression } from '../../core/metric-math/parse-expression.ts';
import type { Reading } from '../../core/readings.ts';
import type { Series } from '../../core/samples.ts';
import { makeApplication, makeLayer } from '../factories/application.ts';

const now = instantFromIso('2026-11-21T12:00:10Z');
const metric = { namespace: 'Shop', name: 'Requests', stat: 'Sum' };

/** One value a minute, the last of them for the newest complete minute. */
function minutes(...values: readonly (number | undefined)[]): Series {
  const newest = instantFromIso('2026-11-21T11:59:00Z');
  const samples = values.flatMap((value, index) =>
    value === undefined ? [] : [{ at: addSeconds(newest, (index - values.length + 1) * 60), value }],
  );
  return { periodSeconds: 60, samples };
}

/** `each`, as CloudWatch would answer it over these series of its inputs. */
function readEach(kpis: Readonly<Record<string, object>>, inputs: Readonly<Record<string, Series>>): Reading {
  const rules = [{ name: 'each', kpi: 'each', targetValue: 10 }];
  const application = makeApplication({ kpis, layers: { web: makeLayer({ rules }) } });
  const plan = collectMetrics(application, now);
  const results = new Map(Object.entries(inputs));
  for (const { id, expression, periodSeconds } of plan.calls.flat()) {
    if (expression === undefined) continue;
    const parsed = parseExpression(expression);
    if (parsed.kind === 'error') throw new Error(parsed.message);
    const series = evaluateExpression(parsed, results, { from: plan.from, until: plan.until, periodSeconds });
    if ('kind' in series) throw new Error(series.message);
    results.set(id, series);
  }
  const reading = computeKpis(application, plan, results, now).get('each');
  if (reading === undefined) throw new Error('no reading');
  return reading;
}

describe('a total over what is in service', () => {
  const each = { expression: 'requests / MAX([web_in_service, 1])' };
  const inService = minutes(4, 4, 4, 4, 4, 4);

  it('is that of the newest minute that the total has spoken for, not 0 while it is late', () => {
    const late = minutes(80, 80, 80, 80, 60, undefined);
    const reading = readEach({ requests: { metric }, each }, { requests: late, web_in_service_raw: inService });
    expect(reading).toMatchObject({ source: 'measured', value: 15, ageSeconds: 70 });
    expect(reading.onlyOut).toBeUndefined();
  });

  it('may only add once the total has been silent for too long', () => {
    const silent = minutes(80, undefined, undefined, undefined, undefined, undefined);
    const reading = readEach({ requests: { metric }, each }, { requests: silent, web_in_service_raw: inService });
    expect(reading).toMatchObject({ value: 0, onlyOut: 'requests in it is silent and counts as 0' });
  });

  it('falls back on its own stand-in then', () => {
    const missing = [{ holdLastSeconds: 600 }];
    const silent = minutes(80, undefined, undefined, undefined, undefined, undefined);
    const kpis = { requests: { metric }, each: { ...each, missing: [...missing, { assume: 12 }] } };
    const reading = readEach(kpis, { requests: silent, web_in_service_raw: inService });
    expect(reading).toMatchObject({ source: 'assumed', value: 12 });
  });

  it('may only add when nothing was ever said', () => {
    const reading = readEach({ requests: { metric }, each }, { requests: minutes(), web_in_service_raw: minutes() });
    expect(reading).toMatchObject({ onlyOut: 'requests in it is silent and counts as 0' });
  });
});

describe('a share of errors', () => {
  const kpis = (missing: object | 'hold', expression = 'errors / MAX([requests, 1])') => ({
    requests: { metric },
    errors: { metric: { ...metric, name: 'Errors' }, missing },
    each: { expression },
  });
  const requests = minutes(80, 80, 80, 80, 80, 80);

  it('is 0 where the file says that silence means none', () => {
    const reading = readEach(kpis({ assume: 0 }), { requests, errors: minutes() });
    expect(reading).toMatchObject({ source: 'measured', value: 0 });
    expect(reading.onlyOut).toBeUndefined();
  });

  it('is 0 where the expression itself fills the gaps', () => {
    const reading = readEach(kpis('hold', 'FILL(errors, 0) / MAX([requests, 1])'), { requests, errors: minutes() });
    expect(reading).toMatchObject({ source: 'measured', value: 0 });
    expect(reading.onlyOut).toBeUndefined();
  });

  it('may only add where silence is not explained', () => {
    expect(readEach(kpis('hold'), { requests, errors: minutes() })).toMatchObject({
      value: 0,
      onlyOut: 'errors in it is silent and counts as 0',
    });
  });
});

describe('a sum of two metrics', () => {
  const kpis = { a: { metric }, b: { metric: { ...metric, name: 'B' } }, each: { expression: 'a + b' } };

  it.each([
    ['the second', minutes(5, 5, 5), minutes(7, 7, undefined)],
    ['the first', minutes(5, 5, undefined), minutes(7, 7, 7)],
  ])('is that of the newest minute that both have spoken for, when %s is late', (_, a, b) => {
    expect(readEach(kpis, { a, b })).toMatchObject({ source: 'measured', value: 12, ageSeconds: 70 });
  });

  it('is taken as CloudWatch answers it when nobody tells its parts', () => {
    const rules = [{ name: 'each', kpi: 'each', targetValue: 10 }];
    const application = makeApplication({ kpis, layers: { web: makeLayer({ rules }) } });
    const plan = collectMetrics(application, now);
    const reading = computeKpis(application, plan, new Map([['each', minutes(12)]]), now).get('each');
    expect(reading).toMatchObject({ source: 'measured', value: 12, ageSeconds: 10 });
  });
});

it('looks through expressions over expressions, and asks nothing of plain metrics', () => {
  const kpis = {
    a: { metric },
    b: { metric: { ...metric, name: 'B' } },
    sum: { expression: 'a + FILL(b, 0)' },
    each: { expression: 'sum / MAX([web_in_service, 1])' },
  };
  const rules = [
    { name: 'each', kpi: 'each', targetValue: 10 },
    { name: 'a', kpi: 'a', targetValue: 10 },
  ];
  const application = makeApplication({ kpis, layers: { web: makeLayer({ rules }) } });
  const found = queriesOf(application).map(({ kpi, unfilledInputs }) => [kpi, unfilledInputs]);
  expect(found).toEqual([
    ['a', []],
    ['each', ['a']],
  ]);
});
