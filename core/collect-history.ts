import { addSeconds, alignDown, type Instant, isBefore, secondsBetween } from './amounts.ts';
import type { Application } from './application/application-schema.ts';
import type { RiskRule } from './application/rule-schema.ts';
import { freshSeconds, type MetricPlan, plannedKpis } from './collect-metrics.ts';
import type { ScalingMemory, Taught } from './decision.ts';
import { isTruth } from './fall-back.ts';
import { kpisOfRule } from './kpis-looked-at.ts';
import type { Series } from './samples.ts';
import type { Stored } from './stored.ts';

/** History that one rule is to learn before it goes on. */
export interface HistoryWish {
  readonly layer: string;
  readonly rule: string;
  /** A call for every KPI that the rule's demand is made from. */
  readonly plan: MetricPlan;
  /** What silence stands for, by KPI; of those whose file says so. */
  readonly silence: ReadonlyMap<string, number>;
}

/** What came of a wish. */
export interface RuleHistory extends Pick<HistoryWish, 'layer' | 'rule' | 'silence'> {
  /** Half-open. */
  readonly from: Instant;
  readonly until: Instant;
  readonly periodSeconds: number;
  /** By KPI; undefined when nobody answered. */
  readonly series: ReadonlyMap<string, Series> | undefined;
}

/** So many periods may be missing before they are asked for again. */
const GAP_PERIODS = 3;
const SECONDS_A_DAY = 86_400;

/**
 * What the first rule that lacks history wants to read, one rule an evaluation: a rule that was never taught all that CloudWatch still has at its
 * period, a rule in the middle of that the rest, and a rule whose periods have a gap what lies in it.
 */
export function wishHistory(
  application: Application,
  scaling: Stored['scaling'],
  now: Instant,
): HistoryWish | undefined {
  for (const [layer, { rules }] of Object.entries(application.layers)) {
    for (const rule of rules) {
      if (!('shortfallPercent' in rule)) continue;
      const wish = wishOf(application, { layer, rule, memory: scaling.get(layer)?.memory, now });
      if (wish !== undefined) return wish;
    }
  }
  return undefined;
}

/** The answer to a wish, KPI by KPI. `results` is undefined when nobody answered. */
export function historyFrom(
  { layer, rule, plan, silence }: HistoryWish,
  results: ReadonlyMap<string, Series> | undefined,
): RuleHistory {
  const series = new Map<string, Series>();
  for (const [kpi, { id }] of plan.queryOf) {
    const answer = results?.get(id);
    if (answer !== undefined) series.set(kpi, answer);
  }
  const periodSeconds = [...plan.queryOf.values()][0]?.periodSeconds ?? 60;
  const { from, until } = plan;
  return { layer, rule, silence, from, until, periodSeconds, series: results === undefined ? undefined : series };
}

/** How far back CloudWatch has datapoints of this period, and no further than they are of use: the last three hours, 15, 30 or 90 days. */
export function historySeconds(periodSeconds: number): number {
  if (periodSeconds < 60) return 3 * 3600;
  if (periodSeconds < 300) return 15 * SECONDS_A_DAY;
  return (periodSeconds < 3600 ? 30 : 90) * SECONDS_A_DAY;
}

interface Placed {
  readonly layer: string;
  readonly rule: RiskRule;
  readonly memory: ScalingMemory | undefined;
  readonly now: Instant;
}

function wishOf(application: Application, { layer, rule, memory, now }: Placed): HistoryWish | undefined {
  const names = kpisOfRule(rule);
  const kpis = names.flatMap((name) => plannedKpis(application).find(({ kpi }) => kpi === name) ?? []);
  const [own] = kpis;
  if (own === undefined || kpis.length < names.length) return undefined;
  const { periodSeconds } = own.query;
  const taught = memory?.taught?.[rule.name];
  const isTaught = taught !== undefined || memory?.forecasts?.[rule.name] !== undefined;
  const from = isTaught ? restFrom(taught, periodSeconds, now) : oldest(periodSeconds, now);
  const until = alignDown(now, periodSeconds);
  if (from === undefined || !isBefore(from, until)) return undefined;
  const silence = kpis.flatMap(({ kpi, rungs: [rung], rungs }) =>
    rung !== undefined && 'assume' in rung && isTruth(rungs) ? [[kpi, rung.assume] as const] : [],
  );
  // A call each: what several share is asked twice, and no call is too large.
  const calls = kpis.map(({ needed }) => needed);
  const queryOf = new Map(kpis.map(({ kpi, query }) => [kpi, query]));
  return { layer, rule: rule.name, silence: new Map(silence), plan: { from, until, calls, queryOf } };
}

/** On the hour, as CloudWatch likes it. */
function oldest(periodSeconds: number, now: Instant): Instant {
  const first = addSeconds(now, -historySeconds(periodSeconds));
  return alignDown(addSeconds(first, 3600), Math.max(3600, periodSeconds));
}

/** Where to go on; undefined when nothing is missing, or not to be asked for yet. */
function restFrom(taught: Taught | undefined, periodSeconds: number, now: Instant): Instant | undefined {
  if (taught === undefined) return undefined;
  const { until, isReading, failed } = taught;
  if (failed !== undefined && isBefore(now, failed.retryAt)) return undefined;
  const gapSeconds = freshSeconds(periodSeconds) + GAP_PERIODS * periodSeconds;
  if (isReading !== true && secondsBetween(until, now) <= gapSeconds) return undefined;
  const first = oldest(periodSeconds, now);
  return isBefore(until, first) ? first : until;
}
