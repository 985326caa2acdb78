import type { Rule } from '../application/rule-schema.ts';
import type { Proposal } from '../decision.ts';
import { kpisOfRule } from '../kpis-looked-at.ts';
import { degradedBecause } from '../readings.ts';
import { desiredCount, type LayerSituation } from './layer-situation.ts';

/**
 * What a rule's wish is worth by the quality of its readings: a stand-in, or a reading with too few periods behind it, may ask for more and never
 * for fewer, nor agree that others do. Without any value the rule stays, and asks for the count that its `withoutData` states.
 */
export function inDirection(rule: Rule, proposal: Proposal, situation: LayerSituation): Proposal {
  if (!('kpi' in rule)) return proposal;
  const reading = situation.readings.get(rule.kpi);
  if (reading?.value === undefined) return withoutData(rule, proposal, situation);
  const doubt = doubtOf(rule, situation);
  if (doubt === undefined) return proposal;
  const because = `${proposal.because}; ${doubt}`;
  const isFewer = proposal.kind === 'want' && proposal.count < desiredCount(situation);
  if (isFewer || proposal.kind === 'agree') return { rule: rule.name, kind: 'stay', because };
  return { ...proposal, because };
}

/** What is doubtful about the first reading that is, of those that the rule's wish is made from. */
function doubtOf(rule: Rule, { readings }: LayerSituation): string | undefined {
  for (const kpi of kpisOfRule(rule)) {
    const reading = readings.get(kpi);
    const why = reading === undefined ? 'no data' : degradedBecause(reading);
    if (why !== undefined) return `${kpi}: ${why}`;
  }
  return undefined;
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
