/**
 * A moment in time, in whole milliseconds since 1970-01-01 UTC. Only a Clock (adapters/ports.ts) makes one from the world's time; the core
 * gets it as an argument. Compared through the functions below, never with bare operators on mixed units.
 */
export type Instant = number & { readonly __unit: 'instant' };

/** Reads an instant from milliseconds since the epoch; for adapters and tests. */
export function instantFromMillis(millis: number): Instant {
  if (!Number.isFinite(millis))
    throw new RangeError(`an instant needs a finite number of milliseconds, found ${millis}`);
  return Math.round(millis) as Instant;
}

/** Reads an instant from an ISO 8601 text such as `2026-11-21T08:00:00Z`. Throws RangeError when the text is no date. */
export function instantFromIso(text: string): Instant {
  const millis = Date.parse(text);
  if (Number.isNaN(millis)) throw new RangeError(`not an ISO 8601 date: ${JSON.stringify(text)}`);
  return millis as Instant;
}

/** ISO 8601 in UTC, with milliseconds only when there are any: `2026-11-21T08:00:00Z`. */
export function isoFromInstant(at: Instant): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** `seconds` may be negative or fractional; the result is rounded to a millisecond. */
export function addSeconds(at: Instant, seconds: number): Instant {
  return Math.round(at + seconds * 1000) as Instant;
}

/** Seconds from `from` to `to`; negative when `to` is earlier. */
export function secondsBetween(from: Instant, to: Instant): number {
  return (to - from) / 1000;
}

/** Whether `a` is earlier than `b`; false when they are the same. */
export function isBefore(a: Instant, b: Instant): boolean {
  return a < b;
}

/** Whether `a` is `b` or later: the end of a half-open interval has come. */
export function isAtOrAfter(a: Instant, b: Instant): boolean {
  return a >= b;
}

/** The earlier of two instants, either of which may be unknown. */
export function earlier(a: Instant | undefined, b: Instant | undefined): Instant | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return a < b ? a : b;
}

/** The last multiple of `periodSeconds` since the epoch at or before `at`: how CloudWatch aligns periods. */
export function alignDown(at: Instant, periodSeconds: number): Instant {
  const period = periodSeconds * 1000;
  return (Math.floor(at / period) * period) as Instant;
}
