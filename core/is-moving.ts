import { isAtWork } from './participants/is-at-work.ts';
import type { Stored } from './stored.ts';

/**
 * Whether time alone may ask for a next step: a machine that no slot knows, an instance on its way in or out, a count that is not reached, a
 * participant that was not told of a change that it hears, has not answered, or is part of the product and at work. `desired` by layer, as
 * just decided.
 */
export function isMoving(stored: Stored, desired: ReadonlyMap<string, number>): boolean {
  const inService = new Map<string, number>();
  const known = new Set(stored.slots.map(({ slot }) => slot.instanceId));
  for (const { instance } of stored.observations.values()) {
    if (instance.state !== 'terminated' && !known.has(instance.instanceId)) return true;
  }
  const changedAt = new Map<string, number>();
  for (const { slot } of stored.slots) {
    if (slot.state !== 'in-service' && slot.state !== 'gone') return true;
    if (slot.state === 'in-service') inService.set(slot.layer, (inService.get(slot.layer) ?? 0) + 1);
    changedAt.set(slot.layer, Math.max(changedAt.get(slot.layer) ?? 0, slot.change?.version ?? 0));
  }
  for (const [layer, count] of desired) if ((inService.get(layer) ?? 0) !== count) return true;
  for (const { awaiting } of stored.told.values()) if (awaiting.length > 0) return true;
  return Object.entries(stored.file?.file.participants ?? {}).some(([name, { hears }]) => {
    if (isAtWork(stored, name)) return true;
    const told = stored.told.get(name)?.membershipVersion ?? 0;
    return [...changedAt].some(([layer, version]) => version > told && (hears.includes(layer) || hears.includes('*')));
  });
}
