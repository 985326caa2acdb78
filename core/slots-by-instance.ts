import type { Slot } from './instance-life.ts';
import { oncePer } from './once-per.ts';
import type { Stored } from './stored.ts';

/** The slot that holds each instance, by instance id. */
export const slotsByInstance: (slots: Stored['slots']) => ReadonlyMap<string, Slot> = oncePer((slots) => {
  const byInstance = new Map<string, Slot>();
  for (const { slot } of slots) if (slot.instanceId !== undefined) byInstance.set(slot.instanceId, slot);
  return byInstance;
});
