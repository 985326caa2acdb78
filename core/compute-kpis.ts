import { addSeconds, alignDown, type Instant, isAtOrAfter } from './amounts.ts';
import type { Application } from './application/application-schema.ts';
import { freshSeconds, type MetricPlan, plannedKpis } from './collect-metrics.ts';
import type { Draft } from './draft.ts';
import { isTruth, isUsable, type Ladder, type StandIn, standInFor, standInNow } from './fall-back.ts';
import type { KpiQueries } from './kpi-queries.ts';
import type { Reading, Readings } from './readings.ts';
import { ageOf, newestComplete, type Sample, type Series } from './samples.ts';
import { heardInputs } from './silent-inputs.ts';

/**
 * What the rules see: one reading for each KPI that the plan asks for. The newest datapoint of a complete period counts when it is fresh
 * (collect-metrics.ts, `freshSeconds`); a late one is preferred to a stand-in, and the reading's age says so. After that the KPI's `missing`
 * decides, rung by rung (fall-back.ts). What only stands in, or too few periods, may justify more instances and never fewer: `onlyOut`.
 *
 * `results` by query id. A query that `results` does not hold was never answered: no last value and no assumed one stands in for it, so that an
 * outage of the metrics (an empty map) is never taken for silence.
 */
export function computeKpis(
  application: Application,
  plan: MetricPlan,
  results: ReadonlyMap<string, Series>,
  now: Instant,
): Readings {
  const seriesOf = (kpi: string): Series | undefined => {
    const query = plan.queryOf.get(kpi);
    return query && results.get(query.id);
  };
  const readings = new Map<string, Reading>();
  for (const kpi of plannedKpis(application)) {
    const held = heldInputs(kpi, results, now);
    const answered = seriesOf(kpi.kpi);
    // Values that were repeated for too long are none, of whatever period.
    const series = answered && held === 'too old' ? { ...answered, samples: [] } : answered;
    const heard = series && heardInputs(kpi, series, { results, now });
    const ladder = { rungs: kpi.rungs, series: heard?.series, seriesOf };
    const reading = read(kpi, ladder, now);
    if (reading.source === 'missing' && heard?.silent !== undefined) {
      readings.set(kpi.kpi, partial(read(kpi, { ...ladder, series }, now), heard.silent));
      continue;
    }
    if (reading.source === 'measured' && held !== undefined && held !== 'too old') reading.onlyOut = held;
    readings.set(kpi.kpi, reading);
  }
  return readings;
}

/** What the other metrics of an expression make of it may still justify more instances. */
function partial(reading: Reading, silent: string): Reading {
  if (reading.source !== 'measured') return reading;
  return { ...reading, onlyOut: `${silent} in it is silent and counts as 0` };
}

/**
 * FILL(…, REPEAT) repeats as far as the window goes: the time that the file allows is checked here. Undefined when no input is repeated; otherwise
 * what to say of it, or that it is older than allowed.
 */
function heldInputs(kpi: KpiQueries, results: ReadonlyMap<string, Series>, now: Instant): string | undefined {
  let said: string | undefined;
  for (const { id, holdLastSeconds } of kpi.heldInputs) {
    const series = results.get(id);
    const newest = series && newestComplete(series, now);
    if (series === undefined || newest === undefined) return 'too old';
    const fresh = freshSeconds(series.periodSeconds);
    const age = ageOf(newest, series, now);
    if (age > Math.max(holdLastSeconds, fresh)) return 'too old';
    if (age > fresh) said ??= `${id} in it is the last value, ${Math.round(age)} s old`;
  }
  return said;
}

function read(kpi: KpiQueries, ladder: Ladder, now: Instant): Draft<Reading> {
  const periodSeconds = ladder.series?.periodSeconds ?? kpi.query.periodSeconds;
  const newest = ladder.series && newestComplete(ladder.series, now);
  const ageSeconds = newest === undefined ? Number.POSITIVE_INFINITY : ageOf(newest, { periodSeconds }, now);
  const isFresh = newest !== undefined && ageSeconds <= freshSeconds(periodSeconds);
  const standIn = isFresh ? undefined : standInNow(ladder, now);
  const periods = recentOf(
    kpi,
    ladder,
    anchorOf({ newest: isFresh ? newest : undefined, standIn, periodSeconds, now }),
  );
  const { recent, trusted, coverageRatio } = periods;
  const reading: Draft<Reading> = { kpi: kpi.kpi, source: 'missing', periodSeconds, coverageRatio, recent };
  if (isFresh) {
    reading.source = 'measured';
    reading.value = newest.value;
    reading.at = newest.at;
    reading.ageSeconds = ageSeconds;
    const onlyOut = poorlyCovered(kpi, periods);
    if (onlyOut !== undefined) reading.onlyOut = onlyOut;
  } else if (standIn !== undefined) {
    Object.assign(reading, standIn);
    reading.recent = [...recent.slice(0, -1), standIn.value];
  }
  if (!reading.recent.every((value, index) => value === trusted[index])) reading.recentTrusted = trusted;
  const peaks = peaksOf(kpi, ladder.series, now);
  if (peaks.length > 0) reading.peaks = peaks;
  return reading;
}

/** The newest of the recent periods: a late metric is looked at from its newest datapoint on; one that stopped, from now on. */
function anchorOf(of: {
  readonly newest: Sample | undefined;
  readonly standIn: StandIn | undefined;
  readonly periodSeconds: number;
  readonly now: Instant;
}): Instant {
  if (of.newest !== undefined) return of.newest.at;
  if (of.standIn?.source === 'substituted' && of.standIn.at !== undefined) return of.standIn.at;
  return addSeconds(alignDown(of.now, of.periodSeconds), -of.periodSeconds);
}

interface Periods {
  readonly recent: readonly (number | undefined)[];
  readonly trusted: readonly (number | undefined)[];
  readonly coverageRatio: number;
}

/** Walks back from the newest period, datapoints and periods side by side. */
function recentOf(kpi: KpiQueries, ladder: Ladder, anchor: Instant): Periods {
  const { samples, periodSeconds } = ladder.series ?? { samples: [], periodSeconds: kpi.query.periodSeconds };
  const looked = kpi.coverage?.ofPeriods ?? kpi.periods;
  const recent: (number | undefined)[] = [];
  const trusted: (number | undefined)[] = [];
  let measured = 0;
  let next = samples.length - 1;
  for (let period = 0; period < Math.max(kpi.periods, looked); period += 1) {
    const start = addSeconds(anchor, -period * periodSeconds);
    while (next >= 0 && !isUsable(samples[next] as Sample, addSeconds(start, periodSeconds))) next -= 1;
    const before = samples[next];
    const sample = before !== undefined && isAtOrAfter(before.at, start) ? before : undefined;
    if (sample !== undefined && period < looked) measured += 1;
    if (period >= kpi.periods) continue;
    const value = sample?.value ?? gapOf(ladder, { start, seconds: periodSeconds, before });
    recent.push(value);
    trusted.push(sample === undefined && !isTruth(kpi.rungs) ? undefined : value);
  }
  return { recent: recent.reverse(), trusted: trusted.reverse(), coverageRatio: measured / looked };
}

/** Nobody answered: then no period stands for silence. */
function gapOf(ladder: Ladder, period: Parameters<typeof standInFor>[1]): number | undefined {
  const rungs = ladder.series === undefined ? ladder.rungs.filter((rung) => 'kpi' in rung) : ladder.rungs;
  return standInFor({ ...ladder, rungs }, period);
}

function peaksOf(
  { peaksWithinSeconds }: KpiQueries,
  series: Series | undefined,
  now: Instant,
): NonNullable<Reading['peaks']> {
  const peaks: { readonly withinSeconds: number; readonly value: number }[] = [];
  for (const withinSeconds of peaksWithinSeconds) {
    const from = addSeconds(now, -withinSeconds);
    let peak: number | undefined;
    for (const { at, value } of series?.samples ?? [])
      if (isAtOrAfter(at, from) && Number.isFinite(value)) peak = Math.max(peak ?? value, value);
    if (peak !== undefined) peaks.push({ withinSeconds, value: peak });
  }
  return peaks;
}

function poorlyCovered({ coverage }: KpiQueries, { coverageRatio }: Periods): string | undefined {
  if (coverage === undefined || 100 * coverageRatio >= coverage.atLeastPercent - 1e-9) return undefined;
  const measured = Math.round(coverageRatio * coverage.ofPeriods);
  const asked = `${coverage.atLeastPercent} % are asked for`;
  return `${measured} of its newest ${coverage.ofPeriods} periods had data, ${asked}`;
}
