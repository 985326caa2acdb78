import { type Chances, priceOfSize } from './price.ts';
import type { Answer, Foreseen } from './state.ts';

/*
 * An instance that is given up is back a boot time later at the earliest. So it goes only when none of the look-aheads that were made within the last
 * boot time asks for it: they cover the whole time in which it could not come back. A gap of need that is shorter than the boot time is kept
 * through, which is also what costs least, as booting is billed.
 */

/** What is answered now: the most that was asked for within the last `bootTicks`, this answer included. */
export function heldSize(answers: readonly Answer[], asked: number, bootTicks: number): number {
  const recent = bootTicks > 0 ? answers.slice(-bootTicks) : [];
  return recent.reduce((most, answer) => Math.max(most, answer.asked), asked);
}

/** What this rule alone had in service in a past tick, from the answers that could still take instances away from it. */
export function servedIn(answers: readonly Answer[], tick: number, bootTicks: number): number | undefined {
  let served: number | undefined;
  for (const { forTick, needed } of answers)
    if (forTick >= tick && forTick <= tick + bootTicks) served = Math.min(served ?? needed, needed);
  return served;
}

/**
 * The price that would have covered `needed` in `tick`, release considered: in each answer that could have taken the instance away, one of the
 * look-aheads within a boot time had to ask for it. `own` is the price by the tick's own look-ahead, which always is one of them.
 */
export function priceWithRelease(
  foreseen: readonly Foreseen[],
  past: { readonly tick: number; readonly needed: number; readonly own: number },
  { chances, bootTicks }: { readonly chances: Chances; readonly bootTicks: number },
): number {
  const prices = new Array<number>(2 * bootTicks + 1).fill(past.own);
  for (const outlook of foreseen) {
    const at = outlook.tick - past.tick + bootTicks;
    if (at >= 0 && at < prices.length && at !== bootTicks) prices[at] = priceOfSize(outlook, chances, past.needed);
  }
  let worst = 0;
  for (let first = 0; first <= bootTicks; first += 1) {
    let least = Number.POSITIVE_INFINITY;
    for (let at = first; at <= first + bootTicks; at += 1) least = Math.min(least, prices[at] ?? past.own);
    worst = Math.max(worst, least);
  }
  return Math.min(worst, past.own);
}
