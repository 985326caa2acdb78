import type { Rule } from '../application/rule-schema.ts';
import type { Proposal } from '../decision.ts';
import { desiredCount, type LayerSituation } from './layer-situation.ts';

/**
 * What a rule's wish is worth by the quality of its reading: a stand-in, or a reading with too few periods behind it, may ask for more and never
 * for fewer, nor agree that others do. Without any value the rule stays, and asks for the count that its `withoutData` states.
 */
export function inDirection(rule: Rule, proposal: Proposal, situation: LayerSituation): Proposal {
  if (!('kpi' in rule)) return proposal;
  const reading = situation.readings.get(rule.kpi);
  if (reading?.value === undefined) return withoutData(rule, proposal, situation);
  const { onlyOut } = reading;
  if (onlyOut === undefined) return proposal;
  const because = `${proposal.because}; ${rule.kpi}: ${onlyOut}`;
  const isFewer = proposal.kind === 'want' && proposal.count < desiredCount(situation);
  if (isFewer || proposal.kind === 'agree') return { rule: rule.name, kind: 'stay', because };
  return { ...proposal, because };
}

function withoutData(
  rule: Extract<Rule, { readonly kpi: string }>,
  proposal: Proposal,
  situation: LayerSituation,
): Proposal {
  const least = rule.withoutData?.count;
  if (least === undefined || least <= desiredCount(situation)) return proposal;
  const because = `${proposal.because}; without it at least ${least}`;
  return { rule: rule.name, kind: 'want', count: least, because };
}
