import { isTerminated, moved, slotBySlot } from './layer-view.ts';

/** failed → terminating → gone: nothing that failed is kept, and nothing is gone before EC2 says so. */
export const terminate = slotBySlot((slot, view) => {
  if (slot.state === 'failed') {
    return moved(slot, view, { state: slot.instanceId === undefined ? 'gone' : 'terminating' });
  }
  if (slot.state === 'terminating' && isTerminated(view.observe(slot))) return moved(slot, view, { state: 'gone' });
  return slot;
});
