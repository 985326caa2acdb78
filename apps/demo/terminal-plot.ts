import type { Instant } from '../../core/amounts.ts';
import { type Bucket, bucketsOf, niceCeiling } from './buckets.ts';
import type { Paint } from './paint.ts';
import { timeMarks } from './time-axis.ts';

/** What the plot shows, minute by minute. */
export interface PlottedLoad {
  readonly start: Instant;
  readonly needed: ArrayLike<number>;
  readonly inService: ArrayLike<number>;
}

/** Room of the plot, in characters, labels not counted. */
export interface PlotRoom {
  readonly columns: number;
  readonly rows: number;
}

interface Column {
  readonly needed: number;
  readonly inService: number;
  /** Share of the minutes in which fewer were in service than needed. */
  readonly shortRatio: number;
}

const eighths = ['', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const labelWidth = 5;
const labelledRows = 4;

/** Load as a filled area, spare capacity above it in grey, and below a strip that says where capacity was short. */
export function plotLoad(plotted: PlottedLoad, { columns, rows }: PlotRoom, paint: Paint): readonly string[] {
  const table = columnsOf(plotted, columns);
  const most = Math.max(...table.map((column) => Math.max(column.needed, column.inService)));
  const perRow = niceCeiling(most / rows);
  const lines = Array.from({ length: rows }, (_, index) => {
    const row = rows - 1 - index;
    const label = (row + 1) % labelledRows === 0 ? String((row + 1) * perRow) : '';
    const cells = table.map((column) => cellOf(column, { row, perRow, paint }));
    return `${paint.faint(label.padStart(labelWidth - 1))} ${cells.join('')}`.trimEnd();
  });
  const strip = table.map(({ shortRatio }) => shortMark(shortRatio, paint)).join('');
  const margin = ' '.repeat(labelWidth);
  return [...lines, `${margin}${strip}`, `${margin}${paint.faint(axisLine(plotted, table.length))}`];
}

/** One line of little bars, each the most of its time, for what needs no axis. */
export function sparkline(series: ArrayLike<number>, columns: number): string {
  const buckets = bucketsOf(series, columns).map(({ most }) => (Number.isNaN(most) ? 0 : most));
  const top = Math.max(...buckets);
  return buckets.map((value) => (value > 0 ? eighths[Math.max(1, Math.round((8 * value) / top))] : ' ')).join('');
}

function columnsOf({ needed, inService }: PlottedLoad, columns: number): readonly Column[] {
  const short = Float32Array.from(needed, (need, minute) => Number((inService[minute] ?? 0) < need));
  const [needs, haves, shorts] = [needed, inService, short].map((series) => bucketsOf(series, columns));
  return (needs ?? []).map((need: Bucket, index) => ({
    needed: need.mean,
    inService: haves?.[index]?.mean ?? 0,
    shortRatio: shorts?.[index]?.mean ?? 0,
  }));
}

function cellOf(
  { needed, inService }: Column,
  { row, perRow, paint }: { readonly row: number; readonly perRow: number; readonly paint: Paint },
): string {
  const filled = Math.min(8, Math.round(8 * (needed / perRow - row)));
  const isShort = needed > inService && row >= Math.floor(inService / perRow);
  if (filled > 0) return (isShort ? paint.short : paint.load)(eighths[filled] ?? '');
  return Math.round(inService / perRow) > row ? paint.faint('░') : ' ';
}

function shortMark(ratio: number, paint: Paint): string {
  if (ratio === 0) return paint.faint('·');
  return paint.short(eighths[Math.max(1, Math.min(8, Math.round(16 * ratio)))] ?? '');
}

function axisLine({ start, needed }: PlottedLoad, columns: number): string {
  const marks = timeMarks(start, needed.length * 60, Math.max(2, Math.floor(columns / 12)));
  let line = '';
  for (const { place, label } of marks) {
    const column = Math.round(place * columns);
    if (column + label.length + 1 > columns || column < line.length) continue;
    line = `${line.padEnd(column)}╵${label} `;
  }
  return line.trimEnd();
}
