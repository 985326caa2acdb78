import type { LayerValue } from '../../adapters/ports.ts';
import type { Instant } from '../../core/amounts.ts';
import { collectMetrics } from '../../core/collect-metrics.ts';
import { computeKpis } from '../../core/compute-kpis.ts';
import { type DecidedLayer, decideLayers } from '../../core/decide-layers.ts';
import type { Slot } from '../../core/instance-life.ts';
import { isMoving } from '../../core/is-moving.ts';
import { noteEvent } from '../../core/note-observations.ts';
import type { Acknowledgement, Notice } from '../../core/notice.ts';
import { type Plan, planChanges } from '../../core/plan-changes/plan-changes.ts';
import { recordLaunch } from '../../core/plan-changes/record-launch.ts';
import type { AlarmReadings } from '../../core/readings.ts';
import { receiveAcknowledgement } from '../../core/receive-acknowledgement.ts';
import { recordDecision } from '../../core/record-decision.ts';
import type { ObservationRecord, SlotRecord, StoredRecord } from '../../core/records.ts';
import { tellParticipants } from '../../core/tell-participants.ts';
import { HeldRecords } from './held-records.ts';
import type { LiveMetrics } from './live-metrics.ts';
import type { Machines } from './machines.ts';
import type { PlayedApplication } from './played-application.ts';

/** What is played: the product, driven by a clockwork that knows when something happens. */
export interface Product {
  /** Decides every layer, carries out what follows, and says whether time alone may ask for a next step. */
  evaluate(trigger: 'schedule' | 'tick'): Promise<boolean> | boolean;
  /** The state of a machine has changed. */
  observe(instanceId: string): Promise<void> | void;
  acknowledge(acknowledgement: Acknowledgement): Promise<void> | void;
  /** In service, by layer. */
  inService(): ReadonlyMap<string, number>;
}

/** What the product has of its world. */
export interface ProductWorld {
  readonly now: () => Instant;
  readonly metrics: LiveMetrics;
  readonly machines: Machines;
  readonly alarms: (now: Instant) => AlarmReadings;
  readonly onDecided: (decided: readonly DecidedLayer[], isStored: (layer: string) => boolean) => void;
  readonly hear: (notice: Notice) => void;
}

/** A plan that has more to say than this goes on for ever. */
const mostPasses = 200;

/**
 * The product as its pure functions alone, over records in memory: the same readings, decisions, plans and notices as the stages make, without
 * table, stream and topic between them.
 */
export class PureProduct implements Product {
  readonly #held: HeldRecords;
  readonly #played: PlayedApplication;
  readonly #world: ProductWorld;
  #inService: ReadonlyMap<string, number> = new Map();

  constructor(played: PlayedApplication, world: ProductWorld, records: readonly StoredRecord[]) {
    this.#played = played;
    this.#world = world;
    this.#held = new HeldRecords(played.file.application);
    this.#held.put(records);
    this.#count();
  }

  inService(): ReadonlyMap<string, number> {
    return this.#inService;
  }

  evaluate(trigger: 'schedule' | 'tick'): boolean {
    const { now: nowOf, metrics, alarms, onDecided } = this.#world;
    const { file, revisions } = this.#played;
    const now = nowOf();
    const { stored } = this.#held;
    const plan = collectMetrics(file.file, now);
    const readings = computeKpis(file.file, plan, metrics.answer(plan, now), now);
    const decided = decideLayers(stored, file, { now, trigger, readings, alarms: alarms(now), revisions });
    const desired = new Map(decided.map(({ decision }) => [decision.layer, decision.to.count]));
    const moves = isMoving(stored, desired);
    const records: StoredRecord[] = [];
    for (const layer of decided) records.push(...recordDecision(stored, layer));
    const isStored = new Set<string>();
    for (const record of records) if (record.kind === 'decision') isStored.add(record.decision.layer);
    this.#held.put(records);
    metrics.publish(this.#values(decided, now));
    onDecided(decided, (layer) => isStored.has(layer));
    if (moves) this.#settle({ isTick: true });
    return moves;
  }

  observe(instanceId: string): void {
    const instance = this.#world.machines.find(instanceId);
    if (instance === undefined) return;
    const at = this.#world.now();
    const record = noteEvent(this.#held.stored, { instance, event: 'state', at });
    if (record === undefined) return;
    const isReady = instance.state === 'running';
    const passed: ObservationRecord = isReady ? { ...record, statusChecksPassedAt: at } : record;
    const application = instance.application;
    const probe = { kind: 'probe', application, version: 1, instanceId, readyAt: at, expiresAt: at } as const;
    this.#held.put(isReady ? [passed, probe] : [passed]);
    this.#settle({ isTick: false });
  }

  acknowledge(acknowledgement: Acknowledgement): void {
    const received = receiveAcknowledgement(this.#held.stored, acknowledgement, this.#world.now());
    if (received.outcome !== 'recorded') return;
    this.#held.put([received.record]);
    this.#settle({ isTick: false });
  }

  #values(decided: readonly DecidedLayer[], at: Instant): readonly LayerValue[] {
    const { application } = this.#played.file;
    const values: LayerValue[] = [];
    for (const { decision } of decided) {
      const { layer, to } = decision;
      values.push({ name: 'InService', application, layer, value: this.#inService.get(layer) ?? 0, at });
      values.push({ name: 'Desired', application, layer, value: to.count, at });
    }
    return values;
  }

  /**
   * As reconcile and announce wake one another, until neither has anything to say. What EC2 and participants say wakes reconcile alone, a tick
   * wakes both (infra/: the filters of the stream).
   */
  #settle({ isTick }: { readonly isTick: boolean }): void {
    const done = new Set<string>();
    let isTold = !isTick;
    for (let pass = 0; pass < mostPasses; pass += 1) {
      if (this.#carryOut(done)) {
        isTold = false;
        continue;
      }
      if (isTold || !this.#announce()) break;
      isTold = true;
    }
    this.#count();
  }

  #carryOut(done: Set<string>): boolean {
    const { stored } = this.#held;
    const plan = planChanges(stored, this.#world.now());
    if (plan === undefined || stored.head === undefined) return false;
    const launches = plan.launches.filter(({ launch }) => !done.has(launch.token));
    const terminations = plan.terminations.filter(({ instanceId }) => !done.has(instanceId));
    const hasRows = plan.slots.length > 0 || plan.forgotten.length > 0;
    if (!hasRows && launches.length === 0 && terminations.length === 0) return false;
    if (hasRows) this.#store(plan);
    for (const request of launches) {
      done.add(request.launch.token);
      const result = this.#world.machines.launch(request);
      const recorded = recordLaunch(this.#held.stored, { request, result, now: this.#world.now() });
      this.#held.put([
        ...this.#slotRecords(recorded.slots),
        ...(recorded.refused === undefined ? [] : [recorded.refused]),
      ]);
      if (recorded.cleared !== undefined) this.#held.remove([recorded.cleared]);
    }
    for (const { instanceId } of terminations) done.add(instanceId);
    this.#world.machines.terminate(terminations.map(({ instanceId }) => instanceId));
    return true;
  }

  #store({ slots, forgotten, images, membershipVersion, nextSlotNumber }: Plan): void {
    const { head } = this.#held.stored;
    if (head === undefined) return;
    this.#held.put([
      { ...head, version: head.version + 1, membershipVersion, nextSlotNumber },
      ...this.#slotRecords(slots),
      ...images,
    ]);
    this.#held.remove(forgotten);
    for (const { slot } of forgotten) this.#forget(slot.instanceId);
  }

  /** What a sweep would do at the next tick: nobody looks at a machine that has ended and has no slot. */
  #forget(instanceId: string | undefined): void {
    const observation = this.#held.stored.observations.get(instanceId ?? '');
    if (instanceId === undefined) return;
    this.#world.machines.forget(instanceId);
    if (observation !== undefined) this.#held.remove([observation]);
  }

  #slotRecords(slots: readonly Slot[]): readonly SlotRecord[] {
    const { application, slots: known } = this.#held.stored;
    const versions = new Map(known.map(({ slot, version }) => [`${slot.layer} ${slot.number}`, version]));
    return slots.map((slot) => ({
      kind: 'slot',
      application,
      version: (versions.get(`${slot.layer} ${slot.number}`) ?? 0) + 1,
      slot,
    }));
  }

  #announce(): boolean {
    const tellings = tellParticipants(this.#held.stored, this.#world.now());
    for (const { notices, told } of tellings) {
      this.#held.put([told]);
      for (const notice of notices) this.#world.hear(notice);
    }
    return tellings.length > 0;
  }

  #count(): void {
    const counts = new Map<string, number>();
    for (const { slot } of this.#held.stored.slots) {
      if (slot.state === 'in-service') counts.set(slot.layer, (counts.get(slot.layer) ?? 0) + 1);
    }
    this.#inService = counts;
  }
}
