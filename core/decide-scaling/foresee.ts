import type { RiskRule } from '../application/rule-schema.ts';
import type { ScalingMemory } from '../decision.ts';
import type { ForecastState } from '../forecast/state.ts';
import { type RiskAnswer, startForecast, stepRisk } from '../forecast/step-risk.ts';
import { desiredCount, type LayerSituation } from './layer-situation.ts';

/** What the rules that look ahead have learnt and answered, by the name of the rule. */
export type Foreseen = ReadonlyMap<string, { readonly state: ForecastState; readonly answer: RiskAnswer }>;

/**
 * Lets every rule with a `shortfallPercent` learn from its newest reading and look ahead over the boot time. Only a measured value teaches: a
 * stand-in for missing data is no demand.
 */
export function foresee(situation: LayerSituation): Foreseen {
  const foreseen = new Map<string, { readonly state: ForecastState; readonly answer: RiskAnswer }>();
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

function step(
  rule: RiskRule,
  situation: LayerSituation,
): { readonly state: ForecastState; readonly answer: RiskAnswer } {
  const reading = situation.readings.get(rule.kpi);
  const isMeasured = reading?.source === 'measured' && reading.value !== undefined && reading.at !== undefined;
  const question = {
    at: situation.now,
    sample: isMeasured ? { from: reading.at, load: reading.value } : undefined,
    periodSeconds: reading?.periodSeconds ?? 60,
    perInstance: rule.perCapacityUnit * situation.revision.capacity,
    shortfallPercent: rule.shortfallPercent,
    bootSeconds: situation.bootSeconds,
    running: desiredCount(situation),
  };
  return stepRisk(situation.memory.forecasts?.[rule.name] ?? startForecast(question), question);
}
