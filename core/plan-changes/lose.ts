import type { Slot } from '../instance-life.ts';
import { isDead, type LayerView, moved, slotBySlot } from './layer-view.ts';

/**
 * What EC2 took or will take: a dead instance fails at once and peers hear that it left; one with a Spot interruption notice leaves at
 * once, so that peers have the two minutes. Both stop counting, so that a replacement is launched.
 */
export const lose = slotBySlot(loseOne);

function loseOne(slot: Slot, view: LayerView): Slot {
  if (slot.state !== 'in-service' && slot.state !== 'leaving' && slot.state !== 'joining') return slot;
  const observation = view.observe(slot);
  if (slot.state !== 'joining' && isDead(observation)) {
    return moved(slot, view, { state: 'failed', because: `EC2 shows it ${stateOf(observation)}`, event: 'left' });
  }
  if (slot.state === 'leaving' || observation?.interruptionAt === undefined) return slot;
  return moved(slot, view, { state: 'leaving', because: 'Spot interruption', event: 'leaving' });
}

function stateOf(observation: ReturnType<LayerView['observe']>): string {
  return observation === undefined || observation.missedSweeps >= 2 ? 'no more' : observation.instance.state;
}
