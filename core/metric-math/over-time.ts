import { addSeconds } from '../amounts.ts';
import { type Column, finite, type Grid } from './columns.ts';

/** UTC parts of the start of a period, as AWS numbers them: days of the week run from 1 (Monday) to 7 (Sunday), EPOCH is in seconds. */
export const timeParts = {
  MINUTE: (at) => at.getUTCMinutes(),
  HOUR: (at) => at.getUTCHours(),
  DAY: (at) => at.getUTCDay() || 7,
  DATE: (at) => at.getUTCDate(),
  MONTH: (at) => at.getUTCMonth() + 1,
  YEAR: (at) => at.getUTCFullYear(),
  EPOCH: (at) => Math.floor(at.getTime() / 1000),
} satisfies Readonly<Record<string, (at: Date) => number>>;

/** A value for every period of the grid, also where the metric has none: AWS calls it non-sparse. */
export function fromTime(grid: Grid, part: (at: Date) => number): Column {
  const starts = new Float64Array(grid.count).map((_, period) =>
    addSeconds(grid.startsAt, period * grid.periodSeconds),
  );
  return starts.map((start) => part(new Date(start)));
}

/** Each datapoint against the one before it, however many periods ago that was; the first has none before it and is dropped. */
export function differences(column: Column, f: (change: number, periods: number) => number): Column {
  let before: { readonly point: number; readonly period: number } | undefined;
  return column.map((point, period) => {
    if (Number.isNaN(point)) return Number.NaN;
    const difference = before === undefined ? Number.NaN : finite(f(point - before.point, period - before.period));
    before = { point, period };
    return difference;
  });
}

/** The sum of all datapoints so far, where there is a datapoint. */
export function runningSum(column: Column): Column {
  let total = 0;
  return column.map((point) => {
    if (Number.isNaN(point)) return point;
    total += point;
    return finite(total);
  });
}

/**
 * Fills missing datapoints with a number, with another series, with the last datapoint before (REPEAT) or along the line between the datapoints on
 * both sides (LINEAR). Where there is none before, or none on one of the two sides, they stay missing: AWS says nothing, and to guess would
 * make data out of none.
 */
export function fill(column: Column, filler: number | Column | 'REPEAT' | 'LINEAR'): Column {
  if (filler === 'REPEAT') return fillFromBefore(column);
  if (filler === 'LINEAR') return fillLine(column);
  return column.map((point, period) => {
    if (!Number.isNaN(point)) return point;
    return typeof filler === 'number' ? filler : (filler[period] as number);
  });
}

function fillFromBefore(column: Column): Column {
  let last = Number.NaN;
  return column.map((point) => {
    if (!Number.isNaN(point)) last = point;
    return last;
  });
}

function fillLine(column: Column): Column {
  const filled = column.slice();
  let start = -1;
  column.forEach((point, end) => {
    if (Number.isNaN(point)) return;
    const from = column[start] as number;
    for (let period = start + 1; start >= 0 && period < end; period += 1) {
      filled[period] = finite(from + ((point - from) * (period - start)) / (end - start));
    }
    start = end;
  });
  return filled;
}
