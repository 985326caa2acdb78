import { addSeconds, alignDown, type Instant } from './amounts.ts';
import type { Application } from './application/application-schema.ts';
import { type KpiQueries, type MetricQuery, queriesOf } from './kpi-queries.ts';

export type { MetricQuery } from './kpi-queries.ts';

/** What one evaluation asks CloudWatch: each call holds at most 500 queries, and whatever its expressions refer to. */
export interface MetricPlan {
  /** Aligned to the longest period, far enough back for every rule's periods, for late metrics and for held values. */
  readonly from: Instant;
  /** Exclusive; the start of the shortest period that is not complete. Longer periods may be cut by it: compute-kpis.ts leaves those out. */
  readonly until: Instant;
  /** The same object for the same application file. */
  readonly calls: readonly (readonly MetricQuery[])[];
  /** Query that answers each KPI that something looks at, by KPI name. */
  readonly queryOf: ReadonlyMap<string, MetricQuery>;
}

/** Most queries of one GetMetricData call: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
export const MAX_QUERIES = 500;

/** CloudWatch shows a metric up to this much later than its period ended, and nobody says so when it does. */
const PUBLICATION_SECONDS = 180;

/** Periods before the first that matters: FILL and DIFF look at the one before, and our own metrics may have skipped some. */
const PERIODS_BEFORE = 5;

/**
 * How old, from the end of its period, the newest datapoint may be and still count as measured: three minutes, in which CloudWatch may show
 * metrics late, or two periods when that is longer. Older than this, there is no data.
 */
export function freshSeconds(periodSeconds: number): number {
  return Math.max(PUBLICATION_SECONDS, 2 * periodSeconds);
}

/** One plan for all layers of an application: only what some rule needs, identical queries once. No calls when no rule needs a metric. */
export function collectMetrics(application: Application, now: Instant): MetricPlan {
  const { calls, queryOf, lookBackSeconds, longestSeconds, shortestSeconds } = prepare(application);
  const until = alignDown(now, shortestSeconds);
  return { from: alignDown(addSeconds(now, -lookBackSeconds), longestSeconds), until, calls, queryOf };
}

/** The KPIs of the plan, with what compute-kpis.ts must know of each. Made once for an application file. */
export function plannedKpis(application: Application): readonly KpiQueries[] {
  return prepare(application).kpis;
}

/** What does not depend on the time. */
interface Prepared extends Pick<MetricPlan, 'calls' | 'queryOf'> {
  readonly kpis: readonly KpiQueries[];
  readonly lookBackSeconds: number;
  readonly longestSeconds: number;
  readonly shortestSeconds: number;
}

/** By the identity of the file, which nobody changes: an evaluation a minute must not read the expressions again. */
const preparedOf = new WeakMap<Application, Prepared>();

function prepare(application: Application): Prepared {
  const known = preparedOf.get(application);
  if (known !== undefined) return known;
  const kpis = queriesOf(application).filter(({ needed }) => needed.length <= MAX_QUERIES);
  const periods = kpis.flatMap(({ needed }) => needed.map(({ periodSeconds }) => periodSeconds));
  const prepared = {
    kpis,
    calls: packCalls(kpis),
    queryOf: new Map(kpis.map(({ kpi, query }) => [kpi, query])),
    lookBackSeconds: Math.max(0, ...kpis.map(lookBackOf)),
    longestSeconds: Math.max(1, ...periods),
    shortestSeconds: periods.length === 0 ? 1 : Math.min(...periods),
  };
  preparedOf.set(application, prepared);
  return prepared;
}

function lookBackOf({ query, periods, peaksWithinSeconds, coverage, rungs, heldInputs }: KpiQueries): number {
  const holds = [...peaksWithinSeconds, ...heldInputs.map((held) => held.holdLastSeconds)];
  for (const rung of rungs) if ('holdLastSeconds' in rung) holds.push(rung.holdLastSeconds);
  const { periodSeconds } = query;
  const looked = Math.max(periods, coverage?.ofPeriods ?? 1);
  return freshSeconds(periodSeconds) + (looked + PERIODS_BEFORE) * periodSeconds + Math.max(0, ...holds);
}

type Call = ReadonlyMap<string, MetricQuery>;

/** KPIs that share queries stay together as far as 500 allow, so that each is asked once; then calls are filled up. */
function packCalls(kpis: readonly KpiQueries[]): readonly (readonly MetricQuery[])[] {
  const calls: Call[] = [];
  for (const family of familiesOf(kpis)) {
    const whole = new Map(family.flatMap(({ needed }) => needed.map((query) => [query.id, query] as const)));
    if (whole.size <= MAX_QUERIES) place(calls, whole);
    else for (const { needed } of family) place(calls, new Map(needed.map((query) => [query.id, query])));
  }
  return calls.map((call) => [...call.values()]);
}

/** KPIs that share a query, directly or through others. */
function familiesOf(kpis: readonly KpiQueries[]): readonly (readonly KpiQueries[])[] {
  let families: { readonly ids: ReadonlySet<string>; readonly kpis: readonly KpiQueries[] }[] = [];
  for (const kpi of kpis) {
    const ids = kpi.needed.map(({ id }) => id);
    const related = families.filter((family) => ids.some((id) => family.ids.has(id)));
    const merged = {
      ids: new Set([...related.flatMap((family) => [...family.ids]), ...ids]),
      kpis: [...related.flatMap((family) => family.kpis), kpi],
    };
    families = [...families.filter((family) => !related.includes(family)), merged];
  }
  return families.map((family) => family.kpis);
}

/** Into the first call that has room. */
function place(calls: Call[], queries: Call): void {
  for (const [index, call] of calls.entries()) {
    const together = new Map([...call, ...queries]);
    if (together.size > MAX_QUERIES) continue;
    calls[index] = together;
    return;
  }
  calls.push(queries);
}
