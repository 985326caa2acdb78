import { isWanted, type Slot } from '../instance-life.ts';
import { type LayerView, moved, type Step } from './layer-view.ts';
import { isAtRisk } from './release.ts';

/**
 * leaving → in-service: load came back while an instance was draining, so it stays and no machine is launched. The newest to leave comes
 * back first: it has drained least. One that never was in service joins again.
 */
export const reclaim: Step = (slots, view) => {
  const missing = view.desired.count - slots.filter((slot) => isWanted(slot) && !isAtRisk(slot, view)).length;
  if (missing <= 0) return slots;
  const back = new Set(
    slots
      .filter((slot) => slot.state === 'leaving' && mayStay(slot, view))
      .toSorted((a, b) => b.since - a.since || b.number - a.number)
      .slice(0, missing),
  );
  return back.size === 0 ? slots : slots.map((slot) => (back.has(slot) ? reclaimed(slot, view) : slot));
};

function mayStay(slot: Slot, view: LayerView): boolean {
  return (
    slot.revision === view.desired.revision && view.observe(slot)?.interruptionAt === undefined && !isAtRisk(slot, view)
  );
}

function reclaimed(slot: Slot, view: LayerView): Slot {
  const because = 'needed again before it had left';
  if (slot.inServiceAt === undefined) return moved(slot, view, { state: 'joining', because, event: 'joining' });
  return moved(slot, view, { state: 'in-service', because, event: 'rolled-back' });
}
