import type { RiskRule } from '../application/rule-schema.ts';
import type { ScalingMemory } from '../decision.ts';
import type { ForecastState } from '../forecast/state.ts';
import { type RiskAnswer, startForecast, stepRisk } from '../forecast/step-risk.ts';
import { type Demand, estimateDemand } from './estimate-demand.ts';
import { desiredCount, type LayerSituation } from './layer-situation.ts';

/** What one rule that looks ahead has learnt and answered, and the demand that it went by; none without data. */
export interface Look {
  readonly state: ForecastState;
  readonly answer: RiskAnswer;
  readonly demand: Demand | undefined;
}

/** By the name of the rule. */
export type Foreseen = ReadonlyMap<string, Look>;

/**
 * Lets every rule with a `shortfallPercent` learn from its newest demand and look ahead over the boot time. Only a demand that is known teaches: a
 * stand-in for missing data is none, and what a full layer serves is less than was asked for.
 */
export function foresee(situation: LayerSituation): Foreseen {
  const foreseen = new Map<string, Look>();
  for (const rule of situation.settings.rules) {
    if ('shortfallPercent' in rule) foreseen.set(rule.name, step(rule, situation));
  }
  return foreseen;
}

/** What was learnt, for the next evaluation. A rule that is gone from the file is forgotten. */
export function rememberForecasts(memory: ScalingMemory, foreseen: Foreseen): ScalingMemory {
  if (foreseen.size === 0 && memory.forecasts === undefined) return memory;
  const forecasts = Object.fromEntries([...foreseen].map(([rule, { state }]) => [rule, state]));
  return { ...memory, forecasts };
}

function step(rule: RiskRule, situation: LayerSituation): Look {
  const demand = estimateDemand(rule, situation);
  const question = {
    at: situation.now,
    sample: demand?.from === undefined ? undefined : { from: demand.from, load: demand.load },
    periodSeconds: situation.readings.get(rule.kpi)?.periodSeconds ?? 60,
    perInstance: rule.perCapacityUnit * situation.revision.capacity,
    shortfallPercent: rule.shortfallPercent,
    bootSeconds: situation.bootSeconds,
    running: desiredCount(situation),
  };
  return { ...stepRisk(situation.memory.forecasts?.[rule.name] ?? startForecast(question), question), demand };
}
