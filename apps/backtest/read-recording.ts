import { addSeconds, type Instant, instantFromMillis, secondsBetween } from '../../core/amounts.ts';
import { type Problem, shown } from '../../core/application/problem.ts';
import type { Column } from './recording.ts';

/** Steps that are played: below a second metrics have no meaning, above a day there is no load to follow. */
const stepLimits = { least: 1, most: 86_400 };
/** One wrong line is often followed by all others. */
const mostProblems = 5;
/** Seconds from here on are counted from 1970, below from the start that was asked for: 2001-09-09. */
const epochSeconds = 1e9;

interface Row {
  readonly at: Instant;
  readonly cells: readonly number[];
}

/**
 * Reads a recording: a header `t_seconds,name,…` or `time,name,…`, then one row a step, the same step throughout. An empty cell is a step without
 * a datapoint. `t_seconds` counts from `from`, or from 1970 when it is that large; `time` is ISO 8601. Problems name their line.
 */
export function readRecording(
  text: string,
  from: Instant,
): readonly Column[] | { readonly problems: readonly Problem[] } {
  const lines = text.split(/\r?\n/);
  while (lines.at(-1)?.trim() === '') lines.pop();
  const names = (lines[0] ?? '').split(',').map((name) => name.trim());
  const wrongHeader = checkHeader(names);
  if (wrongHeader.length > 0) return { problems: wrongHeader };
  if (lines.length < 3)
    return { problems: [{ path: 'rows', found: String(lines.length - 1), allowed: 'two rows or more' }] };
  const problems: Problem[] = [];
  const rows: Row[] = [];
  for (const [index, line] of lines.entries()) {
    if (index === 0) continue;
    const row = readRow(line, { names, from });
    if ('at' in row) rows.push(row);
    else problems.push({ path: `line ${index + 1}`, ...row });
    if (problems.length >= mostProblems) break;
  }
  if (problems.length > 0) return { problems };
  const wrongSteps = checkSteps(rows);
  return wrongSteps.length > 0 ? { problems: wrongSteps.slice(0, mostProblems) } : columnsOf(names, rows);
}

function checkHeader([time = '', ...names]: readonly string[]): readonly Problem[] {
  const allowed = 'a header such as t_seconds,load or time,requests,web_in_service';
  if (time !== 't_seconds' && time !== 'time') return [{ path: 'line 1', found: shown(time), allowed }];
  if (names.length === 0 || names.includes('')) return [{ path: 'line 1', found: 'a column without a name', allowed }];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? [] : [{ path: 'line 1', found: `${shown(twice)} twice`, allowed: 'each column once' }];
}

function readRow(
  line: string,
  { names, from }: { readonly names: readonly string[]; readonly from: Instant },
): Row | Pick<Problem, 'found' | 'allowed'> {
  const [time = '', ...texts] = line.split(',').map((cell) => cell.trim());
  if (texts.length !== names.length - 1) {
    return { found: `${texts.length + 1} cells`, allowed: `${names.length} cells, as in the header` };
  }
  const at = names[0] === 'time' ? instantOf(time) : instantAfter(from, time);
  if (at === undefined) {
    const allowed = names[0] === 'time' ? 'an ISO 8601 time such as 2026-11-21T08:00:00Z' : 'a number of seconds';
    return { found: shown(time), allowed };
  }
  const cells = texts.map((cell) => (cell === '' ? Number.NaN : numberOf(cell)));
  const wrong = cells.indexOf(undefined);
  if (wrong >= 0) return { found: `${names[wrong + 1]} ${shown(texts[wrong])}`, allowed: 'a number, or nothing' };
  return { at, cells: cells.map((cell) => cell ?? Number.NaN) };
}

function instantOf(text: string): Instant | undefined {
  const millis = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(millis) ? undefined : instantFromMillis(millis);
}

function instantAfter(from: Instant, text: string): Instant | undefined {
  const seconds = numberOf(text);
  if (seconds === undefined) return undefined;
  return seconds >= epochSeconds ? instantFromMillis(seconds * 1000) : addSeconds(from, seconds);
}

function numberOf(text: string): number | undefined {
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

function checkSteps(rows: readonly Row[]): readonly Problem[] {
  const step = stepOf(rows);
  if (!(step >= stepLimits.least && step <= stepLimits.most)) {
    const allowed = `steps of ${stepLimits.least} to ${stepLimits.most} seconds, forward in time`;
    return [{ path: 'line 3', found: `a step of ${step} s`, allowed }];
  }
  const start = rows[0]?.at ?? instantFromMillis(0);
  if ((start / 1000) % Math.min(step, 60) !== 0) {
    return [
      {
        path: 'line 2',
        found: `a start ${(start / 1000) % 60} s into a minute`,
        allowed: 'steps that start on the minute',
      },
    ];
  }
  return rows.flatMap(({ at }, index) => {
    const before = rows[index - 1]?.at;
    const found = before === undefined ? step : secondsBetween(before, at);
    if (Math.abs(found - step) < 1e-3) return [];
    const missing = found > step ? 'for a step without datapoints write its time and empty cells' : undefined;
    return [
      {
        path: `line ${index + 2}`,
        found: `${found} s after the line before`,
        allowed: `steps of ${step} s, none missing`,
        ...(missing === undefined ? {} : { message: missing }),
      },
    ];
  });
}

function stepOf([first, second]: readonly Row[]): number {
  return first === undefined || second === undefined ? 0 : secondsBetween(first.at, second.at);
}

function columnsOf([, ...names]: readonly string[], rows: readonly Row[]): readonly Column[] {
  const start = rows[0]?.at ?? instantFromMillis(0);
  return names.map((name, index) => ({
    name,
    start,
    stepSeconds: stepOf(rows),
    values: Float64Array.from(rows, ({ cells }) => cells[index] ?? Number.NaN),
  }));
}
