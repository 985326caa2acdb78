import type { TableChange } from '../../adapters/memory/memory-table.ts';
import type { FleetWatcher } from '../../adapters/memory/watched-fleet.ts';
import type { Clock } from '../../adapters/ports.ts';
import { addSeconds, isoFromInstant, secondsBetween } from '../../core/amounts.ts';
import type { Decision } from '../../core/decision.ts';
import { mayRun, type Slot, slotName } from '../../core/instance-life.ts';
import type { LaunchRequest, LaunchResult } from '../../core/launch-call.ts';
import type { Notice } from '../../core/notice.ts';
import type { Instance } from '../../core/records.ts';
import { StoredView } from './stored-view.ts';

/** A promise of the design that was broken: which one, when (ISO 8601), and how. */
export interface Violation {
  readonly promise: number;
  readonly at: string;
  readonly what: string;
}

/** What the check may ask of the simulated EC2 beside what its callers see. */
export interface Truth {
  /** Every machine that EC2 has not forgotten. */
  truth(): readonly Instance[];
  truthOf(instanceId: string): Instance | undefined;
}

/** More of them say nothing new. */
const mostViolations = 100;

/** A change must have been told after this long: two minutes of waiting and repeating. */
const silenceSeconds = 120;

/**
 * Watches everything that a world does and notes each broken promise: effects before they happen, writes and notices as they happen. The
 * numbers are those of the design: 1 launches, 2 least in service, 3 termination, 4 missing data, 5 notices, 6 settling, 8 explanations.
 * Promise 7 (one effect, however often something is delivered) shows as a second launch or a change without a decision.
 */
export class PromiseCheck implements FleetWatcher {
  readonly violations: Violation[] = [];
  readonly view = new StoredView();
  readonly #clock: Clock;
  readonly #truth: Truth;
  readonly #clockSeconds: number;
  /** Token of each slot that was ever stored as launching. */
  readonly #intents = new Map<string, string>();
  readonly #machineOfSlot = new Map<string, string>();
  readonly #newestNotice = new Map<string, number>();
  readonly #silent = new Set<string>();
  #unexplained: { readonly layer: string; readonly from: number; readonly to: number }[] = [];
  #decisions: Decision[] = [];
  /** Slots that left service in the write that is being told. */
  #left: Slot[] = [];

  /** `clockSeconds`: by how much the clocks of two functions may differ; a deadline may pass that much earlier. */
  constructor(clock: Clock, truth: Truth, { clockSeconds = 0 }: { readonly clockSeconds?: number } = {}) {
    this.#clock = clock;
    this.#truth = truth;
    this.#clockSeconds = clockSeconds;
  }

  /** A call that is repeated, even late, is no second launch: its token is that of the stored intent. */
  beforeLaunch({ layer, launch }: LaunchRequest): void {
    for (let number = launch.first; number < launch.first + launch.count; number += 1) {
      const name = slotName({ layer, number });
      if (this.#intents.get(name) !== launch.token) this.#broken(1, `${name} is launched without a stored intent`);
    }
  }

  afterLaunch({ layer }: LaunchRequest, { launched }: LaunchResult): void {
    for (const { slotNumber, instanceId } of launched) {
      const name = slotName({ layer, number: slotNumber });
      const known = this.#machineOfSlot.get(name);
      if (known !== undefined && known !== instanceId)
        this.#broken(1, `${name} was launched twice: ${known}, ${instanceId}`);
      this.#machineOfSlot.set(name, instanceId);
    }
    const running = this.#truth.truth().filter((instance) => instance.layer === layer && isAlive(instance)).length;
    this.#requireAtMostMax(layer, running, 'run');
  }

  beforeTerminate(instanceIds: readonly string[]): void {
    for (const instanceId of instanceIds) {
      const truth = this.#truth.truthOf(instanceId);
      const slot = this.view.slotOf(instanceId);
      if (truth === undefined || !isAlive(truth) || slot === undefined) continue;
      const why = this.#whyNotTerminate(slot);
      if (why !== undefined) this.#broken(3, `${slotName(slot)} is terminated ${why}`);
    }
  }

  onTableChange(change: TableChange): void {
    const { before, after } = change;
    // Every change of the fleet begins with the head: what came before it is a write of its own, to be judged as a whole.
    if (after?.kind === 'head') this.#checkLeft();
    if (after?.kind === 'slot') this.#checkSlot(before?.kind === 'slot' ? before.slot : undefined, after.slot);
    if (after === undefined && before?.kind === 'slot') this.#checkForgotten(before.slot);
    if (after?.kind === 'desired') {
      const from = before?.kind === 'desired' ? before.count : 0;
      if (from !== after.count) this.#unexplained.push({ layer: after.layer, from, to: after.count });
    }
    if (after?.kind === 'decision' && before === undefined) this.#checkDecision(after.decision);
    this.view.follow(change, this.#clock.now());
  }

  /** Everything that the topic has accepted. */
  onNotice({ participant, membership }: Notice): void {
    const newest = this.#newestNotice.get(participant) ?? 0;
    if (membership.version < newest) {
      this.#broken(5, `${participant} is told version ${membership.version} after version ${newest}`);
    }
    this.#newestNotice.set(participant, Math.max(newest, membership.version));
  }

  /** When a stage has run: what it wrote belongs together. */
  afterStage(): void {
    this.#checkLeft();
    for (const { layer, from, to } of this.#unexplained) {
      const isExplained = this.#decisions.some(
        (decision) =>
          decision.layer === layer &&
          decision.from.count === from &&
          decision.to.count === to &&
          decision.because !== '',
      );
      if (!isExplained) this.#broken(8, `${layer} goes from ${from} to ${to} without a stored decision`);
    }
    this.#unexplained = [];
    this.#decisions = [];
  }

  /** Once a minute or so: changes that nobody was told of. */
  checkSilence(): void {
    const now = this.#clock.now();
    for (const slot of this.view.slots.values()) {
      const { change, layer } = slot;
      if (change === undefined || secondsBetween(change.at, now) < silenceSeconds) continue;
      const key = `${slotName(slot)} ${change.version}`;
      if (this.#silent.has(key) || this.view.isTold(layer, change.version)) continue;
      this.#silent.add(key);
      this.#broken(
        5,
        `nobody, or not everybody, was told of ${slotName(slot)} (${change.event}, version ${change.version})`,
      );
    }
  }

  /** What keeps the world from being settled; empty when it is. */
  unsettled(): readonly string[] {
    const layers = Object.keys(this.view.file?.layers ?? {});
    return [...layers.flatMap((layer) => this.#unsettledLayer(layer)), ...this.#orphans(), ...this.#overdue()];
  }

  /** At the end of a run, when everything has had time to settle. */
  requireSettled(): void {
    for (const what of this.unsettled()) this.#broken(6, what);
  }

  /** A stage that failed for good. */
  onDeadLetter(letter: string): void {
    this.#broken(6, `given up: ${letter}`);
  }

  #checkSlot(before: Slot | undefined, after: Slot): void {
    const { layer } = after;
    if (after.state === 'launching') this.#intents.set(slotName(after), after.launch.token);
    if (before === undefined) {
      const mayBe = this.view.slotsOf(layer).filter(mayRun).length + 1;
      this.#requireAtMostMax(layer, mayBe, 'are asked for');
    }
    if (before?.state === 'in-service' && after.state !== 'in-service') this.#left.push(after);
    const isEnding = after.state === 'leaving' || after.state === 'failed';
    if (isEnding && before?.state !== after.state && (after.because ?? '') === '') {
      this.#broken(8, `${slotName(after)} is ${after.state} without a reason`);
    }
  }

  #checkLeft(): void {
    for (const slot of this.#left) this.#checkOneLeft(slot);
    this.#left = [];
  }

  /** By our own doing: EC2 neither ended the machine nor said that it will. */
  #checkOneLeft(slot: Slot): void {
    const observation = this.view.observations.get(slot.instanceId ?? '');
    const truth = this.#truth.truthOf(slot.instanceId ?? '');
    if (truth === undefined || truth.state !== 'running' || observation?.interruptionAt !== undefined) return;
    const inService = this.view.slotsOf(slot.layer).filter(({ state }) => state === 'in-service').length;
    const min = this.view.file?.layers[slot.layer]?.count.min ?? 0;
    if (inService < min) this.#broken(2, `${slotName(slot)} is ${slot.state}: ${inService} in service, min is ${min}`);
  }

  #whyNotTerminate(slot: Slot): string | undefined {
    if (slot.state !== 'terminating') return `while its row says ${slot.state}`;
    if (slot.change === undefined) return undefined;
    const version = this.view.leftAtVersion.get(slotName(slot));
    if (version === undefined) return 'without having left';
    const latest = addSeconds(this.#clock.now(), this.#clockSeconds);
    if (!this.view.isApplied(slot.layer, version, latest)) return 'before everybody has applied its leaving';
    return undefined;
  }

  #checkForgotten({ layer, number, change }: Slot): void {
    if (change === undefined || this.view.isTold(layer, change.version)) return;
    this.#broken(5, `${slotName({ layer, number })} is forgotten before everybody was told of its end`);
  }

  #checkDecision(decision: Decision): void {
    this.#decisions.push(decision);
    if (decision.outcome !== 'in') return;
    const blind = decision.proposals.find(({ kind }) => kind === 'stay');
    if (blind !== undefined) this.#broken(4, `${decision.layer} scales in although ${blind.rule}: ${blind.because}`);
    const missing = decision.readings.find(({ source }) => source === 'missing');
    if (missing !== undefined) this.#broken(4, `${decision.layer} scales in without data of ${missing.kpi}`);
  }

  #requireAtMostMax(layer: string, found: number, verb: string): void {
    const max = this.view.file?.layers[layer]?.count.max ?? Number.POSITIVE_INFINITY;
    if (found > max) this.#broken(1, `${found} instances of ${layer} ${verb}, max is ${max}`);
  }

  #unsettledLayer(layer: string): readonly string[] {
    const desired = this.view.desired.get(layer)?.count ?? 0;
    const slots = this.view.slotsOf(layer);
    const inService = slots.filter(({ state }) => state === 'in-service');
    const others = slots.filter(({ state }) => state !== 'in-service');
    const dead = inService.filter(({ instanceId }) => !this.#isRunning(instanceId));
    return [
      ...(inService.length === desired ? [] : [`${layer}: ${inService.length} in service, ${desired} desired`]),
      ...others.map((slot) => `${slotName(slot)} is still ${slot.state}`),
      ...dead.map((slot) => `${slotName(slot)} has no running machine`),
    ];
  }

  #isRunning(instanceId: string | undefined): boolean {
    return instanceId !== undefined && this.#truth.truthOf(instanceId)?.state === 'running';
  }

  #orphans(): readonly string[] {
    return this.#truth.truth().flatMap((instance) => {
      if (!isAlive(instance) || this.view.slotOf(instance.instanceId) !== undefined) return [];
      return [`no slot knows ${instance.instanceId} (${instance.layer}-${instance.slotNumber})`];
    });
  }

  #overdue(): readonly string[] {
    const now = this.#clock.now();
    return [...this.view.told.values()].flatMap(({ participant, awaiting }) => {
      const within = this.view.file?.participants[participant]?.acknowledge?.withinSeconds ?? 0;
      const late = awaiting.filter(({ sentAt }) => secondsBetween(sentAt, now) > within + silenceSeconds);
      return late.map(
        ({ membershipVersion }) => `${participant} has not answered version ${membershipVersion} in time`,
      );
    });
  }

  #broken(promise: number, what: string): void {
    if (this.violations.length >= mostViolations) return;
    this.violations.push({ promise, at: isoFromInstant(this.#clock.now()), what });
  }
}

function isAlive({ state }: Instance): boolean {
  return state === 'pending' || state === 'running';
}
