import { addSeconds, type Instant, isBefore, secondsBetween } from '../amounts.ts';
import type { Outcome, PastWish, ScalingMemory } from '../decision.ts';
import type { Draft } from '../draft.ts';

/** Evaluations come every minute; a longer silence than this means that nobody was watching. */
const LONGEST_GAP_SECONDS = 180;
const MOST_WISHES = 100;

/** Adds this evaluation's wish. After a gap in the evaluations the window begins anew. */
export function rememberWish(memory: ScalingMemory, wish: PastWish, stabilizationSeconds: number): ScalingMemory {
  const last = memory.wishes.at(-1);
  const isGap = last === undefined || secondsBetween(last.at, wish.at) > LONGEST_GAP_SECONDS;
  if (isGap) return rememberAlso(memory, { wishes: [wish], wishesSince: wish.at });
  const horizon = addSeconds(wish.at, -stabilizationSeconds);
  const standing = memory.wishes.filter(({ at, count }) => isBefore(horizon, at) && count > wish.count);
  standing.push(wish);
  return rememberAlso(memory, { wishes: bounded(standing) });
}

/** The highest wish of the window, the latest of equals; `undefined` while the window is not covered by wishes without a gap. */
export function highestWish(memory: ScalingMemory, stabilizationSeconds: number): PastWish | undefined {
  const { wishes, wishesSince } = memory;
  const last = wishes.at(-1);
  if (last === undefined || wishesSince === undefined) return undefined;
  if (secondsBetween(wishesSince, last.at) < stabilizationSeconds) return undefined;
  return wishes.reduce((highest, wish) => (wish.count >= highest.count ? wish : highest));
}

/** Notes when the count last rose and fell, for the cooldowns. */
export function rememberOutcome(memory: ScalingMemory, outcome: Outcome, now: Instant): ScalingMemory {
  if (outcome === 'out') return rememberAlso(memory, { scaledOutAt: now });
  if (outcome === 'in') return rememberAlso(memory, { scaledInAt: now });
  return memory;
}

/** What of the memory is anew; freezes that are given as undefined are forgotten. */
export type Remembered = Partial<Omit<ScalingMemory, 'freezes'>> & {
  readonly freezes?: ScalingMemory['freezes'] | undefined;
};

/** The memory with some of it anew. */
export function rememberAlso(memory: ScalingMemory, anew: Remembered): ScalingMemory {
  const { wishes = memory.wishes, inService = memory.inService, wishesSince = memory.wishesSince } = anew;
  const { scaledOutAt = memory.scaledOutAt, scaledInAt = memory.scaledInAt } = anew;
  const { forecasts = memory.forecasts, taught = memory.taught } = anew;
  const freezes = 'freezes' in anew ? anew.freezes : memory.freezes;
  const next: Draft<ScalingMemory> = { wishes, inService };
  if (wishesSince !== undefined) next.wishesSince = wishesSince;
  if (scaledOutAt !== undefined) next.scaledOutAt = scaledOutAt;
  if (scaledInAt !== undefined) next.scaledInAt = scaledInAt;
  if (freezes !== undefined) next.freezes = freezes;
  if (forecasts !== undefined) next.forecasts = forecasts;
  if (taught !== undefined) next.taught = taught;
  return next;
}

/** The two oldest become one that is as high as the higher and as late as the later: it keeps more than they did, never less. */
function bounded(wishes: readonly PastWish[]): readonly PastWish[] {
  const [first, second, ...rest] = wishes;
  if (wishes.length <= MOST_WISHES || first === undefined || second === undefined) return wishes;
  return [{ at: second.at, count: Math.max(first.count, second.count) }, ...rest];
}
