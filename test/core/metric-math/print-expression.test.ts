import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandMetrics } from '../../../core/metric-math/expand-metrics.ts';
import { referencedIds, usesMetrics } from '../../../core/metric-math/expression.ts';
import { MAX_EXPRESSION_LENGTH } from '../../../core/metric-math/parse-expression.ts';
import { printExpression, renameIds } from '../../../core/metric-math/print-expression.ts';
import { expressions, ids, unplaced } from './expressions.ts';
import { parsed } from './series.ts';

describe('printing', () => {
  test('then reading gives the same tree', () => {
    fc.assert(
      fc.property(expressions, (expression) => {
        const text = printExpression(expression);
        fc.pre(text.length <= MAX_EXPRESSION_LENGTH);
        expect(unplaced(parsed(text))).toEqual(unplaced(expression));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['m1+m2*m3', 'm1 + m2 * m3'],
    ['(m1+m2)*m3', '(m1 + m2) * m3'],
    ['m1-(m2-m3)', 'm1 - (m2 - m3)'],
    ['m1-m2-m3', 'm1 - m2 - m3'],
    ['m1 - -m2', 'm1 - (-m2)'],
    ['-m1*m2', '-m1 * m2'],
    ['m1 > 1 && m2 > 1 && m3', 'm1 > 1 AND m2 > 1 AND m3'],
    ['m1 || (m2 || m3)', 'm1 OR (m2 OR m3)'],
    ['SUM(FILL(METRICS("m"),REPEAT))', 'SUM(FILL(METRICS("m"), REPEAT))'],
    ["SUM(METRICS('a\"b'))", "SUM(METRICS('a\"b'))"],
    ['FIRST([m1,-m2])', 'FIRST([m1, -m2])'],
  ])('writes %s as %s', (text, printed) => {
    expect(printExpression(parsed(text))).toBe(printed);
  });

  test.each([
    ['m1 ^ m2 ^ m3', 'm1 ^ (m2 ^ m3)'],
    ['(m1 ^ m2) ^ m3', '(m1 ^ m2) ^ m3'],
    ['-m1 ^ m2', '-(m1 ^ m2)'],
    ['(-m1) ^ m2', '(-m1) ^ m2'],
    ['m1 AND m2 OR m3', '(m1 AND m2) OR m3'],
    ['m1 < m2 == m3', '(m1 < m2) == m3'],
  ])('writes the parentheses of %s that the documentation leaves open: %s', (text, printed) => {
    expect(printExpression(parsed(text))).toBe(printed);
  });

  test.each([
    ['m1 + 4000000000000000000000', 'm1 + 4000000000000000000000'],
    ['m1 * 0.0000001', 'm1 * 0.0000001'],
    ['m1 * 0.00000000123', 'm1 * 0.00000000123'],
    ['m1 * 50.250', 'm1 * 50.25'],
    ['m1 * .5', 'm1 * 0.5'],
  ])('writes the number of %s without an exponent', (text, printed) => {
    expect(printExpression(parsed(text))).toBe(printed);
  });
});

describe('renaming ids', () => {
  test('touches ids and nothing else', () => {
    const text = 'IF(m1 > 5 AND m2 > 1, FILL(m1, REPEAT), -m2) + SUM([m1, METRICS("m1")]) / PERIOD(m2)';
    expect(renameIds(parsed(text), (id) => `${id}_web`)).toBe(
      'IF(m1_web > 5 AND m2_web > 1, FILL(m1_web, REPEAT), -m2_web) + SUM([m1_web, METRICS("m1")]) / PERIOD(m2_web)',
    );
  });

  test('renames every id and can be undone', () => {
    fc.assert(
      fc.property(expressions, (expression) => {
        const there = renameIds(expression, (id) => `q_${id}`);
        fc.pre(there.length <= MAX_EXPRESSION_LENGTH);
        const renamed = parsed(there);
        expect(referencedIds(renamed)).toEqual(referencedIds(expression).map((id) => `q_${id}`));
        expect(renameIds(renamed, (id) => id.slice(2))).toBe(printExpression(expression));
      }),
    );
  });
});

describe('expanding METRICS()', () => {
  const expanded = (text: string, all: readonly string[] = ['a4xx', 'b5xx', 'c']): string => {
    const result = expandMetrics(parsed(text), all);
    return result.kind === 'error' ? `${result.position}: ${result.message}` : printExpression(result);
  };

  test.each([
    ['SUM(METRICS())', 'SUM([a4xx, b5xx, c])'],
    ['SUM(METRICS("xx"))', 'SUM([a4xx, b5xx])'],
    ['SUM([METRICS("4xx"), METRICS("5xx"), c])', 'SUM([a4xx, b5xx, c])'],
    ['SUM([[c], METRICS("xx")])', 'SUM([c, a4xx, b5xx])'],
    ['-AVG(FILL(METRICS(), 0)) + m1', '-AVG(FILL([a4xx, b5xx, c], 0)) + m1'],
    ['FIRST(SORT(METRICS("c"), AVG, DESC, 1))', 'FIRST(SORT([c], AVG, DESC, 1))'],
    ['m1 + SUM(METRICS("zzz"))', '9: METRICS("zzz") stands for no metric here'],
  ])('turns %s into %s', (text, result) => {
    expect(expanded(text)).toBe(result);
  });

  test('is an error when there is no metric at all', () => {
    expect(expanded('SUM(METRICS()) + SUM(METRICS("a"))', [])).toBe('4: METRICS() stands for no metric here');
  });

  test('leaves no METRICS() behind and a text that is read again', () => {
    fc.assert(
      fc.property(expressions, (expression) => {
        const result = expandMetrics(expression, [...ids]);
        fc.pre(result.kind !== 'error');
        expect(usesMetrics(result)).toBe(false);
        const text = printExpression(result);
        fc.pre(text.length <= MAX_EXPRESSION_LENGTH);
        expect(unplaced(parsed(text))).toEqual(unplaced(result));
      }),
    );
  });
});
