import { addSeconds, isAtOrAfter } from '../amounts.ts';
import { moved, slotBySlot } from './layer-view.ts';

/** leaving → terminating, once it has drained and every participant has applied its leaving (or ran out of time). */
export const leave = slotBySlot((slot, view) => {
  if (slot.state !== 'leaving' || slot.change === undefined) return slot;
  const isDrained = isAtOrAfter(view.now, addSeconds(slot.since, view.settings.drainSeconds));
  if (!isDrained || !view.isApplied(slot.change.version)) return slot;
  return moved(slot, view, { state: 'terminating', event: 'left' });
});
