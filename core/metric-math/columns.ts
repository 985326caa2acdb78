import type { Instant } from '../amounts.ts';
import type { Series } from '../samples.ts';

/** The periods that an expression is evaluated over: `count` of them, the first starting at `startsAt`. */
export interface Grid {
  readonly startsAt: Instant;
  readonly periodSeconds: number;
  readonly count: number;
}

/** One number a period of the grid; NaN is a missing datapoint. */
export type Column = Float64Array;

/** What a part of an expression evaluates to: S (NaN when it has no value), TS or TS[] in AWS's abbreviations. */
export type Value = number | Column | readonly Column[];

/** What the functions may look at beside their arguments. */
export interface World {
  readonly grid: Grid;
  readonly inputs: ReadonlyMap<string, Series>;
  /** Columns of the ids that the expression needs. */
  readonly columns: ReadonlyMap<string, Column>;
}

/** Puts the samples of a series into the grid's periods; the last of several in one period counts. Samples outside are left out. */
export function columnFrom(series: Series, grid: Grid): Column {
  const column = emptyColumn(grid);
  const periodMillis = grid.periodSeconds * 1000;
  const { samples } = series;
  // From the newest backwards: a caller may keep days of history and ask for its last minutes.
  for (let index = samples.length - 1; index >= 0; index -= 1) {
    const sample = samples[index] as Series['samples'][number];
    const period = Math.floor((sample.at - grid.startsAt) / periodMillis);
    if (period < 0) break;
    if (period < grid.count && Number.isNaN(column[period])) column[period] = finite(sample.value);
  }
  return column;
}

/** A column without any datapoint. */
export function emptyColumn(grid: Grid): Column {
  return new Float64Array(grid.count).fill(Number.NaN);
}

/** A column computed period by period; at the ten periods of a usual window twice as fast as `map` of a typed array. */
export function buildColumn(count: number, f: (period: number) => number): Column {
  const column = new Float64Array(count);
  for (let period = 0; period < count; period += 1) column[period] = f(period);
  return column;
}

/** Applies `f` to every datapoint. What it makes infinite or not a number is dropped, see `finite`. */
export function mapPoints(value: Value, f: (point: number) => number): Value {
  if (typeof value === 'number') return finite(f(value));
  return eachColumn(value, (column) => buildColumn(column.length, (period) => finite(f(column[period] as number))));
}

/** Applies `f` to a series, or to every series of an array. */
export function eachColumn(value: Column | readonly Column[], f: (column: Column) => Column): Value {
  return value instanceof Float64Array ? f(value) : value.map(f);
}

/** A two-sided operator: both sides are numbers by nature, so they keep their places instead of names in an object. */
export type Operate = (left: number, right: number) => number;

/**
 * Applies a two-sided operator datapoint by datapoint. Between two series a datapoint that only one of them lacks counts as 0; where both lack
 * it, or a series meets a scalar, it stays missing. Source: "Basic arithmetic functions" and "Comparison and logical operators" of
 * docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function combine(left: Value, right: Value, f: Operate): Value {
  if (typeof right === 'number') return mapPoints(left, (point) => present(point, right, f));
  if (typeof left === 'number') return mapPoints(right, (point) => present(left, point, f));
  if (!(left instanceof Float64Array)) return left.map((column) => combinePair(column, right as Column, f));
  if (!(right instanceof Float64Array)) return right.map((column) => combinePair(left, column, f));
  return combinePair(left, right, f);
}

/**
 * Metric math has no infinities: CloudWatch drops what divides by zero, and any other datapoint that is no number ("dropped due to non-numeric
 * values (NaN, -Infinite, +Infinite)", github.com/grafana/grafana/issues/78608). Minus zero becomes zero.
 */
export function finite(value: number): number {
  return Number.isFinite(value) ? value + 0 : Number.NaN;
}

function present(left: number, right: number, f: Operate): number {
  return Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : f(left, right);
}

function combinePair(left: Column, right: Column, f: Operate): Column {
  return buildColumn(left.length, (period) => {
    const [point, other] = [left[period] as number, right[period] as number];
    if (Number.isNaN(point)) return Number.isNaN(other) ? Number.NaN : finite(f(0, other));
    return finite(f(point, Number.isNaN(other) ? 0 : other));
  });
}
