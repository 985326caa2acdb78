import { addSeconds, alignDown, type Instant, isAtOrAfter, isBefore, secondsBetween } from './amounts.ts';
import type { Application } from './application/application-schema.ts';
import { freshSeconds, type MetricPlan, plannedKpis } from './collect-metrics.ts';
import type { KpiQueries } from './kpi-queries.ts';
import type { Reading, Readings } from './readings.ts';
import type { Sample, Series } from './samples.ts';

/**
 * What the rules see: one reading for each KPI that the plan asks for. The newest datapoint of a complete period counts when it is fresh
 * (collect-metrics.ts, `freshSeconds`); a late one is preferred to a stand-in, and the reading's age says so. After that the KPI's `missing`
 * decides: nothing (`hold`), an assumed value, or the last value for a while.
 *
 * `results` by query id. A query that `results` does not hold was never answered: its KPI is missing, whatever the policy, so that an outage of
 * the metrics (an empty map) is never taken for silence.
 */
export function computeKpis(
  application: Application,
  plan: MetricPlan,
  results: ReadonlyMap<string, Series>,
  now: Instant,
): Readings {
  const readings = new Map<string, Reading>();
  for (const kpi of plannedKpis(application)) {
    const query = plan.queryOf.get(kpi.kpi);
    const series = query && results.get(query.id);
    const isAnswered = series !== undefined && areInputsHeld(kpi, results, now);
    readings.set(kpi.kpi, isAnswered ? read(kpi, series, now) : unread(kpi, series));
  }
  return readings;
}

/** FILL(…, REPEAT) repeats as far as the window goes: the time that the file allows is checked here. */
function areInputsHeld(kpi: KpiQueries, results: ReadonlyMap<string, Series>, now: Instant): boolean {
  return kpi.heldInputs.every(({ id, holdLastSeconds }) => {
    const series = results.get(id);
    const newest = series?.samples[newestComplete(series, now)];
    if (series === undefined || newest === undefined) return false;
    const allowed = Math.max(holdLastSeconds, freshSeconds(series.periodSeconds));
    return ageOf(newest, series, now) <= allowed;
  });
}

/** A KPI without an answer, or one whose inputs are too old to be repeated. */
function unread(kpi: KpiQueries, series: Series | undefined): Reading {
  const { missing, periods, query } = kpi;
  const nothing = { kpi: kpi.kpi, periodSeconds: query.periodSeconds, coverageRatio: 0 };
  if (series === undefined || missing === 'hold' || !('assume' in missing)) {
    return { ...nothing, source: 'missing', recent: Array.from({ length: periods }, () => undefined) };
  }
  const recent = Array.from({ length: periods }, () => missing.assume);
  return { ...nothing, source: 'assumed', value: missing.assume, recent };
}

function read(kpi: KpiQueries, series: Series, now: Instant): Reading {
  const { periodSeconds } = series;
  const index = newestComplete(series, now);
  const newest = series.samples[index];
  const age = newest === undefined ? Number.POSITIVE_INFINITY : ageOf(newest, series, now);
  const isFresh = age <= freshSeconds(periodSeconds);
  // A late metric is looked at from its newest datapoint on; one that stopped, from now on.
  const anchor =
    isFresh && newest !== undefined ? newest.at : addSeconds(alignDown(now, periodSeconds), -periodSeconds);
  const { recent, measured } = recentOf(kpi, { series, index, anchor });
  const { kpi: name, missing } = kpi;
  const coverageRatio = measured / kpi.periods;
  if (newest !== undefined && (isFresh || age <= holdLastSecondsOf(kpi))) {
    const { at, value } = newest;
    const source = isFresh ? 'measured' : 'held';
    return { kpi: name, value, source, periodSeconds, at, ageSeconds: age, coverageRatio, recent };
  }
  if (missing !== 'hold' && 'assume' in missing) {
    return { kpi: name, value: missing.assume, source: 'assumed', periodSeconds, coverageRatio, recent };
  }
  return { kpi: name, source: 'missing', periodSeconds, coverageRatio, recent };
}

/** Index of the newest datapoint whose period has ended; −1 without one. A datapoint that is no number is none. */
function newestComplete({ samples, periodSeconds }: Series, now: Instant): number {
  for (let index = samples.length - 1; index >= 0; index -= 1) {
    const sample = samples[index] as Sample;
    if (isAtOrAfter(now, addSeconds(sample.at, periodSeconds)) && Number.isFinite(sample.value)) return index;
  }
  return -1;
}

function ageOf(sample: Sample, { periodSeconds }: Series, now: Instant): number {
  return secondsBetween(addSeconds(sample.at, periodSeconds), now);
}

function holdLastSecondsOf({ missing }: KpiQueries): number {
  return missing !== 'hold' && 'holdLastSeconds' in missing ? missing.holdLastSeconds : 0;
}

/** Walks back from the newest period, datapoints and periods side by side. */
function recentOf(
  kpi: KpiQueries,
  of: { readonly series: Series; readonly index: number; readonly anchor: Instant },
): { readonly recent: readonly (number | undefined)[]; readonly measured: number } {
  const { samples, periodSeconds } = of.series;
  const recent: (number | undefined)[] = [];
  let measured = 0;
  let next = of.index;
  for (let period = 0; period < kpi.periods; period += 1) {
    const start = addSeconds(of.anchor, -period * periodSeconds);
    while (next >= 0 && !isUsable(samples[next] as Sample, addSeconds(start, periodSeconds))) next -= 1;
    const sample = samples[next];
    const isOfPeriod = sample !== undefined && isAtOrAfter(sample.at, start);
    if (isOfPeriod) measured += 1;
    recent.push(isOfPeriod ? sample.value : standIn(kpi, { sample, start, periodSeconds }));
  }
  return { recent: recent.reverse(), measured };
}

function isUsable(sample: Sample, end: Instant): boolean {
  return isBefore(sample.at, end) && Number.isFinite(sample.value);
}

/** What stands for the period at `start`, when `sample` is the newest one before it. */
function standIn(
  kpi: KpiQueries,
  of: { readonly sample: Sample | undefined; readonly start: Instant; readonly periodSeconds: number },
): number | undefined {
  if (kpi.missing === 'hold') return undefined;
  if ('assume' in kpi.missing) return kpi.missing.assume;
  if (of.sample === undefined) return undefined;
  const ageSeconds = secondsBetween(addSeconds(of.sample.at, of.periodSeconds), addSeconds(of.start, of.periodSeconds));
  return ageSeconds <= kpi.missing.holdLastSeconds ? of.sample.value : undefined;
}
