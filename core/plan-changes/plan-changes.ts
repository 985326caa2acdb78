import type { Instant } from '../amounts.ts';
import { fitting, type Usage } from '../ceilings.ts';
import { isWanted, type Placement, type Slot, slotName } from '../instance-life.ts';
import type { LaunchRequest } from '../launch-call.ts';
import { oncePer } from '../once-per.ts';
import type { FileRecord, HeadRecord, ImageRecord, ObservationRecord, SlotRecord } from '../records.ts';
import { slotsByInstance } from '../slots-by-instance.ts';
import { revisionKey, type Stored } from '../stored.ts';
import { boot } from './boot.ts';
import { callsToLaunch, callsToTerminate, type Termination } from './calls.ts';
import { isApplied, isSettled } from './gate.ts';
import { join } from './join.ts';
import { intend, launch } from './launch.ts';
import { type LayerView, type Step, settingsOf } from './layer-view.ts';
import { leave } from './leave.ts';
import { lose } from './lose.ts';
import { mayDrain, mayLaunch } from './order.ts';
import { isQuiet } from './quiet.ts';
import { isReady, markImages } from './readiness.ts';
import { reclaim } from './reclaim.ts';
import { release } from './release.ts';
import { terminate } from './terminate.ts';

/** What reconcile does next: first the rows are stored, all or nothing, then the calls are made. */
export interface Plan {
  /** Rows that are new or changed; at most `MOST_ROWS`, the rest is planned again after these are stored. */
  readonly slots: readonly Slot[];
  /** Rows of machines that are gone and whose end everybody was told. */
  readonly forgotten: readonly SlotRecord[];
  /** How the last launches of an image went, where that changed. */
  readonly images: readonly ImageRecord[];
  readonly membershipVersion: number;
  readonly nextSlotNumber: HeadRecord['nextSlotNumber'];
  readonly launches: readonly LaunchRequest[];
  readonly terminations: readonly Termination[];
  /** Layers that lack instances for which the ceilings of the account leave no room. */
  readonly atCeiling: readonly string[];
}

/** DynamoDB writes at most 100 records at once: these rows, the forgotten ones, the head and the images of five layers fit. */
export const MOST_ROWS = 80;
const MOST_FORGOTTEN = 12;

/**
 * The order of one plan: what EC2 did, what peers allow, then what is wanted. Launching is last, so that a place freed by a machine that is
 * gone, or one reclaimed, is used first.
 */
const steps: readonly Step[] = [terminate, boot, lose, join, leave, launch, release, reclaim, intend];

/** While the kill switch is thrown: what EC2 does is still seen, newcomers still join and leavers come back, but nobody is launched, sent away or terminated. */
const stepsWhileStopped: readonly Step[] = [boot, lose, join, reclaim];

/**
 * The next steps from what is to what should be. Pure and level-triggered: it may be asked twice, late or after a crash, and applied
 * until it has nothing to say. A layer without a desired record is left alone. With `isStopped` it launches and terminates nothing; with
 * `room` it launches no more than fits in.
 */
export function planChanges(
  stored: Stored,
  now: Instant,
  { isStopped = false, room }: { readonly isStopped?: boolean; readonly room?: Usage | undefined } = {},
): Plan | undefined {
  const { file, head } = stored;
  if (file === undefined || head === undefined) return undefined;
  const { all: before } = slotsOf(stored.slots);
  const { changed, atCeiling } = planLayers({ stored, file, head, now, isStopped }, room);
  const kept = firstRows(changed);
  const stays = withRows(before, kept);
  const isTellable = kept.some((slot) => slot.change?.version === head.membershipVersion + 1);
  return {
    slots: kept,
    forgotten: stored.slots.filter(({ slot }) => isForgettable(slot, stored)).slice(0, MOST_FORGOTTEN),
    images: markImages(stored, { before, kept }),
    membershipVersion: head.membershipVersion + (isTellable ? 1 : 0),
    nextSlotNumber: numbersAfter(head.nextSlotNumber, kept),
    launches: isStopped ? [] : callsToLaunch(stays, { stored, kept, now }),
    terminations: isStopped ? [] : callsToTerminate(stays, { stored, kept, now }),
    atCeiling,
  };
}

interface Situation {
  readonly stored: Stored;
  readonly file: FileRecord;
  readonly head: HeadRecord;
  readonly now: Instant;
  readonly isStopped: boolean;
}

/** All slots, and those of each layer. Sorted in one go: looking through all slots for each layer made many layers slow. */
const slotsOf = oncePer((records: Stored['slots']) => {
  const byLayer = new Map<string, Slot[]>();
  for (const { slot } of records) {
    const known = byLayer.get(slot.layer);
    if (known === undefined) byLayer.set(slot.layer, [slot]);
    else known.push(slot);
  }
  const ofLayer: ReadonlyMap<string, readonly Slot[]> = byLayer;
  const all: readonly Slot[] = records.map(({ slot }) => slot);
  return { all, ofLayer };
});

/** Every layer that has slots or is desired. */
function slotsByLayer({ desired, slots }: Stored): ReadonlyMap<string, readonly Slot[]> {
  const { ofLayer } = slotsOf(slots);
  let layers: Map<string, readonly Slot[]> | undefined;
  for (const layer of desired.keys()) {
    if (ofLayer.has(layer)) continue;
    layers ??= new Map(ofLayer);
    layers.set(layer, []);
  }
  return layers ?? ofLayer;
}

/** One layer after the other: what one intends is no longer there for the next. */
function planLayers({ stored, file, head, now, isStopped }: Situation, room: Usage | undefined) {
  const changed: Slot[] = [];
  const atCeiling: string[] = [];
  let left = room;
  for (const [name, slots] of slotsByLayer(stored)) {
    const price = left === undefined ? 0 : priceOf(name, stored);
    const mostNew = left === undefined ? Number.POSITIVE_INFINITY : fitting(left, price);
    const planned = planLayer(name, slots, { stored, file, head, now, isStopped, mostNew, planned: changed });
    if (planned !== slots) changed.push(...changedRows(slots, planned));
    if (left === undefined) continue;
    const intended = planned.length - slots.length;
    left = { instances: left.instances - intended, hourlyUsd: left.hourlyUsd - intended * price };
    if (intended >= mostNew && lacks(planned, stored.desired.get(name)?.count ?? 0)) atCeiling.push(name);
  }
  return { changed, atCeiling };
}

/** Of one new instance of a layer an hour. */
function priceOf(layer: string, { desired, revisions }: Stored): number {
  const wanted = desired.get(layer);
  return (wanted && revisions.get(revisionKey(wanted))?.hourlyUsd) ?? 0;
}

function lacks(slots: readonly Slot[], count: number): boolean {
  return slots.filter(isWanted).length < count;
}

interface LayerSituation extends Situation, Pick<LayerView, 'mostNew'> {
  /** What this plan changes in the layers before this one. */
  readonly planned: readonly Slot[];
}

function planLayer(name: string, slots: readonly Slot[], situation: LayerSituation): readonly Slot[] {
  if (isQuiet(slots, situation.stored.desired.get(name), situation.stored)) return slots;
  const view = viewOf(name, situation, slots);
  if (view === undefined) return slots;
  const taken = situation.isStopped ? stepsWhileStopped : steps;
  return taken.reduce<readonly Slot[]>((now, step) => step(now, view), slots);
}

function viewOf(name: string, situation: LayerSituation, slots: readonly Slot[]): LayerView | undefined {
  const { stored, file, head, now } = situation;
  const settings = settingsOf(file, name);
  const desired = stored.desired.get(name);
  const revision = desired === undefined ? undefined : stored.revisions.get(revisionKey(desired));
  if (settings === undefined || desired === undefined || revision === undefined) return undefined;
  const observe = observerOf(stored, slots);
  return {
    application: stored.application,
    name,
    settings,
    desired,
    min: file.vanished[name]?.drain === true ? 0 : settings.count.min,
    revision,
    now,
    nextVersion: head.membershipVersion + 1,
    nextSlotNumber: head.nextSlotNumber[name] ?? 1,
    bornAt: head.bornAt,
    refusals: stored.refusals,
    isProbed: (placement) => isProbed({ type: revision.type, placement }, situation),
    mostNew: situation.mostNew,
    observe,
    mayBeAtRisk: isAnyAtRisk(stored.observations),
    isReady: (slot) => isReady({ settings, stored }, observe(slot)),
    mayLaunch: mayLaunch(name, situation),
    mayDrain: mayDrain(name, situation),
    // A version that is not stored yet cannot have been told, not even to nobody.
    isApplied: (version) => version <= head.membershipVersion && isApplied(stored, name, version),
  };
}

function isProbed(
  { type, placement }: { readonly type: string; readonly placement: Placement },
  { stored, planned }: LayerSituation,
): boolean {
  const isUnanswered = (slot: Slot): boolean =>
    (slot.state === 'intended' || slot.state === 'launching') &&
    slot.placement.zone === placement.zone &&
    slot.placement.market === placement.market &&
    stored.revisions.get(revisionKey(slot))?.type === type;
  return planned.some(isUnanswered) || stored.slots.some(({ slot }) => isUnanswered(slot));
}

function observerOf(stored: Stored, slots: readonly Slot[]): LayerView['observe'] {
  if (!slots.some((slot) => slot.state === 'launching')) return byInstanceId(stored);
  const byName = unknownMachines(stored);
  const byId = byInstanceId(stored);
  return (slot) => (slot.instanceId === undefined ? byName.get(slotName(slot)) : byId(slot));
}

/** Machines that no slot has taken over, by the name of the slot that they say they are. */
const unknownMachines = oncePer(({ slots, observations }: Stored): ReadonlyMap<string, ObservationRecord> => {
  const taken = slotsByInstance(slots);
  const byName = new Map<string, ObservationRecord>();
  for (const observation of observations.values()) {
    const { layer, slotNumber, instanceId } = observation.instance;
    if (!taken.has(instanceId)) byName.set(slotName({ layer, number: slotNumber }), observation);
  }
  return byName;
});

const isAnyAtRisk = oncePer((observations: Stored['observations']) => {
  for (const { rebalanceAt } of observations.values()) if (rebalanceAt !== undefined) return true;
  return false;
});

function byInstanceId(stored: Stored): LayerView['observe'] {
  return (slot) => (slot.instanceId === undefined ? undefined : stored.observations.get(slot.instanceId));
}

/** The rows of a layer that its plan changed or added: steps put what they change in its place, and add at the end. */
function changedRows(before: readonly Slot[], after: readonly Slot[]): readonly Slot[] {
  return after.filter((slot, index) => slot !== before[index]);
}

/** As many rows as fit one write, intents last. The rows of one launch call go together, or a call would be made for rows that are not stored. */
function firstRows(changed: readonly Slot[]): readonly Slot[] {
  if (changed.length === 0) return changed;
  const kept: Slot[] = [];
  const intents = changed.filter((slot) => slot.state === 'intended');
  const others = changed.filter((slot) => slot.state !== 'intended');
  for (const group of groupedByCall([...others, ...intents])) {
    if (kept.length + group.length > MOST_ROWS) break;
    kept.push(...group);
  }
  return kept;
}

function groupedByCall(slots: readonly Slot[]): readonly (readonly Slot[])[] {
  const groups = new Map<string, Slot[]>();
  for (const slot of slots) {
    const isOfCall = slot.state === 'intended' || slot.state === 'launching';
    const key = isOfCall ? `${slot.layer} ${slot.launch.first}` : `${slot.layer}-${slot.number}`;
    groups.set(key, [...(groups.get(key) ?? []), slot]);
  }
  return [...groups.values()];
}

function withRows(before: readonly Slot[], kept: readonly Slot[]): readonly Slot[] {
  if (kept.length === 0) return before;
  const rows = [...before];
  for (const slot of kept) {
    const index = before.findIndex(({ number, layer }) => number === slot.number && layer === slot.layer);
    if (index === -1) rows.push(slot);
    else rows[index] = slot;
  }
  return rows;
}

function numbersAfter(before: HeadRecord['nextSlotNumber'], kept: readonly Slot[]): HeadRecord['nextSlotNumber'] {
  if (kept.every(({ layer, number }) => number < (before[layer] ?? 1))) return before;
  const next: Record<string, number> = { ...before };
  for (const { layer, number } of kept) next[layer] = Math.max(next[layer] ?? 1, number + 1);
  return next;
}

function isForgettable(slot: Slot, stored: Stored): boolean {
  return slot.state === 'gone' && (slot.change === undefined || isSettled(stored, slot.layer, slot.change.version));
}
