import { addSeconds, isAtOrAfter } from '../amounts.ts';
import type { Slot } from '../instance-life.ts';
import { isDead, type LayerView, moved, type Step } from './layer-view.ts';

/** launching → booting → joining: follows what EC2 says of a new instance, until the deadline `readySeconds`. */
export const boot: Step = (slots, view) => slots.map((slot) => bootOne(slot, view));

function bootOne(slot: Slot, view: LayerView): Slot {
  if (slot.state !== 'launching' && slot.state !== 'booting') return slot;
  const observation = view.observe(slot);
  if (slot.state === 'launching' && observation !== undefined && !isDead(observation)) {
    return moved({ ...slot, ...identityOf(observation.instance) }, view, { state: 'booting' });
  }
  if (slot.state === 'booting' && isDead(observation)) {
    return moved(slot, view, { state: 'failed', because: 'ended while booting' });
  }
  if (isAtOrAfter(view.now, addSeconds(slot.launchedAt ?? slot.intendedAt, view.settings.readySeconds))) {
    return moved(slot, view, { state: 'failed', because: `not ready within ${view.settings.readySeconds} s` });
  }
  if (slot.state === 'booting' && observation?.instance.state === 'running') {
    return moved({ ...slot, ...identityOf(observation.instance) }, view, { state: 'joining', event: 'joining' });
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
