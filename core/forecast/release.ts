import { type Chances, launchFactor, priceOfSize } from './price.ts';
import type { Answer, Foreseen } from './state.ts';

/*
 * An instance that is given up is back a boot time later at the earliest. So it goes only when none of the look-aheads that were made within the last
 * boot time asks for it: they cover the whole time in which it could not come back. A gap of need that is shorter than the boot time is kept
 * through, which is also what costs least, as booting is billed.
 */

/** How many look-aheads before a tick's own are needed to tell what was held in it: a run of asking that began earlier is rarely one that ends here. */
export function ticksBefore(bootTicks: number): number {
  return 2 * bootTicks + 10;
}

/** How far below a tick's own price the one with release considered is looked for. */
const bisectedLogs = 6;

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
 * The price that would have covered `needed` in `tick`, launches and release considered: it had to be asked for a boot time before at the latest, at the price
 * of a launch, and to be held from then on. `own` is the price of holding it by the tick's own look-ahead. Found by bisection, as more
 * is held at a higher price.
 */
export function priceWithRelease(
  foreseen: readonly Foreseen[],
  past: { readonly tick: number; readonly needed: number; readonly own: number },
  { chances, bootTicks }: { readonly chances: Chances; readonly bootTicks: number },
): number {
  const before = ticksBefore(bootTicks);
  const prices = new Array<number>(before + bootTicks + 1).fill(past.own);
  for (const outlook of foreseen) {
    const at = outlook.tick - past.tick + before;
    if (at >= 0 && at < prices.length && outlook.tick !== past.tick)
      prices[at] = priceOfSize(outlook, chances, past.needed);
  }
  let low = Math.log(past.own) - bisectedLogs;
  let high = Math.log(past.own * launchFactor);
  for (let halving = 0; halving < 9; halving += 1) {
    const middle = (low + high) / 2;
    if (isCovered(prices, Math.exp(middle), { before, bootTicks })) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

/** Whether one more instance would be held in every answer from a boot time before the tick to the tick itself. */
function isCovered(
  prices: readonly number[],
  price: number,
  { before, bootTicks }: { readonly before: number; readonly bootTicks: number },
): boolean {
  let heldUntil = -1;
  for (const [at, holding] of prices.entries()) {
    const isHeld = heldUntil >= at;
    if (holding * (isHeld ? 1 : launchFactor) <= price) heldUntil = at + bootTicks;
    if (at >= before && heldUntil < at) return false;
  }
  return true;
}
