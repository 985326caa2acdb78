import { isDead, moved, slotBySlot } from './layer-view.ts';

/** joining → in-service, once every participant has applied its joining; joining → failed when EC2 ended it. */
export const join = slotBySlot((slot, view) => {
  if (slot.state !== 'joining' || slot.change === undefined) return slot;
  if (isDead(view.observe(slot))) {
    return moved(slot, view, { state: 'failed', because: 'ended while joining', event: 'rolled-back' });
  }
  if (!view.isApplied(slot.change.version)) return slot;
  return Object.assign(moved(slot, view, { state: 'in-service', event: 'joined' }), { inServiceAt: view.now });
});
