import type { FollowLayerRule } from '../application/rule-schema.ts';
import type { Proposal } from '../decision.ts';
import { roundUp, shown } from '../rounding.ts';
import type { LayerSituation } from './layer-situation.ts';

/** `ratio` instances for each that is desired of the other layer, rounded up. The other layer was decided before, in the same evaluation. */
export function proposeFollowLayer(rule: FollowLayerRule, situation: LayerSituation): Proposal {
  const other = situation.others.get(rule.followLayer);
  if (other === undefined) {
    return { rule: rule.name, kind: 'stay', because: `nothing is decided for ${rule.followLayer}` };
  }
  const share = rule.ratio * other.desired;
  const because = `${shown(rule.ratio)} × ${other.desired} ${rule.followLayer} = ${shown(share)}`;
  return { rule: rule.name, kind: 'want', count: roundUp(share), because };
}
