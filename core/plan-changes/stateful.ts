import { isOnItsWay, type Slot } from '../instance-life.ts';
import type { LayerView } from './layer-view.ts';

/**
 * How many instances of a layer may start to join or leave now. A layer that changes one at a time takes its next step when nobody is on
 * the way in or out and every participant has applied the last change: then the cluster has rebalanced.
 */
export function mostSteps(slots: readonly Slot[], view: LayerView): number {
  if (view.settings.stateful?.oneAtATime !== true) return Number.POSITIVE_INFINITY;
  const isStill = slots.every(
    (slot) =>
      !isOnItsWay(slot) &&
      slot.state !== 'leaving' &&
      (slot.change === undefined || view.isApplied(slot.change.version)),
  );
  return isStill ? 1 : 0;
}

/** How many of those in service may leave before the quorum of a stateful layer is at stake. */
export function aboveQuorum(slots: readonly Slot[], view: LayerView): number {
  const { stateful } = view.settings;
  if (stateful === undefined) return Number.POSITIVE_INFINITY;
  return slots.filter((slot) => slot.state === 'in-service').length - stateful.keepInService;
}
