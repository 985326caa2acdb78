import type { TableChange } from '../../adapters/memory/memory-table.ts';
import type { Instant } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import { type Slot, slotName } from '../../core/instance-life.ts';
import type { AcknowledgementRecord, DesiredRecord, ObservationRecord, ToldRecord } from '../../core/records.ts';

interface FirstTold {
  readonly version: number;
  readonly at: Instant;
}

/** More versions than this never wait at once. */
const mostFirstTold = 200;

/**
 * What the table holds, followed from its stream and looked at by nobody but the check of the promises: it shares no code with the stages
 * that it checks.
 */
export class StoredView {
  file: Application | undefined;
  readonly slots = new Map<string, Slot>();
  readonly desired = new Map<string, DesiredRecord>();
  readonly told = new Map<string, ToldRecord>();
  readonly acknowledgements = new Map<string, AcknowledgementRecord>();
  readonly observations = new Map<string, ObservationRecord>();
  /** Version at which each slot began to leave, once it did; by slot name. */
  readonly leftAtVersion = new Map<string, number>();
  readonly #hearers = new Map<string, readonly string[]>();
  readonly #slotByInstance = new Map<string, string>();
  readonly #firstTold = new Map<string, FirstTold[]>();

  follow({ before, after }: TableChange, now: Instant): void {
    if (after === undefined) this.#forget(before);
    else if (after.kind === 'file') {
      this.file = after.file;
      this.#hearers.clear();
    } else if (after.kind === 'slot') this.#followSlot(after.slot);
    else if (after.kind === 'desired') this.desired.set(after.layer, after);
    else if (after.kind === 'told') this.#followTold(after, now);
    else if (after.kind === 'acknowledgement') this.acknowledgements.set(after.participant, after);
    else if (after.kind === 'observation') this.observations.set(after.instance.instanceId, after);
  }

  slotOf(instanceId: string): Slot | undefined {
    const name = this.#slotByInstance.get(instanceId);
    return name === undefined ? undefined : this.slots.get(name);
  }

  slotsOf(layer: string): readonly Slot[] {
    return [...this.slots.values()].filter((slot) => slot.layer === layer);
  }

  /** Every participant that hears the layer was told this version or a later one. */
  isTold(layer: string, version: number): boolean {
    return this.hearers(layer).every((name) => (this.told.get(name)?.membershipVersion ?? 0) >= version);
  }

  /** Told; and each that must acknowledge has, or let its time pass while the file says to go on. */
  isApplied(layer: string, version: number, now: Instant): boolean {
    return this.isTold(layer, version) && this.hearers(layer).every((name) => this.#isAnswered(name, version, now));
  }

  hearers(layer: string): readonly string[] {
    const known = this.#hearers.get(layer);
    if (known !== undefined) return known;
    const found = this.#hearersOf(layer);
    this.#hearers.set(layer, found);
    return found;
  }

  #hearersOf(layer: string): readonly string[] {
    const participants = Object.entries(this.file?.participants ?? {});
    return participants.flatMap(([name, { hears }]) => (hears.includes('*') || hears.includes(layer) ? [name] : []));
  }

  #isAnswered(name: string, version: number, now: Instant): boolean {
    const acknowledge = this.file?.participants[name]?.acknowledge;
    if (acknowledge === undefined) return true;
    if ((this.acknowledgements.get(name)?.membershipVersion ?? 0) >= version) return true;
    if (acknowledge.onTimeout === 'stop') return false;
    const first = this.#firstTold.get(name)?.find((told) => told.version >= version);
    return first !== undefined && now - first.at >= acknowledge.withinSeconds * 1000;
  }

  #forget(before: TableChange['before']): void {
    if (before?.kind === 'observation') this.observations.delete(before.instance.instanceId);
    if (before?.kind !== 'slot') return;
    const name = slotName(before.slot);
    this.slots.delete(name);
    this.leftAtVersion.delete(name);
    if (before.slot.instanceId !== undefined) this.#slotByInstance.delete(before.slot.instanceId);
  }

  #followSlot(slot: Slot): void {
    const name = slotName(slot);
    this.slots.set(name, slot);
    if (slot.instanceId !== undefined) this.#slotByInstance.set(slot.instanceId, name);
    if (slot.state === 'leaving' && slot.change?.event === 'leaving') this.leftAtVersion.set(name, slot.change.version);
    if (slot.state === 'in-service') this.leftAtVersion.delete(name);
  }

  #followTold(told: ToldRecord, now: Instant): void {
    const known = this.told.get(told.participant)?.membershipVersion ?? 0;
    this.told.set(told.participant, told);
    if (told.membershipVersion <= known) return;
    const list = this.#firstTold.get(told.participant) ?? [];
    list.push({ version: told.membershipVersion, at: now });
    if (list.length > mostFirstTold) list.splice(0, list.length - mostFirstTold / 2);
    this.#firstTold.set(told.participant, list);
  }
}
