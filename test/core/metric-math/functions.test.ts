import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instantFromIso } from '../../../core/amounts.ts';
import { evaluateExpression } from '../../../core/metric-math/evaluate-expression.ts';
import { points } from './expressions.ts';
import { evaluated, inputsOf, type Points, parsed } from './series.ts';

const _ = null;
const pair = fc.record({ a: points(6), b: points(6) });
const present = (all: Points): readonly number[] => all.filter((point) => point !== null);

/** Both texts have the same value whatever the data. */
function alwaysEqual(left: string, right: string): void {
  fc.assert(
    fc.property(pair, (metrics) => {
      expect(evaluated(left, metrics)).toEqual(evaluated(right, metrics));
    }),
  );
}

describe('functions over time', () => {
  const m = { m: [10, _, 40, 40, 10, _] };
  test.each<[string, Points]>([
    ['DIFF(m)', [_, _, 30, 0, -30, _]],
    ['DIFF_TIME(m)', [_, _, 120, 60, 60, _]],
    ['RATE(m)', [_, _, 0.25, 0, -0.5, _]],
    ['RUNNING_SUM(m)', [10, _, 50, 90, 100, _]],
    ['SUM(DIFF([m, m]))', [_, _, 60, 0, -60, _]],
    ['FILL(m, REPEAT)', [10, 10, 40, 40, 10, 10]],
    ['FILL(m, LINEAR)', [10, 25, 40, 40, 10, _]],
    ['FILL(m, -1)', [10, -1, 40, 40, 10, -1]],
    ['FILL(m, DIFF(m))', [10, _, 40, 40, 10, _]],
    ['ABS(-m)', [10, _, 40, 40, 10, _]],
    ['CEIL(m / 7)', [2, _, 6, 6, 2, _]],
    ['FLOOR(m / -7)', [-2, _, -6, -6, -2, _]],
    ['LOG10(m * 10)', [2, _, Math.log10(400), Math.log10(400), 2, _]],
    ['LOG(m)', [Math.log(10), _, Math.log(40), Math.log(40), Math.log(10), _]],
  ])('%s', (text, result) => {
    expect(evaluated(text, m)).toEqual(result);
  });

  test('FILL leaves the edges it has no datapoint for', () => {
    const edges = { m: [_, 1, _, _, 4, _] };
    expect(evaluated('FILL(m, REPEAT)', edges)).toEqual([_, 1, 1, 1, 4, 4]);
    expect(evaluated('FILL(m, LINEAR)', edges)).toEqual([_, 1, 2, 3, 4, _]);
    expect(evaluated('FILL(m, REPEAT)', { m: [_, _] })).toEqual([_, _]);
    expect(evaluated('FILL(m, LINEAR)', { m: [_, _] })).toEqual([_, _]);
    expect(evaluated('FILL(m, 3)', { m: [_, _] })).toEqual([3, 3]);
  });

  test.each([
    ['2026-11-21T08:05:00Z', [5, 8, 6, 21, 11, 2026]],
    ['2026-11-22T23:59:00Z', [59, 23, 7, 22, 11, 2026]],
    ['2024-02-29T00:00:00Z', [0, 0, 4, 29, 2, 2024]],
    ['2025-12-31T23:00:00Z', [0, 23, 3, 31, 12, 2025]],
    ['2026-01-05T12:30:00Z', [30, 12, 1, 5, 1, 2026]],
  ])('the time functions take %s apart in UTC, Monday as 1 and Sunday as 7, also without data', (iso, parts) => {
    const from = instantFromIso(iso);
    const window = { from, until: instantFromIso(iso.replace(':00Z', ':59Z')), periodSeconds: 60 };
    const answer = (name: string): unknown => evaluateExpression(parsed(`${name}(m)`), inputsOf({ m: [] }), window);
    const names = ['MINUTE', 'HOUR', 'DAY', 'DATE', 'MONTH', 'YEAR'];
    expect(names.map(answer)).toEqual(parts.map((value) => ({ periodSeconds: 60, samples: [{ at: from, value }] })));
    expect(answer('EPOCH')).toEqual({ periodSeconds: 60, samples: [{ at: from, value: from / 1000 }] });
  });
});

describe('functions over arrays', () => {
  const m = { low: [1, 1], high: [9, 9], gap: [_, _], mid: [5, _] };
  test.each<[string, Points]>([
    ['FIRST(METRICS())', [1, 1]],
    ['LAST(METRICS())', [5, _]],
    ['FIRST(METRICS("zzz"))', [_, _]],
    ['LAST(SLICE(METRICS(), 9))', [_, _]],
    ['FIRST(SORT(METRICS(), MAX, DESC))', [9, 9]],
    ['LAST(SORT(METRICS(), MAX, DESC))', [_, _]],
    ['FIRST(SORT(METRICS(), MIN, ASC))', [1, 1]],
    ['LAST(SORT(METRICS(), MIN, ASC))', [_, _]],
    ['FIRST(SORT([gap, gap, low], SUM, ASC))', [1, 1]],
    ['LAST(SORT(METRICS(), SUM, DESC, 2))', [5, _]],
    ['FIRST(SORT([low, mid], SUM, ASC, 0))', [_, _]],
    ['FIRST(SORT([mid, 2.6], AVG, ASC))', [5, _]],
    ['LAST(REMOVE_EMPTY([low, gap]))', [1, 1]],
    ['TIME_SERIES(METRIC_COUNT(REMOVE_EMPTY(METRICS())))', [3, 3]],
    ['FIRST(SLICE(METRICS(), 1))', [9, 9]],
    ['LAST(SLICE(METRICS(), 0, 2))', [9, 9]],
    ['FIRST(SLICE(METRICS(), 1.9, 2.9))', [9, 9]],
    ['FIRST(SLICE(METRICS(), -3))', [1, 1]],
    ['FIRST(SLICE(METRICS(), 0, -1))', [_, _]],
    ['STDDEV([low, high])', [4, 4]],
  ])('%s', (text, result) => {
    expect(evaluated(text, m)).toEqual(result);
  });

  test('SORT keeps the order of series of equal rank', () => {
    const equal = { a: [1, 3], b: [3, 1], c: [2, 2] };
    expect(evaluated('FIRST(SORT([a, b, c], SUM, DESC))', equal)).toEqual([1, 3]);
    expect(evaluated('LAST(SORT([a, b, c], SUM, ASC))', equal)).toEqual([2, 2]);
  });
});

describe('algebra', () => {
  test.each([
    ['a + b', 'b + a'],
    ['a * b', 'b * a'],
    ['a - b', '-(b - a)'],
    ['a - b', 'a + -b'],
    ['a < b', 'b > a'],
    ['a <= b', 'b >= a'],
    ['a != b', '1 - (a == b)'],
    ['(a < b) + (a == b) + (a > b)', '(a == b) OR 1'],
    ['a AND b', '(a != 0) * (b != 0)'],
    ['a OR b', '(a != 0) + (b != 0) > 0'],
    ['SUM([a, b])', 'a + b'],
    ['SUM([a, b])', 'SUM([b, a])'],
    ['AVG([a, b])', 'SUM([a, b]) / 2'],
    ['MAX([a, b])', '-MIN(-[a, b])'],
    ['MAX([a])', 'a'],
    ['ABS(a)', 'IF(a < 0, -a, a)'],
    ['FLOOR(a / 7)', '-CEIL(-a / 7)'],
    ['RATE(a)', 'DIFF(a) / DIFF_TIME(a)'],
    ['FILL(FILL(a, REPEAT), REPEAT)', 'FILL(a, REPEAT)'],
    ['FILL(FILL(a, LINEAR), LINEAR)', 'FILL(a, LINEAR)'],
    ['FILL(a, FILL(b, 0))', 'FILL(FILL(a, b), 0)'],
    ['FILL(a, b)', 'IF(FILL(a - a + 1, 0), a, b)'],
    ['SUM(SORT([a, b], AVG, ASC))', 'SUM([a, b])'],
    ['SUM(SLICE([a, b, a], 0, 1)) + SUM(SLICE([a, b, a], 1))', 'SUM([a, b, a])'],
    ['DATAPOINT_COUNT([a, b])', '(a - a + 1) + (b - b + 1)'],
  ])('%s is %s', (left, right) => {
    alwaysEqual(left, right);
  });

  test('the statistics of one series lie between its least and its greatest datapoint', () => {
    fc.assert(
      fc.property(points(8), (a) => {
        fc.pre(present(a).length > 0);
        const scalar = (text: string): number => evaluated(`TIME_SERIES(${text})`, { a })[0] as number;
        expect(scalar('MIN(a)')).toBe(Math.min(...present(a)));
        expect(scalar('MAX(a)')).toBe(Math.max(...present(a)));
        expect(scalar('SUM(a)')).toBe(present(a).reduce((sum, point) => sum + point, 0));
        expect(scalar('AVG(a) * 8')).toBeCloseTo(scalar('SUM(a)'), 8);
        expect(scalar('STDDEV(a)')).toBeLessThanOrEqual((scalar('MAX(a)') - scalar('MIN(a)')) / 2 + 1e-9);
        expect(scalar('STDDEV(a)')).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('a running sum is undone by differences, but for the first datapoint', () => {
    fc.assert(
      fc.property(points(8), (a) => {
        expect(present(evaluated('DIFF(RUNNING_SUM(a))', { a }))).toEqual(present(a).slice(1));
      }),
    );
  });

  test('FILL changes no datapoint that is there', () => {
    fc.assert(
      fc.property(points(8), fc.constantFrom('REPEAT', 'LINEAR', '7', 'RUNNING_SUM(a)'), (a, filler) => {
        const filled = evaluated(`FILL(a, ${filler})`, { a });
        expect(a.map((point, index) => (point === null ? null : filled[index]))).toEqual(a);
      }),
    );
  });
});
