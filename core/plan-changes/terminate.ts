import { isTerminated, moved, type Step } from './layer-view.ts';

/** failed → terminating → gone: nothing that failed is kept, and nothing is gone before EC2 says so. */
export const terminate: Step = (slots, view) =>
  slots.map((slot) => {
    if (slot.state === 'failed') {
      return moved(slot, view, { state: slot.instanceId === undefined ? 'gone' : 'terminating' });
    }
    if (slot.state === 'terminating' && isTerminated(view.observe(slot))) return moved(slot, view, { state: 'gone' });
    return slot;
  });
