import type { Problem } from '../../core/application/problem.ts';
import { shown } from '../../core/application/problem.ts';
import { playable, type Trace } from '../local/trace.ts';

/** Steps that are played: below a second metrics have no meaning, above a day there is no load to follow. */
const stepLimits = { least: 1, most: 86_400 };
/** One wrong line is often followed by all others. */
const mostProblems = 5;

/**
 * Reads a recorded load: the header `t_seconds,load`, then one row a step, from any start, the same step throughout, loads from 0 up. Problems
 * name their line.
 */
export function readTrace(text: string, name: string): Trace | readonly Problem[] {
  const lines = text.split(/\r?\n/);
  while (lines.at(-1) === '') lines.pop();
  const [header, ...rows] = lines;
  if (header !== 't_seconds,load') {
    return [{ path: 'line 1', found: shown(header), allowed: 'the header t_seconds,load' }];
  }
  if (rows.length < 2) return [{ path: 'trace', found: `${rows.length} rows`, allowed: 'two rows or more' }];
  const times: number[] = [];
  const loads: number[] = [];
  const problems: Problem[] = [];
  for (const [index, row] of rows.entries()) {
    const [time, load] = numbersOf(row);
    if (time === undefined || load === undefined) {
      problems.push({ path: `line ${index + 2}`, found: shown(row), allowed: 'a second and a load of 0 or more' });
    }
    times.push(time ?? 0);
    loads.push(load ?? 0);
  }
  const step = (times[1] ?? 0) - (times[0] ?? 0);
  const found = problems.length > 0 ? problems : checkSteps(times, step);
  return found.length > 0 ? found.slice(0, mostProblems) : playable(name, step, loads);
}

function numbersOf(row: string): readonly [] | readonly [number, number] {
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*$/i.exec(row);
  return match === null ? [] : [Number(match[1]), Number(match[2])];
}

function checkSteps(times: readonly number[], step: number): readonly Problem[] {
  if (!(step >= stepLimits.least && step <= stepLimits.most)) {
    const allowed = `steps of ${stepLimits.least} to ${stepLimits.most} seconds`;
    return [{ path: 'line 3', found: `a step of ${step} s`, allowed }];
  }
  return times.flatMap((time, index) => {
    const before = times[index - 1];
    if (before === undefined || Math.abs(time - before - step) < 1e-6) return [];
    return [
      {
        path: `line ${index + 2}`,
        found: `second ${time} after ${before}`,
        allowed: `steps of ${step} s, none missing`,
      },
    ];
  });
}
