import { addSeconds, type Instant, isAtOrAfter } from '../amounts.ts';
import type { ShadowFleet } from '../shadow.ts';

/** A fleet that is as the live one: those of it that do not serve yet come after a boot. */
export function copyFleet(live: {
  readonly count: number;
  readonly inService: number;
  readonly newestInServiceAt?: Instant | undefined;
  readonly now: Instant;
  readonly bootSeconds: number;
}): ShadowFleet {
  const { count, inService, newestInServiceAt, now, bootSeconds } = live;
  const missing = count - inService;
  return {
    count,
    coming: missing > 0 ? [{ at: addSeconds(now, bootSeconds), count: missing }] : [],
    ...(newestInServiceAt === undefined ? {} : { newestAt: newestInServiceAt }),
  };
}

/** The fleet as it would be by now: what had to boot until now serves. */
export function settleFleet(fleet: ShadowFleet, now: Instant): ShadowFleet {
  const come = fleet.coming.filter(({ at }) => isAtOrAfter(now, at));
  const newest = come.at(-1);
  return newest === undefined ? fleet : { ...fleet, coming: fleet.coming.slice(come.length), newestAt: newest.at };
}

/** Those that would serve. */
export function servingOf({ count, coming }: ShadowFleet): number {
  return Math.max(0, count - coming.reduce((sum, batch) => sum + batch.count, 0));
}

/** The fleet with another count: more boot first, fewer leave at once, those who boot before those who serve. */
export function resizeFleet(
  fleet: ShadowFleet,
  to: { readonly count: number; readonly now: Instant; readonly bootSeconds: number },
): ShadowFleet {
  const more = to.count - fleet.count;
  if (more === 0) return fleet;
  const at = addSeconds(to.now, to.bootSeconds);
  const coming = more > 0 ? [...fleet.coming, { at, count: more }] : withoutNewest(fleet.coming, -more);
  return { ...fleet, count: to.count, coming: coming.toSorted((a, b) => a.at - b.at) };
}

function withoutNewest(coming: ShadowFleet['coming'], leaving: number): ShadowFleet['coming'] {
  let left = leaving;
  const kept: ShadowFleet['coming'][number][] = [];
  for (const batch of coming.toReversed()) {
    const taken = Math.min(left, batch.count);
    left -= taken;
    if (batch.count > taken) kept.push({ ...batch, count: batch.count - taken });
  }
  return kept.toReversed();
}
