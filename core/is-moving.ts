import { oncePer } from './once-per.ts';
import { isAtWork } from './participants/is-at-work.ts';
import type { Stored } from './stored.ts';

/**
 * Whether time alone may ask for a next step: a machine that no slot knows, an instance on its way in or out, a count that is not reached, a
 * participant that was not told of a change that it hears, has not answered, or is part of the product and at work. `desired` by layer, as
 * just decided.
 */
export function isMoving(stored: Stored, desired: ReadonlyMap<string, number>): boolean {
  for (const { awaiting } of stored.told.values()) if (awaiting.length > 0) return true;
  const { isOnItsWay, known, inService, changedAt } = standOf(stored.slots);
  if (isOnItsWay) return true;
  for (const [layer, count] of desired) if ((inService.get(layer) ?? 0) !== count) return true;
  for (const { instance } of stored.observations.values()) {
    if (instance.state !== 'terminated' && !known.has(instance.instanceId)) return true;
  }
  return Object.entries(stored.file?.file.participants ?? {}).some(([name, { hears }]) => {
    if (isAtWork(stored, name)) return true;
    const told = stored.told.get(name)?.membershipVersion ?? 0;
    return [...changedAt].some(([layer, version]) => version > told && (hears.includes(layer) || hears.includes('*')));
  });
}

/** What the slots say, worked out once as long as they stay the same: most evaluations change none. */
const standOf = oncePer((slots: Stored['slots']) => {
  const known = new Set<string | undefined>();
  const inService = new Map<string, number>();
  const changedAt = new Map<string, number>();
  let isOnItsWay = false;
  for (const { slot } of slots) {
    known.add(slot.instanceId);
    if (slot.state === 'in-service') inService.set(slot.layer, (inService.get(slot.layer) ?? 0) + 1);
    else if (slot.state !== 'gone') isOnItsWay = true;
    changedAt.set(slot.layer, Math.max(changedAt.get(slot.layer) ?? 0, slot.change?.version ?? 0));
  }
  return { isOnItsWay, known, inService, changedAt };
});
