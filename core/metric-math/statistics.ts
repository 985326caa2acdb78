import { buildColumn, type Column, finite, type Grid, type Value } from './columns.ts';

/** Reduces the datapoints that are there, at least one; `places` also counts the missing ones. */
export type Statistic = (points: readonly number[], places: number) => number;

/**
 * AVG counts missing datapoints as 0, as AWS says ("Missing values are treated as 0"); that is why SUM(m1) / DATAPOINT_COUNT(m1) exists beside it.
 * Of the others AWS says nothing: they leave missing datapoints out. STDDEV is that of a whole population, divided by n.
 * Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export const statistics = {
  AVG: (points, places) => sum(points) / places,
  MIN: (points) => points.reduce((least, point) => Math.min(least, point)),
  MAX: (points) => points.reduce((most, point) => Math.max(most, point)),
  SUM: (points) => sum(points),
  STDDEV: (points) => {
    const mean = sum(points) / points.length;
    return Math.sqrt(sum(points.map((point) => (point - mean) ** 2)) / points.length);
  },
  DATAPOINT_COUNT: (points) => points.length,
} satisfies Readonly<Record<string, Statistic>>;

/** One series → a scalar over its datapoints; an array → a series, each period over all members. Nothing there → no value. */
export function reduce(value: Column | readonly Column[], statistic: Statistic, grid: Grid): Value {
  if (value instanceof Float64Array) return reduceSeries(value, statistic);
  return buildColumn(grid.count, (period) => {
    const there: number[] = [];
    for (const column of value) {
      const point = column[period] as number;
      if (!Number.isNaN(point)) there.push(point);
    }
    return there.length === 0 ? Number.NaN : finite(statistic(there, value.length));
  });
}

/** A statistic of one series; NaN when it has no datapoint. */
export function reduceSeries(column: Column, statistic: Statistic): number {
  const there = [...column].filter((point) => !Number.isNaN(point));
  return there.length === 0 ? Number.NaN : finite(statistic(there, column.length));
}

function sum(points: readonly number[]): number {
  return points.reduce((total, point) => total + point, 0);
}
