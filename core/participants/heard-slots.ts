import type { Slot } from '../instance-life.ts';
import { hearersOf } from '../plan-changes/gate.ts';
import type { Stored } from '../stored.ts';

/** Slots of the layers that a participant hears, also of layers that vanished from the file. */
export function heardSlots(stored: Stored, participant: string): readonly Slot[] {
  const { file, slots } = stored;
  if (file === undefined) return [];
  const heard: Slot[] = [];
  let [layer, isHeard] = ['', false];
  for (const { slot } of slots) {
    if (slot.layer !== layer) {
      layer = slot.layer;
      isHeard = hearersOf(file.file, layer).includes(participant);
    }
    if (isHeard) heard.push(slot);
  }
  return heard;
}

/** The newest version that changed something a participant hears, and the newest one it has applied; 0 for none. */
export function versionsOf(
  stored: Stored,
  participant: string,
): { readonly newest: number; readonly applied: number; readonly failed: number } {
  const answered = stored.acknowledgements.get(participant);
  return {
    newest: heardSlots(stored, participant).reduce((newest, { change }) => Math.max(newest, change?.version ?? 0), 0),
    applied: answered?.membershipVersion ?? 0,
    failed: answered?.failed?.membershipVersion ?? 0,
  };
}
