import { addSeconds, alignDown, type Instant, isBefore } from '../amounts.ts';
import type { RiskRule, Rule } from '../application/rule-schema.ts';
import { servedDuring } from '../decide-scaling/in-service-history.ts';
import type { Reading, Readings } from '../readings.ts';
import { roundUp } from '../rounding.ts';
import type { HourOfRisk, ShadowRisk } from '../shadow.ts';
import type { Histories } from './restate-readings.ts';

/** A week, hour by hour: some 20 KB as JSON at the most. */
const MOST_HOURS = 168;
const HOUR_SECONDS = 3600;

/** What one evaluation adds to the count of risk. */
export interface RiskQuestion {
  /** Live rules before shadow rules: the first that says what an instance carries. */
  readonly rules: readonly Rule[];
  readonly readings: Readings;
  readonly capacity: number;
  readonly histories: Histories;
}

/**
 * Counts the newest period of demand, once: a fleet was short in it when the fewest that served were fewer than the demand needed. Demand is known by
 * the first rule that says what an instance carries; without one nothing is counted.
 */
export function countRisk(before: ShadowRisk | undefined, question: RiskQuestion): ShadowRisk | undefined {
  const rule = question.rules.find((candidate): candidate is RiskRule => 'shortfallPercent' in candidate);
  if (rule === undefined) return undefined;
  const known = before?.kpi === rule.kpi ? before : undefined;
  const reading = question.readings.get(rule.kpi);
  if (reading?.source !== 'measured' || reading.value === undefined || reading.at === undefined) return known;
  if (known !== undefined && isBefore(reading.at, known.until)) return known;
  return addPeriod(known?.hours ?? [], { ...question, rule, reading, load: reading.value, from: reading.at });
}

function addPeriod(
  hours: readonly HourOfRisk[],
  of: RiskQuestion & {
    readonly rule: RiskRule;
    readonly reading: Reading;
    readonly load: number;
    readonly from: Instant;
  },
): ShadowRisk {
  const { rule, reading, load, from, capacity, histories } = of;
  const { periodSeconds } = reading;
  const until = addSeconds(from, periodSeconds);
  const needed = roundUp(load / (rule.perCapacityUnit * capacity));
  const shortSeconds = (history: Histories['live']): number =>
    servedDuring(history, { from, until }).fewest < needed ? periodSeconds : 0;
  const hour = alignDown(from, HOUR_SECONDS);
  const last = hours.at(-1);
  const current =
    last?.from === hour ? last : { from: hour, knownSeconds: 0, liveShortSeconds: 0, shadowShortSeconds: 0 };
  const added = {
    from: hour,
    knownSeconds: current.knownSeconds + periodSeconds,
    liveShortSeconds: current.liveShortSeconds + shortSeconds(histories.live),
    shadowShortSeconds: current.shadowShortSeconds + shortSeconds(histories.shadow),
  };
  const earlier = current === last ? hours.slice(0, -1) : hours;
  return { kpi: rule.kpi, until, hours: [...earlier, added].slice(-MOST_HOURS) };
}
