import { addSeconds, type Instant, isAtOrAfter } from '../amounts.ts';
import type { Application } from '../application/application-schema.ts';
import { isWanted, type Slot } from '../instance-life.ts';
import { oncePer } from '../once-per.ts';
import type { FileRecord } from '../records.ts';
import type { Stored } from '../stored.ts';

/** How long a layer that must shrink first has to begin: longer than two plans take, so that a protected instance blocks nobody. */
const BEGIN_SECONDS = 60;

interface World {
  readonly stored: Stored;
  readonly file: FileRecord;
  readonly now: Instant;
  /** What this plan changes in the layers before this one: who is found lost there no longer serves. */
  readonly planned?: readonly Slot[];
}

/**
 * Whether a layer may launch: each layer that it launches after has what it should in service, or has had its `readySeconds` since that was
 * decided. The wait is bounded, so that one bad layer never blocks another.
 */
export function mayLaunch(layer: string, { stored, file, now, planned = [] }: World): boolean {
  const after = file.file.layers[layer]?.launchAfter ?? [];
  if (after.length === 0) return true;
  return after.every((other) => {
    const desired = stored.desired.get(other);
    const readySeconds = file.file.layers[other]?.readySeconds ?? 0;
    if (desired === undefined) return false;
    const lost = planned.filter((slot) => slot.layer === other && slot.state !== 'in-service');
    const numbers = new Set(lost.map(({ number }) => number));
    const serves = (slot: Slot): boolean =>
      slot.layer === other && slot.state === 'in-service' && !numbers.has(slot.number);
    const inService = stored.slots.filter(({ slot }) => serves(slot)).length;
    return inService >= desired.count || isAtOrAfter(now, addSeconds(desired.decidedAt, readySeconds));
  });
}

/** By layer, the layers that drain before it. */
const drainedBefore = oncePer(({ layers }: Application): ReadonlyMap<string, readonly string[]> => {
  const before = new Map<string, string[]>();
  for (const [layer, { drainBefore }] of Object.entries(layers)) {
    for (const other of drainBefore) before.set(other, [...(before.get(other) ?? []), layer]);
  }
  return before;
});

/** Whether instances of a layer may leave: no layer that drains before it has one leaving, or is about to. */
export function mayDrain(layer: string, { stored, file, now }: World): boolean {
  const others = drainedBefore(file.file).get(layer) ?? [];
  return others.every((other) => {
    const records = stored.slots.filter(({ slot }) => slot.layer === other);
    if (records.some(({ slot }) => slot.state === 'leaving')) return false;
    const desired = stored.desired.get(other);
    if (desired === undefined || records.filter(({ slot }) => isWanted(slot)).length <= desired.count) return true;
    return isAtOrAfter(now, addSeconds(desired.decidedAt, BEGIN_SECONDS));
  });
}
