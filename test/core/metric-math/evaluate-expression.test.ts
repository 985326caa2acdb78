import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addSeconds, type Instant, isAtOrAfter, isBefore } from '../../../core/amounts.ts';
import { evaluateExpression, MAX_PERIODS } from '../../../core/metric-math/evaluate-expression.ts';
import type { Series } from '../../../core/samples.ts';
import { expressions, ids, points } from './expressions.ts';
import { evaluated, inputsOf, type Points, parsed, pointsOf, seriesOf, start, windowOf } from './series.ts';

const _ = null;

describe('the examples of "Use metric math"', () => {
  const comparison = { metric1: [30, 20, 0, 0], metric2: [20, _, 20, _] };
  test.each<[string, Points]>([
    ['(metric1 < metric2)', [0, 0, 1, 0]],
    ['(metric1 >= 30)', [1, 0, 0, 0]],
    ['(metric1 > 15 AND metric2 > 15)', [1, 0, 0, 0]],
  ])('comparison and logic: %s', (text, result) => {
    expect(evaluated(text, comparison)).toEqual(result);
  });

  const conditions = { metric1: [1, 1, 0, 0, _], metric2: [30, _, 0, 0, 30], metric3: [0, 0, 20, _, 20] };
  test.each<[string, Points]>([
    ['IF(metric1, metric2, metric3)', [30, 0, 20, _, _]],
    ['IF(metric1, 5, metric3)', [5, 5, 20, _, _]],
    ['IF(metric1, metric2, 5)', [30, 0, 5, 5, _]],
  ])('conditions: %s', (text, result) => {
    expect(evaluated(text, conditions)).toEqual(result);
  });

  const low = { metric1: [100, 500, _, 399], latency: [1, 9, 5, _], threshold: [5, 5, 5, 5] };
  test.each<[string, Points]>([
    ['IF(metric1<400, metric1)', [100, _, _, 399]],
    ['IF(metric1<400, 10, 2)', [10, 2, _, 10]],
    ['IF(latency>threshold, 1, 0)', [0, 1, 0, 0]],
  ])('use cases of IF: %s', (text, result) => {
    expect(evaluated(text, low)).toEqual(result);
  });

  const m = { m1: [2, 4, _, 8], m2: [1, 0, 5, _], m3: [4, 4, 4, 4] };
  test.each<[string, Points]>([
    ['m1/PERIOD(m1)', [2 / 60, 4 / 60, _, 8 / 60]],
    ['5 * m1', [10, 20, _, 40]],
    ['m1 - m2', [1, 4, -5, 8]],
    ['SUM(100/[m1, m2])', [150, 25, 20, 12.5]],
    ['AVG([m1,m2]/m3)', [0.375, 0.5, 0.625, 1]],
    ['SUM(METRICS()*100)', [700, 800, 900, 1200]],
    ['-5*m1', [-10, -20, _, -40]],
    ['-m1', [-2, -4, _, -8]],
    ['SUM(-[m1, m2])', [-3, -4, -5, -8]],
    ['ABS(m2-m1)', [1, 4, 5, 8]],
    ['MIN(ABS([m1, m2]))', [1, 0, 5, 8]],
    ['MAX(ABS(METRICS()))', [4, 4, 5, 8]],
    ['SUM([m1,m2])/AVG(m2)', [2, 8 / 3, 10 / 3, 16 / 3]],
    ['m1-MIN(m1)', [0, 2, _, 6]],
    ['MAX(m1)/m1', [4, 2, _, 1]],
    ['m1/METRIC_COUNT(METRICS())', [2 / 3, 4 / 3, _, 8 / 3]],
    ['TIME_SERIES(MAX(m1))', [8, 8, 8, 8]],
    ['TIME_SERIES(10)', [10, 10, 10, 10]],
    ['SUM(m1) / DATAPOINT_COUNT(m1) * (m3 / 4)', [14 / 3, 14 / 3, 14 / 3, 14 / 3]],
    ['DATAPOINT_COUNT(METRICS())', [3, 3, 2, 2]],
    ['IF(FIRST(SORT(METRICS(), AVG, DESC))>3, 1, 0)', [1, 1, 1, 1]],
    ['SUM(SLICE(SORT(METRICS(), SUM, DESC), 0, 2))', [6, 8, 4, 12]],
    ['SUM(SLICE(SORT(METRICS(), AVG, ASC), 1))', [6, 8, 4, 12]],
    ['SUM(CEIL(METRICS()/3))', [4, 4, 4, 5]],
    ['FILL(m1,10)', [2, 4, 10, 8]],
    ['FILL(m1, MIN(m1))', [2, 4, 2, 8]],
    ['FILL(m1, REPEAT)', [2, 4, 4, 8]],
    ['SUM(FILL(METRICS(), LINEAR))', [7, 8, 15, 12]],
    ['SUM(FILL(METRICS(), m3))', [7, 8, 13, 16]],
  ])('functions: %s', (text, result) => {
    expect(evaluated(text, m)).toEqual(result);
  });

  test('METRICS with a text takes the metrics whose id contains it', () => {
    const metrics = { errors4xx: [1, 2], errors5xx: [10, 20], requests: [100, 200] };
    expect(evaluated('SUM(METRICS("errors"))/SUM(METRICS("requests"))*100', metrics)).toEqual([11, 11]);
    expect(evaluated('SUM([METRICS("4xx"), METRICS("5xx")])', metrics)).toEqual([11, 22]);
    expect(evaluated('SUM(METRICS("nothing")) ', metrics)).toEqual([_, _]);
  });
});

describe('missing datapoints', () => {
  const ab = { a: [6, 6, _, _], b: [2, _, 2, _] };
  test.each<[string, Points]>([
    ['a + b', [8, 6, 2, _]],
    ['a - b', [4, 6, -2, _]],
    ['a * b', [12, 0, 0, _]],
    ['a / b', [3, _, 0, _]],
    ['a ^ b', [36, 1, 0, _]],
    ['a == b', [0, 0, 0, _]],
    ['a != b', [1, 1, 1, _]],
    ['a > b', [1, 1, 0, _]],
    ['a <= b', [0, 0, 1, _]],
    ['a AND b', [1, 0, 0, _]],
    ['a OR b', [1, 1, 1, _]],
    ['a OR 1', [1, 1, _, _]],
    ['0 AND a', [0, 0, _, _]],
    ['a + 1', [7, 7, _, _]],
    ['1 / a', [1 / 6, 1 / 6, _, _]],
    ['a == 0', [0, 0, _, _]],
  ])('%s counts the side that is missing as 0, and has nothing where both are', (text, result) => {
    expect(evaluated(text, ab)).toEqual(result);
  });

  test.each<[string, Points]>([
    ['SUM([a, b])', [8, 6, 2, _]],
    ['AVG([a, b])', [4, 3, 1, _]],
    ['MIN([a, b])', [2, 6, 2, _]],
    ['MAX([a, b])', [6, 6, 2, _]],
    ['STDDEV([a, b])', [2, 0, 0, _]],
    ['DATAPOINT_COUNT([a, b])', [2, 1, 1, _]],
    ['MAX([a, 1])', [6, 6, 1, 1]],
    ['a / MAX([b, 1])', [3, 6, 0, 0]],
  ])('%s goes over the series that have a datapoint, and only AVG counts the others as 0', (text, result) => {
    expect(evaluated(text, ab)).toEqual(result);
  });

  test.each<[string, number]>([
    ['SUM(a)', 12],
    ['AVG(a)', 3],
    ['MIN(a)', 6],
    ['STDDEV(a)', 0],
    ['DATAPOINT_COUNT(a)', 2],
    ['METRIC_COUNT([a, b, a])', 3],
    ['PERIOD(a)', 60],
  ])('%s is the scalar %d', (text, result) => {
    expect(evaluated(`TIME_SERIES(${text})`, ab)).toEqual([result, result, result, result]);
  });

  test.each([
    'm1 / 0',
    'm1 / (m1 - m1)',
    '(0 - m1) ^ 0.5',
    'LOG(m1 - m1)',
    'LOG10(-m1)',
    '10 ^ (m1 * 1000)',
    'TIME_SERIES(1 / 0)',
    'm1 + 1 / 0',
    '(1 / 0) > m1',
    'm1 * -(0 / 0)',
    'IF(1 / 0, m1, m1)',
    'IF(m1, 1 / 0)',
    'IF(m1, 1 / 0, m1)',
    'FILL(empty, 1 / 0)',
    'TIME_SERIES(SUM(empty))',
    'TIME_SERIES(AVG(empty))',
    'm1 - MAX(empty)',
    'm1 OR MAX(empty)',
  ])('%s has no datapoint: nothing is infinite or no number', (text) => {
    expect(evaluated(text, { m1: [1, 2, 3], empty: [] })).toEqual([_, _, _]);
  });

  test('IF with a scalar condition takes one series as it is, or none', () => {
    const metrics = { a: [1, _, 3], b: [7, 8, _] };
    expect(evaluated('IF(1, a, b)', metrics)).toEqual([1, _, 3]);
    expect(evaluated('IF(-1, a)', metrics)).toEqual([1, _, 3]);
    expect(evaluated('IF(0, a, b)', metrics)).toEqual([7, 8, _]);
    expect(evaluated('IF(0, a)', metrics)).toEqual([_, _, _]);
    expect(evaluated('IF(AVG(b) > 100, a, b)', metrics)).toEqual([7, 8, _]);
  });

  test('negative conditions are true', () => {
    expect(evaluated('IF(a, 1, 2)', { a: [-3, 0, 0.5] })).toEqual([1, 2, 1]);
  });

  test('minus zero is zero', () => {
    expect(Object.is(evaluated('-(a * 0)', { a: [5] })[0], 0)).toBe(true);
  });
});

describe('the window', () => {
  const answer = (series: Series, window = windowOf(3)): Series => {
    const result = evaluateExpression(parsed('m1'), new Map([['m1', series]]), window);
    if ('kind' in result) throw new Error(result.message);
    return result;
  };

  test('holds the period that starts at its beginning and not the one that starts at its end', () => {
    const result = answer(seriesOf([1, 2, 3, 4, 5]), { ...windowOf(3), from: addSeconds(start, 60) });
    expect(result).toEqual({ periodSeconds: 60, samples: seriesOf([_, 2, 3]).samples });
  });

  test('begins with a whole period, as CloudWatch rounds the start down', () => {
    expect(answer(seriesOf([1, 2]), { ...windowOf(1), from: addSeconds(start, 59) }).samples).toHaveLength(1);
    expect(answer(seriesOf([1, 2]), { ...windowOf(1), until: addSeconds(start, 61) }).samples).toHaveLength(2);
  });

  test('is empty when it ends before it begins', () => {
    expect(answer(seriesOf([1]), { from: start, until: addSeconds(start, -60), periodSeconds: 60 }).samples).toEqual(
      [],
    );
  });

  test('puts a datapoint between two period starts into the period it belongs to, the last one counting', () => {
    const samples = [5, 61, 62, 3000].map((seconds) => ({ at: addSeconds(start, seconds), value: seconds }));
    expect(pointsOf(answer({ periodSeconds: 60, samples }), 3)).toEqual([5, 62, _]);
  });

  test('leaves out values that are no numbers', () => {
    const series = seriesOf([1, Number.NaN, Number.POSITIVE_INFINITY]);
    expect(pointsOf(answer(series), 3)).toEqual([1, _, _]);
  });

  test('takes a metric of longer periods as a sparse one', () => {
    const inputs = new Map([
      ['slow', seriesOf([10, 20], 120)],
      ['fast', seriesOf([1, 2, 3, 4])],
    ]);
    const result = evaluateExpression(parsed('FILL(slow, REPEAT) + fast + PERIOD(slow)'), inputs, windowOf(4));
    expect(pointsOf(result as Series, 4)).toEqual([131, 132, 143, 144]);
  });
});

describe('what cannot be evaluated', () => {
  const fail = (text: string, window = windowOf(3)): unknown =>
    evaluateExpression(parsed(text), inputsOf({ m1: [1], m2: [1] }), window);

  test('an id that is not there is named, with its place', () => {
    const message = 'there is no metric or expression other';
    expect(fail('m1 + SUM([m1, other]) + other')).toEqual({ kind: 'error', position: 14, message });
    expect(fail('m1 + SUM([other, METRICS("x")])')).toEqual({ kind: 'error', position: 10, message });
  });

  test('a metric of shorter periods is not aggregated by guess', () => {
    const message = 'm1 has periods of 60 s, shorter than the 300 s asked for';
    expect(fail('2 * m1', windowOf(3, 300))).toEqual({ kind: 'error', position: 4, message });
    expect(fail('SUM(METRICS())', windowOf(3, 300))).toEqual({ kind: 'error', position: 0, message });
  });

  test.each([0, -60, Number.NaN])('a period of %d seconds', (periodSeconds) => {
    expect(fail('m1', { ...windowOf(1), periodSeconds })).toMatchObject({ kind: 'error', position: 0 });
  });

  test('more periods than CloudWatch answers in one call', () => {
    expect(fail('m1', windowOf(MAX_PERIODS))).toHaveProperty('samples');
    expect(fail('m1', windowOf(MAX_PERIODS + 1))).toMatchObject({
      message: 'a window has at most 100800 periods, found 100801',
    });
    expect(fail('m1', { ...windowOf(1), until: Number.NaN as Instant })).toMatchObject({ kind: 'error' });
  });

  test('a tree that ends in no time series and went around the parser', () => {
    const tree = { kind: 'number', value: 5, position: 7 } as const;
    const result = evaluateExpression(tree, inputsOf({}), windowOf(1));
    expect(result).toEqual({ kind: 'error', position: 7, message: 'an expression ends in one time series' });
  });
});

describe('any expression over any data', () => {
  const length = 6;
  const data = fc.record(Object.fromEntries(ids.map((id) => [id, points(length)])));

  test('gives finite datapoints, ascending, at period starts inside the window', () => {
    fc.assert(
      fc.property(expressions, data, (expression, metrics) => {
        const window = windowOf(length);
        const { samples } = evaluateExpression(expression, inputsOf(metrics), window) as Series;
        for (const [index, { at, value }] of samples.entries()) {
          expect(value).toSatisfy(Number.isFinite);
          expect(isAtOrAfter(at, window.from) && isBefore(at, window.until)).toBe(true);
          expect(index === 0 || isBefore(samples[index - 1]?.at as Instant, at)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('leaves its inputs as they were and answers the same again', () => {
    fc.assert(
      fc.property(expressions, data, (expression, metrics) => {
        const before = JSON.stringify(metrics);
        expect(evaluated(expression, metrics)).toEqual(evaluated(expression, metrics));
        expect(JSON.stringify(metrics)).toBe(before);
      }),
    );
  });
});
