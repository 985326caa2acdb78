import { type Column, emptyColumn, type Grid } from './columns.ts';
import { reduceSeries, statistics } from './statistics.ts';

/** How SORT orders: by a statistic of each series, `ASC` from the lowest, `DESC` from the highest, at most `limit` of them. */
export interface Order {
  readonly by: 'AVG' | 'MIN' | 'MAX' | 'SUM';
  readonly direction: 'ASC' | 'DESC';
  readonly limit: number | undefined;
}

/** Which members SLICE keeps, counted from 0; without `end` all from `start`. */
export interface Range {
  readonly start: number;
  readonly end: number | undefined;
}

/** Series of equal rank keep their order; those without datapoints come last either way. */
export function sort(array: readonly Column[], order: Order): readonly Column[] {
  const statistic = statistics[order.by];
  const lowest = order.direction === 'ASC' ? 1 : -1;
  const ranked = array.map((column) => ({ column, rank: reduceSeries(column, statistic) * lowest }));
  ranked.sort((a, b) => byRank(a.rank, b.rank));
  const sorted = ranked.map(({ column }) => column);
  return order.limit === undefined ? sorted : sorted.slice(0, place(order.limit));
}

/** The series from `start` up to, but not including, `end`. Fractions are cut off, negatives count as 0. */
export function slice(array: readonly Column[], { start, end }: Range): readonly Column[] {
  return array.slice(place(start), end === undefined ? undefined : place(end));
}

/** The series at 0 (FIRST) or -1 (LAST); one without datapoints when the array is empty. */
export function pick(array: readonly Column[], index: 0 | -1, grid: Grid): Column {
  return array.at(index) ?? emptyColumn(grid);
}

/** The series that have at least one datapoint. */
export function removeEmpty(array: readonly Column[]): readonly Column[] {
  return array.filter((column) => column.some((point) => !Number.isNaN(point)));
}

function byRank(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  return Number.isNaN(b) ? -1 : a - b;
}

function place(scalar: number): number {
  return Math.max(0, Math.trunc(scalar));
}
