import { addSeconds, type Instant, isBefore } from '../amounts.ts';
import type { RiskRule } from '../application/rule-schema.ts';
import type { ScalingMemory, Taught } from '../decision.ts';
import type { ForecastState } from '../forecast/state.ts';
import { type RiskAnswer, startForecast, stepRisk } from '../forecast/step-risk.ts';
import { roundUp } from '../rounding.ts';
import { type Demand, estimateDemand } from './estimate-demand.ts';
import { desiredCount, type LayerSituation } from './layer-situation.ts';
import { learnHistory } from './learn-history.ts';
import { rememberAlso } from './remember.ts';

/** What one rule that looks ahead has learnt and answered, and the demand that it went by; none without data. */
export interface Look {
  readonly state: ForecastState;
  readonly taught: Taught | undefined;
  readonly answer: RiskAnswer;
  readonly demand: Demand | undefined;
  /** Whether history comes first: today taught it nothing. */
  readonly isWaiting: boolean;
  /** What to say of its history; empty when there is nothing to say. */
  readonly because: string;
}

/** By the name of the rule. */
export type Foreseen = ReadonlyMap<string, Look>;

/**
 * Lets every rule with a `shortfallPercent` learn from its newest demand and look ahead over the boot time. Only a demand that is known teaches: a
 * stand-in for missing data is none, and what a full layer serves is less than was asked for. A rule that was never taught reads history first.
 */
export function foresee(situation: LayerSituation): Foreseen {
  const foreseen = new Map<string, Look>();
  for (const rule of situation.settings.rules) {
    if ('shortfallPercent' in rule) foreseen.set(rule.name, look(rule, situation));
  }
  return foreseen;
}

/** What was learnt, for the next evaluation. A rule that is gone from the file is forgotten; one that waits for its turn has learnt nothing. */
export function rememberForecasts(memory: ScalingMemory, foreseen: Foreseen): ScalingMemory {
  if (foreseen.size === 0 && memory.forecasts === undefined) return memory;
  const forecasts: Record<string, ForecastState> = {};
  const taught: Record<string, Taught> = {};
  for (const [rule, known] of foreseen) {
    if (known.isWaiting && known.taught === undefined) continue;
    forecasts[rule] = known.state;
    if (known.taught !== undefined) taught[rule] = known.taught;
  }
  return rememberAlso(memory, { forecasts, taught });
}

function look(rule: RiskRule, situation: LayerSituation): Look {
  const demand = estimateDemand(rule, situation);
  const setting = {
    periodSeconds: situation.readings.get(rule.kpi)?.periodSeconds ?? 60,
    perInstance: rule.perCapacityUnit * situation.revision.capacity,
    shortfallPercent: rule.shortfallPercent,
    bootSeconds: situation.bootSeconds,
    running: desiredCount(situation),
  };
  const remembered = situation.memory.forecasts?.[rule.name];
  const lessons = learnHistory(rule, situation, {
    state: remembered ?? startForecast(setting),
    isNew: remembered === undefined,
    setting,
    today: demand?.from,
  });
  const { because, isWaiting } = lessons;
  if (isWaiting) {
    const needed = Math.max(setting.running, roundUp((demand?.load ?? 0) / setting.perInstance));
    return { ...lessons, demand, answer: { needed, basis: 'learning', outlook: undefined } };
  }
  const sample = demand?.from === undefined ? undefined : { from: demand.from, load: demand.load };
  const { periodSeconds, perInstance, shortfallPercent, bootSeconds, running } = setting;
  const question = { at: situation.now, sample, periodSeconds, perInstance, shortfallPercent, bootSeconds, running };
  const { state, answer } = stepRisk(lessons.state, question);
  const taught = taughtWith(lessons.taught, sample?.from, setting.periodSeconds);
  return { state, taught, answer, demand, isWaiting, because };
}

function taughtWith(taught: Taught | undefined, from: Instant | undefined, periodSeconds: number): Taught | undefined {
  if (from === undefined) return taught;
  const until = addSeconds(from, periodSeconds);
  return taught !== undefined && isBefore(until, taught.until) ? taught : { until };
}
