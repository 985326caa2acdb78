import { addSeconds, isAtOrAfter } from '../amounts.ts';
import type { Slot } from '../instance-life.ts';
import { isDead, type LayerView, moved, slotBySlot } from './layer-view.ts';

/**
 * launching → booting → joining: follows what EC2 says of a new instance, until the deadline `readySeconds`. A launch whose outcome is
 * unknown has no deadline: the call is repeated with its token until EC2 answers, for a machine may be there that nobody knows of.
 */
export const boot = slotBySlot((slot, view) => {
  if (slot.state === 'launching') return adopted(slot, view);
  if (slot.state === 'booting') return booted(slot, view);
  return slot;
});

/** A launch whose answer was lost: the machine itself says which slot it is. */
function adopted(slot: Slot, view: LayerView): Slot {
  const observation = view.observe(slot);
  if (observation === undefined) return slot;
  return moved({ ...slot, ...identityOf(observation.instance) }, view, { state: 'booting' });
}

function booted(slot: Slot, view: LayerView): Slot {
  const observation = view.observe(slot);
  if (isDead(observation)) return moved(slot, view, { state: 'failed', because: 'ended while booting' });
  if (observation !== undefined && view.isReady(slot)) {
    return moved({ ...slot, ...identityOf(observation.instance) }, view, { state: 'joining', event: 'joining' });
  }
  if (isAtOrAfter(view.now, addSeconds(slot.launchedAt ?? slot.since, view.settings.readySeconds))) {
    return moved(slot, view, { state: 'failed', because: `not ready within ${view.settings.readySeconds} s` });
  }
  return slot;
}

/** What a slot takes over from its instance. */
export function identityOf(instance: {
  readonly instanceId: string;
  readonly privateIp?: string;
  readonly launchedAt: Slot['since'];
}): Pick<Slot, 'instanceId' | 'launchedAt'> & { readonly privateIp?: string } {
  return {
    instanceId: instance.instanceId,
    launchedAt: instance.launchedAt,
    ...(instance.privateIp === undefined ? {} : { privateIp: instance.privateIp }),
  };
}
