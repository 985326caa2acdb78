import { addSeconds, type Instant, isBefore, secondsBetween } from './amounts.ts';
import type { Rung } from './application/kpi-schema.ts';
import { freshSeconds } from './collect-metrics.ts';
import type { Reading } from './readings.ts';
import { ageOf, newestComplete, type Sample, type Series } from './samples.ts';

/** The stand-ins of one KPI, and what they are made from. */
export interface Ladder {
  /** In the order in which they are tried. */
  readonly rungs: readonly Rung[];
  /** The KPI's own datapoints; undefined when nobody answered, which is no silence: then only another KPI may stand in. */
  readonly series: Series | undefined;
  /** The datapoints of another KPI; undefined when nobody answered. */
  readonly seriesOf: (kpi: string) => Series | undefined;
}

/** What stands for the newest value. */
export type StandIn = Required<Pick<Reading, 'value' | 'source' | 'rung'>> &
  Pick<Reading, 'at' | 'ageSeconds' | 'onlyOut'>;

/** Whether silence itself is the value: an `assume` that stands alone. Only such a stand-in may justify fewer instances. */
export function isTruth(rungs: readonly Rung[]): boolean {
  const [rung, ...others] = rungs;
  return rung !== undefined && 'assume' in rung && others.length === 0;
}

/** The first rung that has a value now; undefined when none has. */
export function standInNow(ladder: Ladder, now: Instant): StandIn | undefined {
  for (const [index, rung] of ladder.rungs.entries()) {
    const standIn = nowOn(rung, ladder, now);
    if (standIn !== undefined) return { ...standIn, rung: index + 1 };
  }
  return undefined;
}

/** What stands for a period without data, when `before` is the newest datapoint before it; undefined when no rung has a value. */
export function standInFor(
  { rungs, seriesOf }: Ladder,
  period: { readonly start: Instant; readonly seconds: number; readonly before: Sample | undefined },
): number | undefined {
  const { start, seconds, before } = period;
  for (const rung of rungs) {
    if ('assume' in rung) return rung.assume;
    if ('kpi' in rung) {
      const sample = seriesOf(rung.kpi)?.samples.findLast(({ at, value }) => at === start && Number.isFinite(value));
      if (sample !== undefined) return sample.value * rung.times;
    } else if (before !== undefined) {
      const age = secondsBetween(addSeconds(before.at, seconds), addSeconds(start, seconds));
      if (age <= rung.holdLastSeconds) return decayed(rung, before.value, { age, periodSeconds: seconds });
    }
  }
  return undefined;
}

function nowOn(rung: Rung, { series, seriesOf, rungs }: Ladder, now: Instant): Omit<StandIn, 'rung'> | undefined {
  if ('kpi' in rung) return substituted(rung, seriesOf(rung.kpi), now);
  if (series === undefined) return undefined;
  if ('assume' in rung) {
    const only = isTruth(rungs) ? {} : { onlyOut: `${rung.assume} is assumed, no other stand-in had a value` };
    return { value: rung.assume, source: 'assumed', ...only };
  }
  const newest = newestComplete(series, now);
  if (newest === undefined) return undefined;
  const age = ageOf(newest, series, now);
  if (age > rung.holdLastSeconds) return undefined;
  const value = decayed(rung, newest.value, { age, periodSeconds: series.periodSeconds });
  const what = value === newest.value ? 'it is the last value' : 'it decays from the last value';
  const onlyOut = `${what}, ${Math.round(age)} s old`;
  return { value, source: 'held', at: newest.at, ageSeconds: age, onlyOut };
}

/** Another KPI stands in only while it is fresh itself: no stand-in for a stand-in. */
function substituted(
  rung: Extract<Rung, { readonly kpi: string }>,
  series: Series | undefined,
  now: Instant,
): Omit<StandIn, 'rung'> | undefined {
  const newest = series && newestComplete(series, now);
  if (series === undefined || newest === undefined) return undefined;
  const ageSeconds = ageOf(newest, series, now);
  if (ageSeconds > freshSeconds(series.periodSeconds)) return undefined;
  const onlyOut = `${rung.kpi}${rung.times === 1 ? '' : ` × ${rung.times}`} stands in for it`;
  return { value: newest.value * rung.times, source: 'substituted', at: newest.at, ageSeconds, onlyOut };
}

/** Half of the distance to `toward` is gone after each half-life, counted from when the value was no longer fresh. */
function decayed(
  { halfLifeSeconds, toward }: Extract<Rung, { readonly holdLastSeconds: number }>,
  value: number,
  { age, periodSeconds }: { readonly age: number; readonly periodSeconds: number },
): number {
  if (halfLifeSeconds === undefined) return value;
  const stale = Math.max(0, age - freshSeconds(periodSeconds));
  return toward + (value - toward) * 0.5 ** (stale / halfLifeSeconds);
}

/** Whether a datapoint lies before `end` and is a number. */
export function isUsable(sample: Sample, end: Instant): boolean {
  return isBefore(sample.at, end) && Number.isFinite(sample.value);
}
