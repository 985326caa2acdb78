import type { Instant } from '../amounts.ts';
import type { Layer } from '../application/layer-schema.ts';
import type { NoticeEvent, Placement, Slot, SlotState } from '../instance-life.ts';
import type { DesiredRecord, FileRecord, ObservationRecord, RefusalRecord, RevisionRecord } from '../records.ts';

/** What the steps of one layer's plan look at. */
export interface LayerView {
  readonly application: string;
  readonly name: string;
  readonly settings: Layer;
  readonly desired: DesiredRecord;
  /** Never fewer in service than this by our own doing: 0 for a layer whose end was asked for. */
  readonly min: number;
  /** The revision to launch from. */
  readonly revision: RevisionRecord;
  readonly now: Instant;
  /** Version that the changes of this plan will make. */
  readonly nextVersion: number;
  readonly nextSlotNumber: number;
  /** Part of every client token: tells this application from an earlier one of the same name. */
  readonly bornAt: Instant;
  readonly refusals: readonly RefusalRecord[];
  /** A launch of the revision's size in this zone and market, of whatever layer, has no answer yet. */
  readonly isProbed: (placement: Placement) => boolean;
  /** What EC2 says of the slot's instance, or of an instance that carries the slot's name. */
  readonly observe: (slot: Slot) => ObservationRecord | undefined;
  /** EC2 expects to interrupt some instance of the application soon: mostly none, and then nobody need look at each. */
  readonly mayBeAtRisk: boolean;
  /** EC2, a signal of its own or a probe says that the slot's instance is ready, as the layer asks for it. */
  readonly isReady: (slot: Slot) => boolean;
  /** Most instances that the ceilings of the account leave room for. */
  readonly mostNew: number;
  /** The layers that grow before this one have what they should, or ran out of time. */
  readonly mayLaunch: boolean;
  /** The layers that shrink before this one have nobody leaving. */
  readonly mayDrain: boolean;
  /** Every participant that hears this layer has applied the version, or need not, or ran out of time. */
  readonly isApplied: (version: number) => boolean;
}

/** One step of the plan: takes the slots of a layer, returns them with what this step changes. */
export type Step = (slots: readonly Slot[], view: LayerView) => readonly Slot[];

/** A step that looks at each slot by itself: the same list again, as long as it changes none. */
export function slotBySlot(change: (slot: Slot, view: LayerView) => Slot): Step {
  return (slots, view) => {
    let changed: Slot[] | undefined;
    let index = 0;
    for (const slot of slots) {
      const after = change(slot, view);
      if (after !== slot) {
        changed ??= slots.slice();
        changed[index] = after;
      }
      index += 1;
    }
    return changed ?? slots;
  };
}

/** The settings of a layer, also of one that vanished from the file. */
export function settingsOf(file: FileRecord, layer: string): Layer | undefined {
  return file.file.layers[layer] ?? file.vanished[layer]?.layer;
}

/** A slot in its next state; with `event`, peers will be told of it. */
export function moved(
  slot: Slot,
  view: { readonly now: Instant; readonly nextVersion: number },
  to: { readonly state: SlotState; readonly because?: string; readonly event?: NoticeEvent },
): Slot {
  // Not spread: V8 takes ten times as long for an object that grows after a spread.
  return Object.assign(
    {},
    slot,
    { state: to.state, since: view.now },
    to.state === 'failed' && { failedAt: view.now },
    to.because !== undefined && { because: to.because },
    to.event !== undefined && { change: { event: to.event, version: view.nextVersion, at: view.now } },
  );
}

/** EC2 no longer runs it, and will not again. A stopped instance counts: we never start one. */
export function isDead(observation: ObservationRecord | undefined): boolean {
  if (observation === undefined) return false;
  const { state } = observation.instance;
  return observation.missedSweeps >= 2 || (state !== 'pending' && state !== 'running');
}

/** EC2 has ended it for good: nothing is left to terminate. */
export function isTerminated(observation: ObservationRecord | undefined): boolean {
  if (observation === undefined) return false;
  const { state } = observation.instance;
  return observation.missedSweeps >= 2 || state === 'terminated' || state === 'shutting-down';
}
