import type { TableChange } from '../../adapters/memory/memory-table.ts';
import { type Instant, isBefore } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import { type Slot, slotName } from '../../core/instance-life.ts';
import type {
  AcknowledgementRecord,
  DesiredRecord,
  ObservationRecord,
  RefusalRecord,
  ToldRecord,
} from '../../core/records.ts';
import { revisionKey } from '../../core/stored.ts';

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
  /** When it became known that EC2 takes a machine back; by instance id. */
  readonly interruptedSince = new Map<string, Instant>();
  /** When it became known that a slot failed; by slot name. */
  readonly failedSince = new Map<string, Instant>();
  /** By `offeringOf`. */
  readonly refusals = new Map<string, RefusalRecord>();
  /** Of the file. */
  fileVersion = 0;
  readonly #hearers = new Map<string, readonly string[]>();
  readonly #slotByInstance = new Map<string, string>();
  readonly #firstTold = new Map<string, FirstTold[]>();
  readonly #types = new Map<string, string>();
  readonly #desiredBefore = new Map<string, { readonly count: number; readonly until: Instant }>();

  follow({ before, after }: TableChange, now: Instant): void {
    if (after === undefined) this.#forget(before);
    else if (after.kind === 'file') {
      this.file = after.file;
      this.fileVersion = after.version;
      this.#hearers.clear();
    } else if (after.kind === 'slot') this.#followSlot(after.slot, now);
    else if (after.kind === 'desired') this.#followDesired(after, now);
    else if (after.kind === 'revision') this.#types.set(revisionKey(after), after.type);
    else if (after.kind === 'refusal') this.refusals.set(sayOffering(after), after);
    else if (after.kind === 'told') this.#followTold(after, now);
    else if (after.kind === 'acknowledgement') this.acknowledgements.set(after.participant, after);
    else if (after.kind === 'observation') this.#followObservation(after, now);
  }

  /** The fewest that were desired at this instant: two stages that run at once may know two counts. */
  leastDesired(layer: string, now: Instant): number {
    const count = this.desired.get(layer)?.count ?? 0;
    const before = this.#desiredBefore.get(layer);
    return before?.until === now ? Math.min(count, before.count) : count;
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

  /** As `leastDesired`, the most. */
  mostDesired(layer: string, now: Instant): number {
    const count = this.desired.get(layer)?.count ?? 0;
    const before = this.#desiredBefore.get(layer);
    return before?.until === now ? Math.max(count, before.count) : count;
  }

  /** Slots of a layer that failed, are not gone, and were known to have failed before this instant. */
  failedBefore(layer: string, at: Instant): number {
    return this.slotsOf(layer).filter((slot) => {
      const since = this.failedSince.get(slotName(slot));
      return since !== undefined && isBefore(since, at) && slot.state !== 'gone';
    }).length;
  }

  /** What a slot is launched from: size, zone and market. */
  offeringOf(slot: Slot): string {
    return sayOffering({ type: this.#types.get(revisionKey(slot)) ?? '', ...slot.placement });
  }

  /**
   * As `isApplied`, of those who know an instance before it gets traffic: all but target groups and those that nobody waits for.
   */
  isAppliedByPeers(layer: string, version: number, now: Instant): boolean {
    const peers = this.hearers(layer).filter((name) => this.file?.participants[name]?.targetGroupArn === undefined);
    return peers.every((name) => this.#isAnswered(name, version, now));
  }

  /** Instances in service that a participant hears of. */
  instancesHeardBy(participant: string): readonly string[] {
    const heard = [...this.slots.values()].filter(
      ({ state, layer }) => state === 'in-service' && this.hearers(layer).includes(participant),
    );
    return heard.flatMap(({ instanceId }) => (instanceId === undefined ? [] : [instanceId]));
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
    if (before?.kind === 'observation') {
      this.observations.delete(before.instance.instanceId);
      this.interruptedSince.delete(before.instance.instanceId);
    }
    if (before?.kind === 'refusal') this.refusals.delete(sayOffering(before));
    if (before?.kind !== 'slot') return;
    const name = slotName(before.slot);
    this.slots.delete(name);
    this.leftAtVersion.delete(name);
    this.failedSince.delete(name);
    if (before.slot.instanceId !== undefined) this.#slotByInstance.delete(before.slot.instanceId);
  }

  #followSlot(slot: Slot, now: Instant): void {
    const name = slotName(slot);
    if (slot.failedAt !== undefined && !this.failedSince.has(name)) this.failedSince.set(name, now);
    this.slots.set(name, slot);
    if (slot.instanceId !== undefined) this.#slotByInstance.set(slot.instanceId, name);
    if (slot.state === 'leaving' && slot.change?.event === 'leaving') this.leftAtVersion.set(name, slot.change.version);
    if (slot.state === 'in-service') this.leftAtVersion.delete(name);
  }

  #followDesired(desired: DesiredRecord, now: Instant): void {
    const { layer } = desired;
    const before = this.desired.get(layer);
    if (before !== undefined) {
      const count = this.leastDesired(layer, now);
      this.#desiredBefore.set(layer, { count, until: now });
    }
    this.desired.set(layer, desired);
  }

  #followObservation(observation: ObservationRecord, now: Instant): void {
    const { instanceId } = observation.instance;
    this.observations.set(instanceId, observation);
    if (observation.interruptionAt !== undefined && !this.interruptedSince.has(instanceId)) {
      this.interruptedSince.set(instanceId, now);
    }
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

/** One offering of EC2. */
function sayOffering({ type, zone, market }: Pick<RefusalRecord, 'type' | 'zone' | 'market'>): string {
  return `${type} ${zone} ${market}`;
}
