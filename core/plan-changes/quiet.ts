import type { Slot } from '../instance-life.ts';
import type { DesiredRecord } from '../records.ts';
import type { Stored } from '../stored.ts';
import { isDead } from './layer-view.ts';

/**
 * No step would change anything: as many as desired, all in service and of the desired revision, and EC2 has nothing against any of them. Most
 * layers are so most of the time, and a plan that passes them over costs what the others cost.
 */
export function isQuiet(slots: readonly Slot[], desired: DesiredRecord | undefined, stored: Stored): boolean {
  if (desired === undefined || slots.length !== desired.count) return false;
  return slots.every((slot) => {
    if (slot.state !== 'in-service' || slot.revision !== desired.revision) return false;
    const observation = slot.instanceId === undefined ? undefined : stored.observations.get(slot.instanceId);
    const isThreatened = observation?.interruptionAt !== undefined || observation?.rebalanceAt !== undefined;
    return !isThreatened && !isDead(observation);
  });
}
