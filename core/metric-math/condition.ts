import { buildColumn, type Column, emptyColumn, type Grid } from './columns.ts';

/** The two sides of an IF. Without `whenFalse` the periods that are false are dropped. */
export interface Branches {
  readonly whenTrue: number | Column;
  readonly whenFalse: number | Column | undefined;
}

/**
 * IF. Any number but 0 is true. A series as the condition is asked period by period: where it has no datapoint, the result has none; where it is
 * true and `whenTrue` has no datapoint, the result is 0; where it is false and `whenFalse` has none, it is dropped. A scalar as the condition takes
 * one series as it is. Source: "Using IF expressions",
 * docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#using-IF-expressions
 */
export function choose(condition: number | Column, branches: Branches, grid: Grid): Column {
  if (typeof condition === 'number') return chooseOnce(condition, branches, grid);
  const { whenTrue, whenFalse = Number.NaN } = branches;
  return buildColumn(grid.count, (period) => {
    const holds = condition[period] as number;
    if (Number.isNaN(holds)) return Number.NaN;
    if (holds === 0) return pointOf(whenFalse, period);
    const point = pointOf(whenTrue, period);
    return Number.isNaN(point) && typeof whenTrue !== 'number' ? 0 : point;
  });
}

function chooseOnce(condition: number, { whenTrue, whenFalse }: Branches, grid: Grid): Column {
  const chosen = condition === 0 ? whenFalse : whenTrue;
  return Number.isNaN(condition) || !(chosen instanceof Float64Array) ? emptyColumn(grid) : chosen;
}

function pointOf(side: number | Column, period: number): number {
  return typeof side === 'number' ? side : (side[period] as number);
}
