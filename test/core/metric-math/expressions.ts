import fc from 'fast-check';
import type { Argument, Call, Expression, Operator, Word } from '../../../core/metric-math/expression.ts';

const arithmetic: readonly Operator[] = ['+', '-', '*', '/', '^'];
const truths: readonly Operator[] = ['OR', 'AND', '==', '!=', '<', '<=', '>', '>='];
const position = 0;

/** Ids that generated expressions use. */
export const ids = ['m1', 'm2', 'm3', 'errors4xx'] as const;

function call(name: string, ...args: readonly Argument[]): Call {
  return { kind: 'call', name, args, position };
}

function keyword(word: string): Word {
  return { kind: 'keyword', word, position };
}

const id = fc.constantFrom(...ids).map((name): Expression => ({ kind: 'id', id: name, position }));
const number = fc
  .oneof(fc.nat(1000), fc.double({ min: 0, max: 1e30, noNaN: true }), fc.double({ min: 0, max: 1e-5, noNaN: true }))
  .map((value): Expression => ({ kind: 'number', value: Math.abs(value), position }));
const metrics = fc
  .option(fc.constantFrom('', 'm', 'errors', "o'clock", 'a "b"'), { nil: undefined })
  .map((text) => (text === undefined ? call('METRICS') : call('METRICS', { kind: 'text', word: text, position })));

type Part = fc.Arbitrary<Expression>;

function operation(left: Part, right: Part, operators: readonly Operator[]): Part {
  return fc
    .record({ operator: fc.constantFrom(...operators), left, right })
    .map(({ operator, left: a, right: b }) => ({ kind: 'operation', operator, left: a, right: b, position }));
}

function negation(of: Part): Part {
  return of.map((operand) => ({ kind: 'negation', operand, position }));
}

function named(names: readonly string[], ...args: readonly fc.Arbitrary<Argument>[]): Part {
  return fc.tuple(fc.constantFrom(...names), ...args).map(([name, ...given]) => call(name, ...given));
}

const aggregates = ['SUM', 'AVG', 'MIN', 'MAX', 'STDDEV', 'DATAPOINT_COUNT'];
const pointwise = ['ABS', 'CEIL', 'FLOOR', 'LOG', 'LOG10', 'DIFF', 'DIFF_TIME', 'RATE', 'RUNNING_SUM'];
const times = ['MINUTE', 'HOUR', 'DAY', 'DATE', 'MONTH', 'YEAR', 'EPOCH'];
const gapKeyword = fc.constantFrom('REPEAT', 'LINEAR').map(keyword);
const byKeyword = fc.constantFrom('AVG', 'MIN', 'MAX', 'SUM').map(keyword);
const directionKeyword = fc.constantFrom('ASC', 'DESC').map(keyword);

type Parts = Readonly<Record<'scalar' | 'series' | 'array', Expression>>;

/** Checked trees of every function and operator, as the parser makes them but for positions, which are 0. */
export const expressions: Part = fc.letrec<Parts>((tie) => {
  const [scalar, series, array] = [tie('scalar'), tie('series'), tie('array')];
  const either = fc.oneof(scalar, series);
  const depth = { maxDepth: 4, depthIdentifier: 'expression' };
  return {
    scalar: fc.oneof(
      depth,
      number,
      named(aggregates, series),
      named(['METRIC_COUNT'], array),
      named(['PERIOD'], id),
      operation(scalar, scalar, [...arithmetic, ...truths]),
      negation(scalar),
    ),
    series: fc.oneof(
      depth,
      id,
      operation(series, either, [...arithmetic, ...truths]),
      operation(scalar, series, [...arithmetic, ...truths]),
      negation(series),
      named(aggregates, array),
      named(['FIRST', 'LAST'], array),
      named(pointwise, series),
      named(times, series),
      named(['TIME_SERIES'], scalar),
      named(['FILL'], series, fc.oneof(either, gapKeyword)),
      named(['IF'], series, either),
      named(['IF'], series, either, either),
      named(['IF'], scalar, series),
      named(['IF'], scalar, series, series),
    ),
    array: fc.oneof(
      depth,
      metrics,
      fc
        .array(fc.oneof(series, array), { minLength: 1, maxLength: 3 })
        .map((items): Expression => ({ kind: 'array', items, position })),
      operation(array, either, arithmetic),
      operation(either, array, arithmetic),
      negation(array),
      named(pointwise, array),
      named(['FILL'], array, fc.oneof(either, gapKeyword)),
      named(['REMOVE_EMPTY'], array),
      named(['SLICE'], array, scalar),
      named(['SLICE'], array, scalar, scalar),
      named(['SORT'], array, byKeyword, directionKeyword),
      named(['SORT'], array, byKeyword, directionKeyword, scalar),
    ),
  };
}).series;

/** The same tree with every position 0, to compare meanings. */
export function unplaced<T extends Argument>(part: T): T {
  return JSON.parse(JSON.stringify(part, (key, value: unknown) => (key === 'position' ? 0 : value))) as T;
}

/** Datapoints with gaps, whole numbers so that sums are exact. */
export const points = (length: number): fc.Arbitrary<readonly (number | null)[]> =>
  fc.array(fc.option(fc.integer({ min: -1000, max: 1000 }), { freq: 3, nil: null }), {
    minLength: length,
    maxLength: length,
  });
