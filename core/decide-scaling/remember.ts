import { addSeconds, type Instant, isBefore, secondsBetween } from '../amounts.ts';
import type { Outcome, PastWish, ScalingMemory } from '../decision.ts';

/** Evaluations come every minute; a longer silence than this means that nobody was watching. */
const LONGEST_GAP_SECONDS = 180;
const MOST_WISHES = 100;

/** Adds this evaluation's wish. After a gap in the evaluations the window begins anew. */
export function rememberWish(memory: ScalingMemory, wish: PastWish, stabilizationSeconds: number): ScalingMemory {
  const last = memory.wishes.at(-1);
  const isGap = last === undefined || secondsBetween(last.at, wish.at) > LONGEST_GAP_SECONDS;
  if (isGap) return { ...memory, wishes: [wish], wishesSince: wish.at };
  const horizon = addSeconds(wish.at, -stabilizationSeconds);
  const standing = memory.wishes.filter(({ at, count }) => isBefore(horizon, at) && count > wish.count);
  return { ...memory, wishes: bounded([...standing, wish]) };
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
  if (outcome === 'out') return { ...memory, scaledOutAt: now };
  if (outcome === 'in') return { ...memory, scaledInAt: now };
  return memory;
}

/** The two oldest become one that is as high as the higher and as late as the later: it keeps more than they did, never less. */
function bounded(wishes: readonly PastWish[]): readonly PastWish[] {
  const [first, second, ...rest] = wishes;
  if (wishes.length <= MOST_WISHES || first === undefined || second === undefined) return wishes;
  return [{ at: second.at, count: Math.max(first.count, second.count) }, ...rest];
}
