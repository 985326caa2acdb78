import { type Slot, slotName } from '../instance-life.ts';
import type { LayerView } from './layer-view.ts';
import { isAtRisk } from './release.ts';

/** Why the next launches of a layer are made, one entry a launch; launches beyond them are for the desired count. */
export interface Replacement {
  readonly replaces: number;
  readonly because: string;
}

/**
 * The slots that stopped counting without anybody wanting fewer, and whose place nobody has taken yet, the oldest first: those that failed, that EC2
 * takes back, or is likely to. A replacement that EC2 refused has taken nobody's place.
 */
export function replacementsOf(slots: readonly Slot[], view: LayerView): readonly Replacement[] {
  const taken = new Set(slots.map((slot) => (isRefused(slot) ? undefined : slot.replaces)));
  const open: Replacement[] = [];
  for (const slot of slots) {
    const what = lossOf(slot, view);
    if (what !== undefined && !taken.has(slot.number))
      open.push({ replaces: slot.number, because: `replaces ${slotName(slot)}: ${what}` });
  }
  return open;
}

function isRefused({ state, instanceId }: Slot): boolean {
  return state === 'gone' && instanceId === undefined;
}

function lossOf(slot: Slot, view: LayerView): string | undefined {
  if (slot.failedAt !== undefined) return slot.because ?? 'it failed';
  const observation = view.observe(slot);
  const isEnding = slot.state === 'leaving' || slot.state === 'terminating';
  if (isEnding && observation?.interruptionAt !== undefined) return slot.because ?? 'Spot interruption';
  const isServing = slot.state === 'in-service' || slot.state === 'joining' || slot.state === 'booting';
  return isServing && isAtRisk(slot, view) ? 'EC2 expects to interrupt it soon' : undefined;
}
