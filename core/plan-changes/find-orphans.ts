import { addSeconds, type Instant, isAtOrAfter } from '../amounts.ts';
import type { Slot } from '../instance-life.ts';
import type { ObservationRecord } from '../records.ts';
import { slotsByInstance } from '../slots-by-instance.ts';
import type { Stored } from '../stored.ts';
import { isTerminated } from './layer-view.ts';

/** How long a machine without a slot is left alone: longer than two sweeps, so that a slow write is never mistaken for an orphan. */
export const ORPHAN_AGE_SECONDS = 150;

/**
 * Machines with our tags that no slot knows: the second of a doubled launch, or one whose slot is gone. Only slot numbers that this
 * application has given out count, and none that somebody protects, so a fresh table never ends the machines of a lost one.
 */
export function findOrphans(stored: Stored, slots: readonly Slot[], now: Instant): readonly ObservationRecord[] {
  const orphans: ObservationRecord[] = [];
  const known = slotsByInstance(stored.slots);
  for (const observation of stored.observations.values()) {
    if (!isAtOrAfter(now, addSeconds(observation.firstSeenAt, ORPHAN_AGE_SECONDS))) continue;
    const { instanceId, layer, slotNumber, isProtected } = observation.instance;
    if (isProtected || known.has(instanceId) || isTerminated(observation)) continue;
    if (slots.some((slot) => slot.instanceId === instanceId)) continue;
    if (slots.some((slot) => slot.state === 'launching' && slot.number === slotNumber && slot.layer === layer))
      continue;
    if (slotNumber < (stored.head?.nextSlotNumber[layer] ?? 0)) orphans.push(observation);
  }
  return orphans;
}
