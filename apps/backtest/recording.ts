import { addSeconds, type Instant, isBefore, secondsBetween } from '../../core/amounts.ts';

/** One recorded metric: a value for each step, NaN where there was no datapoint. */
export interface Column {
  readonly name: string;
  /** Start of the first step. */
  readonly start: Instant;
  /** Length of a step; a count belongs to the whole of its step. */
  readonly stepSeconds: number;
  readonly values: Float64Array;
}

/** What was recorded, over the time that every column covers. */
export interface Recording {
  readonly columns: ReadonlyMap<string, Column>;
  readonly start: Instant;
  readonly end: Instant;
  /** The longest step of all columns. */
  readonly stepSeconds: number;
}

/** How values of shorter steps become one of a longer step. */
export type Gathering = 'sum' | 'mean' | 'least' | 'most';

/** The end of the last step. */
export function endOf({ start, stepSeconds, values }: Column): Instant {
  return addSeconds(start, values.length * stepSeconds);
}

/** Columns of one or more files as one recording, over the time that all of them cover; that may be none. */
export function recordingOf(columns: readonly Column[]): Recording {
  const [first] = columns;
  if (first === undefined) throw new RangeError('a recording has at least one column');
  let [start, end, stepSeconds] = [first.start, endOf(first), first.stepSeconds];
  for (const column of columns) {
    if (isBefore(start, column.start)) start = column.start;
    if (isBefore(endOf(column), end)) end = endOf(column);
    stepSeconds = Math.max(stepSeconds, column.stepSeconds);
  }
  return { columns: new Map(columns.map((column) => [column.name, column])), start, end, stepSeconds };
}

/** What to read a column into. */
export interface Grid {
  readonly start: Instant;
  readonly end: Instant;
  readonly stepSeconds: number;
}

/**
 * The values of a column on another grid. Shorter steps are gathered, those without a datapoint left out. Of longer ones a sum is spread evenly
 * over time, on the straight line from one step to the next, and everything else is read from that line.
 */
export function valuesOn({ start, end, stepSeconds }: Grid, column: Column, gathering: Gathering): Float64Array {
  const count = Math.max(0, Math.floor(secondsBetween(start, end) / stepSeconds));
  const values = new Float64Array(count);
  const offsetSeconds = secondsBetween(column.start, start);
  const share = gathering === 'sum' ? stepSeconds / column.stepSeconds : 1;
  for (let step = 0; step < count; step += 1) {
    const from = (offsetSeconds + step * stepSeconds) / column.stepSeconds;
    const until = from + stepSeconds / column.stepSeconds;
    values[step] =
      column.stepSeconds > stepSeconds
        ? between(column.values, from) * share
        : gathered(column.values.subarray(Math.round(from), Math.round(until)), gathering);
  }
  return values;
}

/** On the straight line to the next step; the last step has none and stays as it is. */
function between(values: Float64Array, place: number): number {
  const index = Math.floor(place);
  const value = values[index] ?? Number.NaN;
  const next = values[index + 1] ?? value;
  return value + (next - value) * (place - index);
}

function gathered(values: Float64Array, gathering: Gathering): number {
  let [sum, found, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    found += 1;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (found === 0) return Number.NaN;
  return { sum, mean: sum / found, least, most }[gathering];
}
