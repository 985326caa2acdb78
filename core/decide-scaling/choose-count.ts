import type { AppliedLimit, LimitName, Proposal, ScalingMemory } from '../decision.ts';
import { applyLimits } from './apply-limits.ts';
import { rememberFreezes } from './freeze.ts';
import { desiredCount, type LayerSituation } from './layer-situation.ts';
import { rememberWish } from './remember.ts';
import { safest, type Wish } from './safest.ts';

/** What the proposals of a layer's rules come to. */
export interface ChosenCount {
  readonly wish: Wish;
  readonly count: number;
  readonly limits: readonly AppliedLimit[];
  /** With this evaluation's wish and freezes. */
  readonly memory: ScalingMemory;
}

/**
 * From proposals to a count: the safest wins, limits apply in their order. `without` leaves limits out: only an explanation asks what would have
 * been without them.
 */
export function chooseCount(
  situation: LayerSituation,
  proposals: readonly Proposal[],
  { without }: { readonly without?: ReadonlySet<LimitName> } = {},
): ChosenCount {
  const { now, settings } = situation;
  const wish = safest(proposals, desiredCount(situation));
  const before = rememberFreezes(situation.memory, situation);
  const memory = rememberWish(before, { at: now, count: wish.count }, settings.scaleIn.stabilizationSeconds);
  const { count, applied } = applyLimits(wish.count, situation, memory, without);
  return { wish, count, limits: applied, memory };
}
