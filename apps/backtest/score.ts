import { addSeconds, type Instant, isBefore, secondsBetween } from '../../core/amounts.ts';
import type { Needed } from './needed.ts';

/** From this instant on, so many. */
export interface CountChange {
  readonly at: Instant;
  readonly count: number;
}

/** The elasticity metrics of the SPEC RG Cloud group over a stretch of time, in percent. */
export interface Elasticity {
  /** Share of the time with fewer in service than needed. */
  readonly tauUPercent: number;
  /** Mean of what is missing, as a share of what is needed. */
  readonly thetaUPercent: number;
  /** Mean of what is too much, as a share of what is needed. */
  readonly thetaOPercent: number;
  /** Time of which it is known how many were needed: the rest counts for nothing. */
  readonly scoredSeconds: number;
}

/** A stretch of time, half-open. */
export interface Window {
  readonly from: Instant;
  readonly until: Instant;
}

/** How a fleet stood against what was needed. `changes` ascending, the first at the start of the recording. Undefined when nothing is known. */
export function scoreOf(
  needed: Needed,
  {
    start,
    changes,
    window,
  }: { readonly start: Instant; readonly changes: readonly CountChange[]; readonly window: Window },
): Elasticity | undefined {
  const total = { seconds: 0, short: 0, missing: 0, idle: 0 };
  let next = 0;
  let count = 0;
  for (const [step, need] of needed.values.entries()) {
    const end = addSeconds(start, (step + 1) * needed.stepSeconds);
    let at = addSeconds(start, step * needed.stepSeconds);
    while (isBefore(at, end)) {
      for (let change = changes[next]; change !== undefined && !isBefore(at, change.at); change = changes[next]) {
        count = change.count;
        next += 1;
      }
      const change = changes[next]?.at;
      const until = change !== undefined && isBefore(change, end) ? change : end;
      add(total, { need, count, seconds: overlapSeconds({ from: at, until }, window) });
      at = until;
    }
  }
  if (total.seconds === 0) return undefined;
  const percent = (part: number): number => (100 * part) / total.seconds;
  return {
    tauUPercent: percent(total.short),
    thetaUPercent: percent(total.missing),
    thetaOPercent: percent(total.idle),
    scoredSeconds: total.seconds,
  };
}

function add(
  total: { seconds: number; short: number; missing: number; idle: number },
  { need, count, seconds }: { readonly need: number; readonly count: number; readonly seconds: number },
): void {
  if (Number.isNaN(need)) return;
  total.seconds += seconds;
  if (count < need) total.short += seconds;
  total.missing += (seconds * Math.max(need - count, 0)) / need;
  total.idle += (seconds * Math.max(count - need, 0)) / need;
}

/** How much of a stretch lies in the window. */
export function overlapSeconds(of: Window, { from, until }: Window): number {
  const start = isBefore(of.from, from) ? from : of.from;
  const end = isBefore(until, of.until) ? until : of.until;
  return Math.max(0, secondsBetween(start, end));
}

/** A change of direction within this time is a flap. */
export const flapSeconds = 600;

/** How often a count that went one way went back the other within ten minutes. */
export function flapsOf(changes: readonly CountChange[], window: Window): number {
  let flaps = 0;
  let last: { readonly at: Instant; readonly isOut: boolean } | undefined;
  for (const [index, { at, count }] of changes.entries()) {
    const before = changes[index - 1]?.count;
    if (before === undefined || before === count) continue;
    const isOut = count > before;
    const isFlap = last !== undefined && last.isOut !== isOut && secondsBetween(last.at, at) <= flapSeconds;
    if (isFlap && !isBefore(at, window.from) && isBefore(at, window.until)) flaps += 1;
    last = { at, isOut };
  }
  return flaps;
}
