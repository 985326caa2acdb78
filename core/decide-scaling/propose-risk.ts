import type { RiskRule } from '../application/rule-schema.ts';
import type { Proposal } from '../decision.ts';
import type { Draft } from '../draft.ts';
import type { RiskAnswer } from '../forecast/step-risk.ts';
import { roundUp, shown, shownPercent } from '../rounding.ts';
import type { Foreseen } from './foresee.ts';
import type { LayerSituation } from './layer-situation.ts';

type Wanted = Extract<Proposal, { readonly kind: 'want' }>;

/**
 * Keeps the share of time in which demand exceeds what is in service at the asked-for risk, at the least billed time: as many as the learnt
 * look-ahead over the boot time asks for. While the layer is full, or when demand is known by a stand-in only, never fewer than it needs
 * now: the look-ahead knows nothing of it. Without data nobody is let go.
 */
export function proposeRisk(rule: RiskRule, situation: LayerSituation, foreseen: Foreseen): Proposal {
  const { answer, demand, because = '' } = foreseen.get(rule.name) ?? {};
  if (demand === undefined || answer === undefined) {
    return { rule: rule.name, kind: 'stay', because: `no data for ${rule.kpi}` };
  }
  const { needed, outlook } = answer;
  const perInstance = rule.perCapacityUnit * situation.revision.capacity;
  const least = demand.fullBy !== undefined || demand.from === undefined ? roundUp(demand.load / perInstance) : 0;
  let said = `${demand.because === '' ? '' : `${demand.because}; `}${reasonOf(rule, answer)}${heldOf(answer)}`;
  if (because !== '') said += `; ${because}`;
  if (least > needed) said += `; that needs ${least} now`;
  const count = Math.max(needed, least);
  const proposal: Draft<Wanted> = { rule: rule.name, kind: 'want', count, because: said };
  if (outlook !== undefined) proposal.outlook = outlook;
  return proposal;
}

function reasonOf({ kpi, shortfallPercent }: RiskRule, { basis, outlook }: RiskAnswer): string {
  if (outlook === undefined) return basis === 'held' ? `no new ${kpi} since the last answer` : `still learning ${kpi}`;
  const { load, expectedLoad, bandLoad, chanceShortPercent } = outlook;
  const expected = `${kpi} ${shown(load)}, expected ${shown(expectedLoad)} (${shown(bandLoad[0])} to ${shown(bandLoad[1])})`;
  if (basis === 'learning') return `${expected}; still learning, so never below what demand needs now`;
  return `${expected}; ${shownPercent(chanceShortPercent)} % chance to be short, ${shortfallPercent} % accepted`;
}

/** What is released waits until the needs of the last boot time all allow it, and until it is worth a move. */
function heldOf({ needed, outlook }: RiskAnswer): string {
  if (outlook === undefined || outlook.asked >= needed) return '';
  const why =
    outlook.isTooLittleLess === true
      ? `too little less than ${needed} for a release`
      : `the last boot time still asks for ${needed}`;
  return `; ${outlook.asked} would do from now on, ${why}`;
}
