import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { referencedIds, usesMetrics } from '../../../core/metric-math/expression.ts';
import { MAX_EXPRESSION_LENGTH, MAX_NESTING, parseExpression } from '../../../core/metric-math/parse-expression.ts';
import { printExpression } from '../../../core/metric-math/print-expression.ts';
import { expressions, unplaced } from './expressions.ts';
import { parsed, refusal } from './series.ts';

/** A second, independent way to the same order: groups a flat list of operators level by level, tightest first. */
function parenthesised(operands: readonly string[], operators: readonly string[]): string {
  const [items, between] = [[...operands], [...operators]];
  const join = (index: number): void => {
    const [left, right] = items.splice(index, 2);
    items.splice(index, 0, `(${left} ${between.splice(index, 1)[0]} ${right})`);
  };
  for (let i = between.length - 1; i >= 0; i -= 1) if (between[i] === '^') join(i);
  for (const [index, item] of items.entries()) if (item.includes('~')) items[index] = `(-${item.replace('~', '')})`;
  for (const level of [
    ['*', '/'],
    ['+', '-'],
    ['==', '!=', '<', '<=', '>', '>='],
    ['AND', '&&'],
    ['OR', '||'],
  ]) {
    const next = (): number => between.findIndex((operator) => level.includes(operator));
    for (let i = next(); i >= 0; i = next()) join(i);
  }
  return items[0] as string;
}

const flat = fc
  .array(
    fc.record({
      operator: fc.constantFrom('+', '-', '*', '/', '^', '==', '!=', '<', '<=', '>', '>=', 'AND', '&&', 'OR', '||'),
      id: fc.constantFrom('a', 'b', 'c'),
      minus: fc.boolean(),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .map(([first, ...rest]) => ({
    operators: rest.map(({ operator }) => operator),
    // "~" marks a minus; one after ^ belongs to the exponent alone and has a test of its own.
    operands: [first, ...rest].map((item, index) =>
      item?.minus && (index === 0 || item.operator !== '^') ? `~${item.id}` : `${item?.id}`,
    ),
  }));

describe('reading an expression', () => {
  test('gives the tree that full parentheses give, whatever operators meet', () => {
    fc.assert(
      fc.property(flat, ({ operands, operators }) => {
        const text = operands.map((operand, i) => (i === 0 ? operand : ` ${operators[i - 1]} ${operand}`)).join('');
        const full = parsed(parenthesised(operands, operators));
        expect(unplaced(parsed(text.replaceAll('~', '-')))).toEqual(unplaced(full));
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['a + b * c', 'a + (b * c)'],
    ['a - b - c', '(a - b) - c'],
    ['a / b / c', '(a / b) / c'],
    ['a ^ b ^ c', 'a ^ (b ^ c)'],
    ['-a ^ b', '-(a ^ b)'],
    ['a ^ -b ^ c', 'a ^ (-(b ^ c))'],
    ['a ^ -b * c', '(a ^ (-b)) * c'],
    ['--a', '-(-a)'],
    ['-a * b', '(-a) * b'],
    ['a + b > c * a', '(a + b) > (c * a)'],
    ['a > 1 AND b > 1 OR c', '((a > 1) AND (b > 1)) OR c'],
    ['a OR b AND c', 'a OR (b AND c)'],
    ['a && b || c', '(a AND b) OR c'],
    ['a < b < c', '(a < b) < c'],
  ])('reads %s as %s', (text, full) => {
    expect(unplaced(parsed(text))).toEqual(unplaced(parsed(full)));
  });

  test('ignores white space of any kind', () => {
    expect(unplaced(parsed(' \t\nIF ( m1>\n1 ,m1 , .5 ) '))).toEqual(unplaced(parsed('IF(m1 > 1, m1, 0.5)')));
  });

  test('reads a scalar beside series in an array as TIME_SERIES, which CloudWatch accepts where it refuses the number', () => {
    expect(printExpression(parsed('errors / MAX([requests, 1])'))).toBe('errors / MAX([requests, TIME_SERIES(1)])');
    expect(printExpression(parsed('SUM([m1, -AVG(m2)])'))).toBe('SUM([m1, TIME_SERIES(-AVG(m2))])');
    expect(printExpression(parsed('MIN([1, 2])'))).toBe('MIN([TIME_SERIES(1), TIME_SERIES(2)])');
  });

  test('keeps the position of every part', () => {
    const expression = parsed('m1 + SUM([m2])');
    expect(expression).toMatchObject({ position: 3, left: { position: 0 }, right: { position: 5 } });
    expect(expression).toMatchObject({ right: { args: [{ position: 9, items: [{ position: 10 }] }] } });
  });

  test.each([
    ['', 0, 'found the end, allowed: a number, an id'],
    ['m1 +', 4, 'found the end, allowed: a number, an id'],
    ['m1 m2', 3, 'found "m2", allowed: an operator or the end'],
    ['5m', 1, 'found "m", allowed: an operator or the end'],
    ['(m1', 3, 'found the end, allowed: "," or ")"'],
    ['[m1', 3, 'found the end, allowed: "," or "]"'],
    ['SUM([m1 m2])', 8, 'found "m2", allowed: "," or "]"'],
    ['SUM([m1,])', 8, 'found "]", allowed: a number, an id'],
    ['m1 = 2', 3, '== compares'],
    ['m1 ! 2', 3, 'found "!"'],
    ['m1 + 😀', 5, 'found "😀"'],
    ['SUM(METRICS("a))', 12, 'never closed'],
    ["SUM(METRICS('a))", 12, "quotation mark ' is never closed"],
    ['"-" + m1', 0, 'found "-", allowed: a number'],
    ['M1', 0, 'begins with a lower-case letter'],
    ['REPEAT + 1', 0, 'begins with a lower-case letter'],
    ['m1 + AND', 5, 'begins with a lower-case letter'],
    ['FILL(m1, REPEAT + 1)', 16, 'found "+", allowed: "," or ")"'],
    ['sum(m1)', 0, 'upper case: SUM'],
    ['m1(2)', 0, 'upper case: M1'],
    ['m1 - Sum(m1)', 5, 'upper case: SUM'],
    [`m1 + ${'9'.repeat(400)}`, 5, 'the number is too large'],
  ])('refuses %j at %i', (text, position, message) => {
    expect(refusal(text)).toEqual({ kind: 'error', position, message: expect.stringContaining(message) });
  });

  test.each([
    ['AVG(m1)', 0, 'ends in a time series, this one in a single number'],
    ['5', 0, 'single number'],
    ['-(5 > 3)', 0, 'single number'],
    ['METRICS()', 0, 'array of them'],
    ['[m1, m2] * 2', 0, 'array of them'],
    ['m1 - FOO(m1)', 5, 'there is no function FOO, allowed: ABS, AVG'],
    ['SUM([])', 4, 'at least one time series'],
    ['SUM(m1, m2) + m1', 0, 'SUM takes (TS) or (TS[]), found (TS, TS)'],
    ['m1 + SUM()', 5, 'SUM takes (TS) or (TS[]), found ()'],
    ['ABS(5) + m1', 4, 'ABS takes (TS) or (TS[]), found (S)'],
    ['FILL(m1)', 0, 'FILL takes (TS, S|TS|REPEAT|LINEAR)'],
    ['FILL(m1, REPAET)', 9, 'found (TS, REPAET)'],
    ['FILL(m1, TS)', 9, 'found (TS, keyword TS)'],
    ['FILL(m1, "REPEAT")', 9, 'found (TS, TEXT)'],
    ['FILL(m1, METRICS())', 9, 'found (TS, TS[])'],
    ['FIRST(SORT(METRICS(), STDDEV, ASC))', 22, 'SORT takes'],
    ['FIRST(SORT(METRICS(), AVG, UP))', 27, 'SORT takes'],
    ['FIRST(SORT(METRICS(), AVG, ASC, m1))', 32, 'SORT takes'],
    ['SUM(METRICS(m1))', 12, 'METRICS takes () or (TEXT), found (TS)'],
    ['m1 / PERIOD(m1 + 1)', 15, 'PERIOD takes (ID), found (TS)'],
    ['IF(1, 2)', 6, 'IF takes'],
    ['IF(m1, METRICS())', 7, 'IF takes'],
    ['SUM(METRICS() + METRICS())', 14, '+ takes no two arrays'],
    ['SUM(METRICS() > 5)', 14, '> takes time series and scalars, no array'],
    ['SUM(m1 AND METRICS())', 7, 'AND takes time series and scalars, no array'],
    ["SEARCH('{AWS/EC2} CPU', 'Average', 300)", 0, 'known to CloudWatch but not offered here'],
    ['ANOMALY_DETECTION_BAND(m1)', 0, 'ANOMALY_DETECTION_BAND is known to CloudWatch'],
    ["INSIGHT_RULE_METRIC('rule', 'UniqueContributors')", 0, 'known to CloudWatch'],
    ['m1 / SERVICE_QUOTA(m1)', 5, 'known to CloudWatch'],
    ["LAMBDA('f')", 0, 'known to CloudWatch'],
    ["DB_PERF_INSIGHTS('RDS', 'db-1', 'x')", 0, 'known to CloudWatch'],
  ])('refuses %s at %i for its types', (text, position, message) => {
    expect(refusal(text)).toEqual({ kind: 'error', position, message: expect.stringContaining(message) });
  });

  test('reports the first mistake of several', () => {
    expect(refusal('SUM() + FOO(m1)').position).toBe(0);
    expect(refusal('m1 + + ) (').position).toBe(5);
  });

  test('takes the longest text that CloudWatch takes, and no longer one', () => {
    const longest = `m1${'+1'.repeat(MAX_EXPRESSION_LENGTH / 2 - 1)}`;
    expect(printExpression(parsed(longest))).toHaveLength(longest.length * 2 - 2);
    expect(refusal(`${longest} `)).toMatchObject({ position: MAX_EXPRESSION_LENGTH });
  });

  test('bounds the nesting', () => {
    const nested = (depth: number): string => `${'('.repeat(depth)}m1${')'.repeat(depth)}`;
    expect(parsed(nested(MAX_NESTING - 1)).kind).toBe('id');
    expect(refusal(nested(MAX_NESTING)).message).toContain(`nests at most ${MAX_NESTING} deep`);
    expect(refusal(`${'-'.repeat(2000)}m1`).message).toContain('deep');
    expect(parsed(Array.from({ length: 400 }, () => '(m1)').join('+')).kind).toBe('operation');
  });

  test('never throws, whatever the text', () => {
    const pieces = fc.constantFrom(
      'm1',
      'SUM',
      'IF',
      'FILL',
      '(',
      ')',
      '[',
      ']',
      ',',
      '-',
      '^',
      '>=',
      '"',
      "'",
      'AND',
      '7',
      ' ',
    );
    const soup = fc
      .array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 60 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 3000 }), soup), (text) => {
        const read = parseExpression(text);
        if (read.kind === 'error') expect(read.position).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what an expression refers to', () => {
  test('is each id once, in order of appearance', () => {
    expect(referencedIds(parsed('b + SUM([a, b, -c]) * PERIOD(d) + FILL(a, REPEAT)'))).toEqual(['b', 'a', 'c', 'd']);
  });

  test('says separately whether METRICS() occurs', () => {
    expect(usesMetrics(parsed('m1 - m2'))).toBe(false);
    expect(usesMetrics(parsed('m1 - SUM([METRICS("a"), m2])'))).toBe(true);
    expect(referencedIds(parsed('SUM(METRICS("a"))'))).toEqual([]);
  });

  test('never holds more than the ids that were put in', () => {
    fc.assert(
      fc.property(expressions, (expression) => {
        const found = referencedIds(expression);
        expect(new Set(found).size).toBe(found.length);
        expect(printExpression(expression)).toSatisfy((text: string) => found.every((id) => text.includes(id)));
      }),
    );
  });
});
