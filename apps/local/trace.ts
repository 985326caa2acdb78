/** A recorded load, ready to be played. */
export interface Trace {
  readonly name: string;
  /** Length of one step of `load`, at most 60. */
  readonly stepSeconds: number;
  /** The load in each step, in the unit of the recording. */
  readonly load: Float64Array;
  /** The step of the file; a longer one than `stepSeconds` was interpolated. */
  readonly recordedStepSeconds: number;
}

/** Longest step that is played as it is; metrics have a resolution of a minute. */
export const coarsestStepSeconds = 60;

/** Length of a trace. */
export function traceSeconds(trace: Trace): number {
  return trace.load.length * trace.stepSeconds;
}

/** The first days of a trace; all of it when it is shorter. */
export function firstDays(trace: Trace, days: number): Trace {
  const steps = Math.max(1, Math.round((days * 86_400) / trace.stepSeconds));
  return { ...trace, load: trace.load.subarray(0, steps) };
}

/** The load in the step that `second` falls into; the first and the last go on before and after the trace. */
export function loadAt(trace: Trace, second: number): number {
  const step = Math.floor(second / trace.stepSeconds);
  const last = trace.load.length - 1;
  return trace.load[Math.min(Math.max(step, 0), last)] ?? 0;
}

/** The highest load of a trace, in its own unit a second. */
export function peakLoad(trace: Trace): number {
  return trace.load.reduce((peak, load) => Math.max(peak, load), 0);
}

/**
 * A recording as it is played: steps longer than a minute become minutes, on the straight line between two recorded counts. Counts keep the
 * unit of the recording, which is a rate: the fleet is sized by the peak, so no division is needed.
 */
export function playable(name: string, recordedStepSeconds: number, recorded: readonly number[]): Trace {
  if (recordedStepSeconds <= coarsestStepSeconds) {
    return { name, stepSeconds: recordedStepSeconds, recordedStepSeconds, load: Float64Array.from(recorded) };
  }
  const minutes = Math.max(1, Math.floor((recorded.length * recordedStepSeconds) / coarsestStepSeconds));
  const load = Float64Array.from({ length: minutes }, (_, minute) => {
    const place = (minute * coarsestStepSeconds) / recordedStepSeconds;
    const before = recorded[Math.floor(place)] ?? 0;
    const after = recorded[Math.floor(place) + 1] ?? before;
    return before + (after - before) * (place - Math.floor(place));
  });
  return { name, stepSeconds: coarsestStepSeconds, recordedStepSeconds, load };
}
