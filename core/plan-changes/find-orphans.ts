import { addSeconds, type Instant, isAtOrAfter } from '../amounts.ts';
import type { Slot } from '../instance-life.ts';
import { oncePer } from '../once-per.ts';
import type { ObservationRecord } from '../records.ts';
import type { Stored } from '../stored.ts';
import { isTerminated } from './layer-view.ts';

/** How long a machine without a slot is left alone: longer than two sweeps, so that a slow write is never mistaken for an orphan. */
export const ORPHAN_AGE_SECONDS = 150;

/**
 * Machines with our tags that no slot knows: the second of a doubled launch, or one whose slot is gone. Only slot numbers that this
 * application has given out count, and none that somebody protects, so a fresh table never ends the machines of a lost one.
 */
export function findOrphans(stored: Stored, slots: readonly Slot[], now: Instant): readonly ObservationRecord[] {
  const known = instanceIdsOf(slots);
  return [...stored.observations.values()].filter((observation) => {
    const { instanceId, layer, slotNumber, isProtected } = observation.instance;
    if (isProtected || known.has(instanceId) || isTerminated(observation)) return false;
    if (slots.some((slot) => slot.state === 'launching' && slot.number === slotNumber && slot.layer === layer))
      return false;
    if (slotNumber >= (stored.head?.nextSlotNumber[layer] ?? 0)) return false;
    return isAtOrAfter(now, addSeconds(observation.firstSeenAt, ORPHAN_AGE_SECONDS));
  });
}

/** A plan that changes no slot looks at the same list as the one before. */
const instanceIdsOf = oncePer((slots: readonly Slot[]) => new Set(slots.map((slot) => slot.instanceId)));
