import type { Slot } from '../instance-life.ts';
import type { LayerView } from './layer-view.ts';

/**
 * Which of the candidates leave, `count` of them at most. Order: those not yet in service (nobody uses them), then those of an old
 * revision, then one of the zone that has the most, the oldest first. Failed ones are gone before this is asked. An instance with
 * scale-in protection is never chosen, so fewer may come back than asked.
 */
export function chooseVictims(candidates: readonly Slot[], count: number, view: LayerView): readonly Slot[] {
  if (count <= 0) return [];
  const remaining = candidates.filter((slot) => view.observe(slot)?.instance.isProtected !== true);
  const victims: Slot[] = [];
  const zones = countByZone(candidates);
  while (victims.length < count && remaining.length > 0) {
    const worst = remaining.reduce((a, b) => (isWorse(b, a, { zones, view }) ? b : a));
    remaining.splice(remaining.indexOf(worst), 1);
    zones.set(worst.placement.zone, (zones.get(worst.placement.zone) ?? 0) - 1);
    victims.push(worst);
  }
  return victims;
}

function countByZone(slots: readonly Slot[]): Map<string, number> {
  const zones = new Map<string, number>();
  for (const { placement } of slots) zones.set(placement.zone, (zones.get(placement.zone) ?? 0) + 1);
  return zones;
}

function isWorse(
  a: Slot,
  b: Slot,
  { zones, view }: { readonly zones: ReadonlyMap<string, number>; readonly view: LayerView },
): boolean {
  const rank = (slot: Slot): readonly number[] => [
    slot.state === 'in-service' ? 1 : 0,
    slot.revision === view.desired.revision ? 1 : 0,
    -(zones.get(slot.placement.zone) ?? 0),
    slot.inServiceAt ?? slot.intendedAt,
    slot.number,
  ];
  const [left, right] = [rank(a), rank(b)];
  const differs = left.findIndex((value, index) => value !== right[index]);
  return differs >= 0 && (left[differs] ?? 0) < (right[differs] ?? 0);
}
