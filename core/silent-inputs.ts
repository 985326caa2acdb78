import { type Instant, isBefore } from './amounts.ts';
import { freshSeconds } from './collect-metrics.ts';
import type { KpiQueries } from './kpi-queries.ts';
import { ageOf, newestComplete, type Sample, type Series } from './samples.ts';

/** What an expression is worth, given what its metrics have said. */
export interface Heard {
  /** Its datapoints up to the newest period that every metric in it has spoken for. */
  readonly series: Series;
  /** The metric that has been silent for too long; then `series` is empty. */
  readonly silent: string | undefined;
}

/**
 * Metric math counts a datapoint that one of two series lacks as 0, and our own `<layer>_in_service` always has one: of `requests /
 * web_in_service`, CloudWatch makes 0 while `requests` is late, which would scale in. So a period counts only when every metric whose silence
 * nothing fills (FILL, `assume`, `holdLastSeconds`) has a datapoint in it or a later one. A metric that nobody answered for is left to whoever
 * asks for the expression: neither is answered then.
 */
export function heardInputs(
  { unfilledInputs }: Pick<KpiQueries, 'unfilledInputs'>,
  series: Series,
  { results, now }: { readonly results: ReadonlyMap<string, Series>; readonly now: Instant },
): Heard {
  let last: Sample | undefined;
  for (const id of unfilledInputs) {
    const input = results.get(id);
    if (input === undefined) continue;
    const newest = newestComplete(input, now);
    const isSilent = newest === undefined || ageOf(newest, input, now) > freshSeconds(input.periodSeconds);
    if (isSilent) return { series: { ...series, samples: [] }, silent: id };
    if (last === undefined || isBefore(newest.at, last.at)) last = newest;
  }
  const until = last?.at;
  const isWhole = until === undefined || series.samples.every(({ at }) => !isBefore(until, at));
  if (isWhole) return { series, silent: undefined };
  return { series: { ...series, samples: series.samples.filter(({ at }) => !isBefore(until, at)) }, silent: undefined };
}
