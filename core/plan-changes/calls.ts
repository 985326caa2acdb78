import { addSeconds, type Instant, isAtOrAfter } from '../amounts.ts';
import type { Slot } from '../instance-life.ts';
import type { LaunchRequest } from '../launch-call.ts';
import { revisionKey, type Stored } from '../stored.ts';
import { findOrphans } from './find-orphans.ts';
import { isTerminated } from './layer-view.ts';

/** A call whose outcome was never stored is made again after this long; its token and EC2 make the repeat harmless. */
export const REPEAT_CALL_SECONDS = 30;

/** One machine to be ended. */
export interface Termination {
  readonly instanceId: string;
  readonly because: string;
}

interface Calls {
  readonly stored: Stored;
  readonly kept: readonly Slot[];
  readonly now: Instant;
}

/** Calls for rows that enter `launching` now, and again for those whose answer was never stored. One row stands for its call. */
export function callsToLaunch(slots: readonly Slot[], { stored, kept, now }: Calls): readonly LaunchRequest[] {
  const byToken = new Map<string, Slot>();
  for (const slot of slots) {
    if (slot.state !== 'launching') continue;
    if (isAtOrAfter(now, addSeconds(slot.since, REPEAT_CALL_SECONDS)) || kept.includes(slot))
      byToken.set(slot.launch.token, slot);
  }
  const calls: LaunchRequest[] = [];
  for (const slot of byToken.values()) {
    const { layer, launch: intent, placement } = slot;
    const revision = stored.revisions.get(revisionKey(slot));
    if (revision !== undefined)
      calls.push({ application: stored.application, layer, launch: intent, placement, revision });
  }
  return calls;
}

/** Calls for rows that enter `terminating` now, again for those that EC2 still runs, and for machines that no slot knows. */
export function callsToTerminate(slots: readonly Slot[], { stored, kept, now }: Calls): readonly Termination[] {
  const calls: Termination[] = [];
  for (const slot of slots) {
    if (slot.state !== 'terminating' || slot.instanceId === undefined) continue;
    if (isTerminated(stored.observations.get(slot.instanceId))) continue;
    if (!isAtOrAfter(now, addSeconds(slot.since, REPEAT_CALL_SECONDS)) && !kept.includes(slot)) continue;
    calls.push({ instanceId: slot.instanceId, because: slot.because ?? 'it left' });
  }
  for (const { instance } of findOrphans(stored, slots, now)) {
    const because = `no slot knows this machine (${instance.layer}-${instance.slotNumber})`;
    calls.push({ instanceId: instance.instanceId, because });
  }
  return calls;
}
