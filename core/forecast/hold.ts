import type { Answer, Foreseen } from './state.ts';

/*
 * An instance that is given up is back a boot time later at the earliest, and a gap of need that is shorter than that is cheaper kept through than booted
 * again. So what was asked for is held for a boot time, unless launches that come too late anyway are better given up sooner: each policy
 * competes with both.
 */

/** Ticks for which an ask is held, its own included. */
export function holdsOf(bootTicks: number): readonly number[] {
  return [bootTicks + 1, Math.max(1, Math.ceil(bootTicks / 3))];
}

/** How many look-aheads before a tick's own can matter for what is in service in it. */
export function ticksHeld(bootTicks: number): number {
  return bootTicks + 1;
}

/** The most of the newest `ticks` asks, the newest of which is `asked`. */
export function heldSize(asksBefore: readonly number[], asked: number, ticks: number): number {
  let most = asked;
  for (let back = 1; back < ticks && back <= asksBefore.length; back += 1)
    most = Math.max(most, asksBefore[asksBefore.length - back] ?? 0);
  return most;
}

/** The look-aheads that decided what was in service in a tick, one policy's sizings out of them. */
export interface Held {
  /** Without gaps, oldest first; a missing tick carries the sizings of the one before. */
  readonly sizings: readonly (readonly [number, number])[];
  /** Where in it the tick itself stands. */
  readonly at: number;
}

/** The look-aheads from a holding time before a tick to a boot time after it, gaps filled; undefined when the tick was not foreseen. */
export function decisive(
  foreseen: readonly Foreseen[],
  tick: number,
  bootTicks: number,
): { readonly outlooks: readonly Foreseen[]; readonly at: number } | undefined {
  const outlooks: Foreseen[] = [];
  let at = -1;
  for (const outlook of foreseen) {
    if (outlook.tick <= tick - ticksHeld(bootTicks) || outlook.tick > tick + bootTicks) continue;
    const last = outlooks.at(-1);
    for (let missing = (last?.tick ?? outlook.tick) + 1; last !== undefined && missing < outlook.tick; missing += 1) {
      if (missing === tick) at = outlooks.length;
      outlooks.push(last);
    }
    if (outlook.tick === tick) at = outlooks.length;
    outlooks.push(outlook);
  }
  return at < 0 ? undefined : { outlooks, at };
}

/**
 * The least q with which `root` would have been in service: every answer from the one for the tick itself to a boot time later could have taken
 * instances away, and each holds the most that was asked for in the `ticks` up to it. So: the greatest, over these answers, of the least
 * q that any ask they hold would have needed.
 */
export function scoreOf({ sizings, at }: Held, root: number, ticks: number): number {
  const needed = sizings.map(([middle, width]) => (root - middle) / width);
  let score = Number.NEGATIVE_INFINITY;
  /** Places in rising order whose q is lower than all later ones: the first is the least of the window. */
  const candidates: number[] = [];
  let first = 0;
  for (let place = Math.max(0, at - ticks + 1); place < needed.length; place += 1) {
    const q = needed[place] ?? 0;
    while (candidates.length > first && (needed[candidates[candidates.length - 1] ?? 0] ?? 0) >= q) candidates.pop();
    candidates.push(place);
    while ((candidates[first] ?? 0) <= place - ticks) first += 1;
    if (place >= at) score = Math.max(score, needed[candidates[first] ?? 0] ?? 0);
  }
  return score;
}

/** What this rule alone had in service in a past tick, from the answers that could still take instances away from it. */
export function servedIn(answers: readonly Answer[], tick: number, bootTicks: number): number | undefined {
  let served: number | undefined;
  for (const { forTick, needed } of answers)
    if (forTick >= tick && forTick <= tick + bootTicks) served = Math.min(served ?? needed, needed);
  return served;
}
