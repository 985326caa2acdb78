import type { Rule } from '../application/rule-schema.ts';
import type { Proposal } from '../decision.ts';
import type { Foreseen } from './foresee.ts';
import { inDirection } from './in-direction.ts';
import type { LayerSituation } from './layer-situation.ts';
import { proposeAlarm } from './propose-alarm.ts';
import { proposeCron } from './propose-cron.ts';
import { proposeFollowLayer } from './propose-follow-layer.ts';
import { proposeRisk } from './propose-risk.ts';
import { proposeSteps, stepsGrowAt } from './propose-steps.ts';
import { proposeTargetValue, targetValueGrowsAt } from './propose-target-value.ts';

/** One rule's wish, as far as its reading can be trusted. `foreseen` is what the rules that look ahead have answered for this evaluation. */
export function propose(rule: Rule, situation: LayerSituation, foreseen: Foreseen): Proposal {
  return inDirection(rule, wishOf(rule, situation, foreseen), situation);
}

/**
 * Whether a rule would at once ask for more if only `count` instances carried the load. Its reading is then taken to rise in proportion. Rules
 * without a reading of a KPI never do: their wish does not depend on the count.
 */
export function growsAt(rule: Rule, situation: LayerSituation, count: number): boolean {
  if ('targetValue' in rule) return targetValueGrowsAt(rule, situation, count);
  return 'steps' in rule && stepsGrowAt(rule, situation, count);
}

function wishOf(rule: Rule, situation: LayerSituation, foreseen: Foreseen): Proposal {
  if ('targetValue' in rule) return proposeTargetValue(rule, situation);
  if ('steps' in rule) return proposeSteps(rule, situation);
  if ('cron' in rule) return proposeCron(rule, situation);
  if ('alarm' in rule) return proposeAlarm(rule, situation);
  if ('shortfallPercent' in rule) return proposeRisk(rule, situation, foreseen);
  return proposeFollowLayer(rule, situation);
}
