import { addSeconds, type Instant, isAtOrAfter, isBefore } from '../amounts.ts';
import type { PastWish } from '../decision.ts';

/** How many were in service at once, at the least and at the most, while something was measured. */
export interface Served {
  readonly fewest: number;
  readonly most: number;
}

const HISTORY_SECONDS = 3600;
const MOST_CHANGES = 100;

/**
 * Notes how many are in service: one entry a change, the last hour, at most 100 changes (the oldest are dropped). A rise counts from when the
 * newest entered service rather than from when it was noticed, so that the periods since then speak for all of them.
 */
export function noteInService(
  history: readonly PastWish[],
  seen: { readonly count: number; readonly newestInServiceAt?: Instant | undefined; readonly now: Instant },
): readonly PastWish[] {
  const last = history.at(-1);
  if (last?.count === seen.count) return history;
  const horizon = addSeconds(seen.now, -HISTORY_SECONDS);
  // The newest entry before the horizon still says what was in service at the horizon.
  const kept = history.filter((_, index) => isAtOrAfter(history[index + 1]?.at ?? seen.now, horizon));
  return [...kept.slice(1 - MOST_CHANGES), { at: startOf(last, seen), count: seen.count }];
}

function startOf(
  last: PastWish | undefined,
  seen: { readonly count: number; readonly newestInServiceAt?: Instant | undefined; readonly now: Instant },
): Instant {
  const { newestInServiceAt, now } = seen;
  if (last === undefined || newestInServiceAt === undefined || seen.count < last.count) return now;
  if (isBefore(now, newestInServiceAt)) return now;
  return isBefore(last.at, newestInServiceAt) ? newestInServiceAt : now;
}

/** How many were in service at an instant; before the oldest entry, as many as it says. */
export function servedAt(history: readonly PastWish[], at: Instant): number {
  const entry = history.findLast((change) => !isBefore(at, change.at)) ?? history[0];
  return entry?.count ?? 0;
}

/**
 * How many were in service during [from, until). A growth that began within the time thus has `fewest` before it, a shrinkage `most`: those who
 * joined or left halfway are never mistaken for the whole.
 */
export function servedDuring(
  history: readonly PastWish[],
  time: { readonly from: Instant; readonly until: Instant },
): Served {
  const first = servedAt(history, time.from);
  let [fewest, most] = [first, first];
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const { at, count } = history[index] as PastWish;
    if (isBefore(at, time.from)) break;
    if (!isBefore(at, time.until)) continue;
    fewest = Math.min(fewest, count);
    most = Math.max(most, count);
  }
  return { fewest, most };
}
