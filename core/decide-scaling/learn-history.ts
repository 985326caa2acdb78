import { addSeconds, alignDown, type Instant, isAtOrAfter, isBefore, isoFromInstant } from '../amounts.ts';
import type { RiskRule } from '../application/rule-schema.ts';
import type { RuleHistory } from '../collect-history.ts';
import type { Taught } from '../decision.ts';
import type { ForecastState } from '../forecast/state.ts';
import { type RiskQuestion, stepRisk } from '../forecast/step-risk.ts';
import { demandIn } from './estimate-demand.ts';
import type { LayerSituation } from './layer-situation.ts';

/** What a rule knows before today's demand is told. */
export interface Lessons {
  readonly state: ForecastState;
  readonly taught: Taught | undefined;
  /** Whether today's demand must wait: history is not through. */
  readonly isWaiting: boolean;
  /** What to say of it in the decision; empty when there is nothing to say. */
  readonly because: string;
}

/** Everything of a question that does not change from period to period. */
export type Setting = Omit<RiskQuestion, 'at' | 'sample'>;

/** Periods taught in one evaluation: a second or two of a small Lambda function. The rest is for the next evaluations. */
export const MOST_PERIODS = 720;
/** Tries to read the history of a rule that was never taught, before it starts without. */
export const MOST_TRIES = 5;
/** Between the end of a period and its datapoint, in times of which nobody knows. */
const USUAL_DELAY_SECONDS = 60;

/**
 * Teaches a rule its history, oldest first, at most `MOST_PERIODS` an evaluation. Until it is through nothing else is taught, since a look-ahead learns
 * in the order of time; the rule then asks for no less than now needs. History that nobody could read is tried again, later each time, and
 * in the end done without; a gap in what was learnt is only worth one try at a time, and none once the present has gone on.
 */
export function learnHistory(
  rule: RiskRule,
  situation: LayerSituation,
  known: {
    readonly state: ForecastState;
    readonly isNew: boolean;
    readonly setting: Setting;
    readonly today: Instant | undefined;
  },
): Lessons {
  const { state, isNew } = known;
  const taught = situation.memory.taught?.[rule.name];
  const isUntaught = taught === undefined ? isNew : taught.isReading === true;
  const history = historyFor(rule, situation, taught);
  if (history === undefined) {
    const isWaiting = situation.histories !== undefined && isUntaught;
    return { state, taught, isWaiting, because: isWaiting ? 'its history is still to be read' : '' };
  }
  const { series } = history;
  if (series !== undefined) return readOn(rule, { ...history, series }, known);
  return isUntaught
    ? afterFailure(history, { state, taught, now: situation.now })
    : { state, taught, isWaiting: false, because: '' };
}

/** One that another evaluation has read meanwhile is not taught twice. */
function historyFor(
  rule: RiskRule,
  { histories }: LayerSituation,
  taught: Taught | undefined,
): RuleHistory | undefined {
  const history = histories?.get(rule.name);
  return history !== undefined && taught !== undefined && isBefore(history.from, taught.until) ? undefined : history;
}

function afterFailure(
  { from }: RuleHistory,
  { state, taught, now }: { readonly state: ForecastState; readonly taught: Taught | undefined; readonly now: Instant },
): Lessons {
  const times = (taught?.failed?.times ?? 0) + 1;
  const because = `its history could not be read, ${times} of ${MOST_TRIES} tries`;
  if (times >= MOST_TRIES)
    return { state, taught: { until: now }, isWaiting: false, because: `${because}: it starts without` };
  const failed = { times, retryAt: addSeconds(now, 60 * 2 ** (times - 1)) };
  return { state, taught: { until: from, isReading: true, failed }, isWaiting: true, because };
}

function readOn(
  rule: RiskRule,
  history: RuleHistory & { readonly series: NonNullable<RuleHistory['series']> },
  {
    state: before,
    setting,
    today,
  }: { readonly state: ForecastState; readonly setting: Setting; readonly today: Instant | undefined },
): Lessons {
  const { periodSeconds } = history;
  const until = today !== undefined && isBefore(today, history.until) ? today : history.until;
  const loadAt = demandReader(rule, history);
  let state = before;
  let periods = 0;
  let at = history.series.get(rule.kpi)?.samples[0]?.at ?? until;
  for (; isBefore(at, until) && periods < MOST_PERIODS; at = addSeconds(at, periodSeconds)) {
    const load = loadAt(at);
    if (load === undefined) continue;
    periods += 1;
    const question = { ...setting, running: 0, at: addSeconds(at, periodSeconds + USUAL_DELAY_SECONDS) };
    state = stepRisk(state, { ...question, sample: { from: at, load } }).state;
  }
  if (isAtOrAfter(at, until)) return { state, taught: { until }, isWaiting: false, because: '' };
  const because = `its history is read up to ${isoFromInstant(at)}`;
  return { state, taught: { until: at, isReading: true }, isWaiting: true, because };
}

/** Demand of a past period as estimate-demand.ts tells it; undefined when a part of it is not known. */
function demandReader(
  rule: RiskRule,
  { series, silence, periodSeconds }: RuleHistory & { readonly series: NonNullable<RuleHistory['series']> },
): (at: Instant) => number | undefined {
  const values = new Map(
    [...series].map(([kpi, { samples }]) => [kpi, new Map(samples.map(({ at, value }) => [at, value]))]),
  );
  const valueAt = (kpi: string, at: Instant): number | undefined => {
    const value = values.get(kpi)?.get(alignDown(at, series.get(kpi)?.periodSeconds ?? periodSeconds));
    return value !== undefined && Number.isFinite(value) ? value : silence.get(kpi);
  };
  const { plus = [], backlog, saturatedWhen = [] } = rule.demand ?? {};
  return (at) => {
    const served = valueAt(rule.kpi, at);
    const shed = plus.map((kpi) => valueAt(kpi, at));
    const waiting =
      backlog === undefined ? [0, 0] : [valueAt(backlog, addSeconds(at, -periodSeconds)), valueAt(backlog, at)];
    const signs = saturatedWhen.map(({ kpi }) => valueAt(kpi, at));
    if (served === undefined || [...shed, waiting[1], ...signs].includes(undefined)) return undefined;
    return demandIn(rule.demand, { served, shed, backlog: [waiting[0], waiting[1]], signs, carried: 0 }).load;
  };
}
