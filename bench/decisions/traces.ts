import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A recorded load, ready to be played: one value a step, in the unit of the recording's own step. */
export interface Trace {
  readonly name: string;
  /** 60 for recordings of a minute or coarser, else the recording's own step. */
  readonly stepSeconds: number;
  readonly load: Float64Array;
  /** The step of the file; a coarser one than `stepSeconds` was interpolated. */
  readonly recordedStepSeconds: number;
}

const coarsestStepSeconds = 60;

/** Every `*.csv` of a folder, by name. Throws with the path and line of whatever cannot be read. */
export function readTraces(folder: string): Trace[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.csv'));
  return files.sort().map((name) => readTrace(join(folder, name)));
}

function readTrace(path: string): Trace {
  const rows = readFileSync(path, 'utf8').trim().split(/\r?\n/).slice(1);
  const times: number[] = [];
  const load: number[] = [];
  for (const [index, row] of rows.entries()) {
    const [time, value] = row.split(',').map(Number);
    if (time === undefined || value === undefined || !Number.isFinite(time) || !Number.isFinite(value) || value < 0)
      throw new Error(`${path}:${index + 2}: expected "t_seconds,load" with a load of 0 or more, found "${row}"`);
    times.push(time);
    load.push(value);
  }
  const step = (times[1] ?? 1) - (times[0] ?? 0);
  if (load.length < 2 || step <= 0) throw new Error(`${path}: a trace needs two rows or more, in order of time`);
  return playable(basename(path, '.csv'), step, load);
}

/**
 * Coarse steps are interpolated: the straight line between two recorded counts, at one-minute steps. The values stay in the unit of the
 * recording (a count per recorded step), which is a rate and so needs no division: fleets are sized by the peak.
 */
export function playable(name: string, recordedStepSeconds: number, recorded: readonly number[]): Trace {
  const factor = Math.round(recordedStepSeconds / coarsestStepSeconds);
  if (factor <= 1)
    return { name, stepSeconds: recordedStepSeconds, recordedStepSeconds, load: Float64Array.from(recorded) };
  const load = new Float64Array((recorded.length - 1) * factor + 1);
  for (let index = 0; index < load.length; index += 1) {
    const left = recorded[Math.floor(index / factor)] ?? 0;
    const right = recorded[Math.floor(index / factor) + 1] ?? left;
    load[index] = left + ((right - left) * (index % factor)) / factor;
  }
  return { name, stepSeconds: coarsestStepSeconds, recordedStepSeconds, load };
}
