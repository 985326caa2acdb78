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

/** The most of an entrant's newest `ticks` asks: the newest is `asked`, those before it are in its answers. */
export function heldSize(
  answers: readonly Pick<Answer, 'asks'>[],
  { entrant, asked, ticks }: { readonly entrant: number; readonly asked: number; readonly ticks: number },
): number {
  let most = asked;
  for (let back = 1; back < ticks && back <= answers.length; back += 1)
    most = Math.max(most, answers[answers.length - back]?.asks[entrant] ?? 1);
  return most;
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

/** The least q with which each of the look-aheads, sized by one policy, would have asked for `root`. */
export function qsFor(outlooks: readonly Foreseen[], policy: number, root: number): number[] {
  const qs: number[] = [];
  for (const { sizings } of outlooks) {
    const sizing = sizings[policy];
    qs.push(sizing === undefined ? root : (root - sizing[0]) / sizing[1]);
  }
  return qs;
}

/**
 * The least q with which a tick's need would have been in service, from what each look-ahead would have needed (`qs`, without gaps, the tick's own
 * at place `at`): every answer from the one for the tick itself to a boot time later could have taken instances away, and each holds the most
 * that was asked for in the `ticks` up to it. So: the greatest, over these answers, of the least q that any ask they hold would have needed.
 */
export function scoreOf(qs: readonly number[], at: number, ticks: number): number {
  let score = Number.NEGATIVE_INFINITY;
  let least = Math.max(0, at - ticks + 1);
  for (let place = least; place < qs.length; place += 1) {
    if (least <= place - ticks) least = leastPlace(qs, place - ticks + 1, place);
    else if ((qs[place] ?? 0) <= (qs[least] ?? 0)) least = place;
    if (place >= at) score = Math.max(score, qs[least] ?? 0);
  }
  return score;
}

/** Where the least of these places is, the last of equals: it stays in the window longest. */
function leastPlace(qs: readonly number[], from: number, to: number): number {
  let least = from;
  for (let place = from + 1; place <= to; place += 1) if ((qs[place] ?? 0) <= (qs[least] ?? 0)) least = place;
  return least;
}

/** What this rule alone had in service in a past tick, from the answers that could still take instances away from it. */
export function servedIn(answers: readonly Answer[], tick: number, bootTicks: number): number | undefined {
  let served: number | undefined;
  for (const { forTick, needed } of answers)
    if (forTick >= tick && forTick <= tick + bootTicks) served = Math.min(served ?? needed, needed);
  return served;
}
