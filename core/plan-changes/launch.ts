import { hash } from 'node:crypto';
import { isWanted, mayRun, type Placement, type Slot } from '../instance-life.ts';
import { type LayerView, moved, type Step, slotBySlot } from './layer-view.ts';
import { placeLaunches } from './place-launches.ts';
import { isAtRisk } from './release.ts';
import { replacementsOf } from './replace.ts';
import { mostSteps } from './stateful.ts';

/** intended → launching: the intent is stored, so the call may be made. */
export const launch = slotBySlot((slot, view) =>
  slot.state === 'intended' ? moved(slot, view, { state: 'launching' }) : slot,
);

/**
 * What is missing is intended, with the reason: what it replaces, else the decision. Never more than `max` with all that may still run, nor than
 * the ceilings of the account leave room for. Slots of one call get numbers in a row, so that each machine's name follows from its launch.
 */
export const intend: Step = (slots, view) => {
  const missing = view.desired.count - slots.filter((slot) => isWanted(slot) && !isAtRisk(slot, view)).length;
  const room = view.settings.count.max - slots.filter(mayRun).length;
  const count = Math.min(missing, room, view.mostNew, mostSteps(slots, view));
  if (count <= 0 || !view.mayLaunch) return slots;
  const intended: Slot[] = [];
  for (const placed of placeLaunches(slots, count, view)) {
    intended.push(...intentOf(placed, view.nextSlotNumber + intended.length, view));
  }
  const replacements = replacementsOf(slots, view);
  return [...slots, ...intended.map((slot, index) => Object.assign({}, slot, replacements[index]))];
};

function intentOf(
  { placement, count }: { readonly placement: Placement; readonly count: number },
  first: number,
  view: LayerView,
): readonly Slot[] {
  const token = launchToken(view, { first, count });
  return Array.from({ length: count }, (_, index) => ({
    layer: view.name,
    number: first + index,
    state: 'intended',
    since: view.now,
    intendedAt: view.now,
    revision: view.desired.revision,
    placement,
    launch: { token, first, count },
    because: view.desired.because,
  }));
}

/** The same intent always has the same token, another intent never: slot numbers are used once. 64 characters, as EC2 allows. */
function launchToken(view: LayerView, { first, count }: { readonly first: number; readonly count: number }): string {
  const text = [view.application, view.bornAt, view.name, first, count].join(' ');
  return hash('sha256', text);
}
