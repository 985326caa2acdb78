import type { TableChange } from '../../adapters/memory/memory-table.ts';
import type { FleetWatcher } from '../../adapters/memory/watched-fleet.ts';
import type { Clock } from '../../adapters/ports.ts';
import { addSeconds, isoFromInstant, secondsBetween } from '../../core/amounts.ts';
import type { Decision } from '../../core/decision.ts';
import { mayRun, type Slot, slotName } from '../../core/instance-life.ts';
import { kpisOfRule } from '../../core/kpis-looked-at.ts';
import type { LaunchRequest, LaunchResult } from '../../core/launch-call.ts';
import type { Acknowledgement, Notice } from '../../core/notice.ts';
import { degradedBecause } from '../../core/readings.ts';
import { BeliefCheck, type Measured } from './check-beliefs.ts';
import { InServiceCheck } from './check-in-service.ts';
import { LaunchCheck } from './check-launch.ts';
import { isAlive, silenceSeconds, type Truth, whatIsUnsettled } from './check-settled.ts';
import { StoredView } from './stored-view.ts';

/** A promise of the design that was broken: which one, when (ISO 8601), and how. */
export interface Violation {
  readonly promise: number;
  readonly at: string;
  readonly what: string;
}

/** What a world tells the check of itself. */
export interface CheckOptions {
  /** By how much the clocks of two functions may differ; a deadline may pass that much earlier. */
  readonly clockSeconds?: number;
  /** Whether the kill switch is thrown now. */
  readonly isStopped?: () => boolean;
  /** Whether somebody else launched a machine that carries our tags. */
  readonly isStranger?: (instanceId: string) => boolean;
}

/** More of them say nothing new. */
const mostViolations = 100;

/** Limits that growth towards `min` waits for. */
const waitsFor: ReadonlySet<string> = new Set(['limit', 'budget', 'ceiling']);

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
  readonly #isStopped: () => boolean;
  readonly #isStranger: (instanceId: string) => boolean;
  readonly #machineOfSlot = new Map<string, string>();
  readonly #beliefs: BeliefCheck;
  readonly #inService: InServiceCheck;
  readonly #launches: LaunchCheck;
  readonly #silent = new Set<string>();
  #unexplained: { readonly layer: string; readonly from: number; readonly to: number }[] = [];
  #decisions: Decision[] = [];

  constructor(clock: Clock, truth: Truth, options: CheckOptions = {}) {
    this.#clock = clock;
    this.#truth = truth;
    this.#clockSeconds = options.clockSeconds ?? 0;
    this.#isStopped = options.isStopped ?? (() => false);
    this.#isStranger = options.isStranger ?? (() => false);
    const broken = (promise: number, what: string): void => this.#broken(promise, what);
    const { view } = this;
    this.#beliefs = new BeliefCheck(view, broken);
    this.#launches = new LaunchCheck({ clock, clockSeconds: this.#clockSeconds, view }, broken);
    this.#inService = new InServiceCheck({ clock, view, truthOf: (instanceId) => truth.truthOf(instanceId) }, broken);
  }

  /** A call that is repeated, even late, is no second launch: its token is that of the stored intent. */
  beforeLaunch({ layer, launch }: LaunchRequest): void {
    if (this.#isStopped()) this.#broken(1, `${layer} is launched while everything is stopped`);
    this.#launches.beforeCall(layer, launch);
  }

  afterLaunch({ layer }: LaunchRequest, { launched }: LaunchResult): void {
    for (const { slotNumber, instanceId } of launched) {
      const name = slotName({ layer, number: slotNumber });
      const known = this.#machineOfSlot.get(name);
      if (known !== undefined && known !== instanceId)
        this.#broken(1, `${name} was launched twice: ${known}, ${instanceId}`);
      this.#machineOfSlot.set(name, instanceId);
    }
    const ours = this.#truth.truth().filter(({ instanceId }) => !this.#isStranger(instanceId));
    const running = ours.filter((instance) => instance.layer === layer && isAlive(instance)).length;
    this.#requireAtMostMax(layer, running, 'run');
  }

  beforeTerminate(instanceIds: readonly string[]): void {
    if (this.#isStopped()) this.#broken(3, `${instanceIds.join(', ')} are terminated while everything is stopped`);
    for (const instanceId of instanceIds) {
      const truth = this.#truth.truthOf(instanceId);
      const slot = this.view.slotOf(instanceId);
      if (truth === undefined || !isAlive(truth) || slot === undefined) continue;
      const why = this.#whyNotTerminate(slot);
      if (why !== undefined) this.#broken(3, `${slotName(slot)} is terminated ${why}`);
    }
  }

  /** Before instances get traffic: whoever knows them must have said so. */
  beforeRegister(instanceIds: readonly string[]): void {
    const latest = addSeconds(this.#clock.now(), this.#clockSeconds);
    for (const instanceId of instanceIds) {
      const slot = this.view.slotOf(instanceId);
      if (slot?.state !== 'joining' || slot.change === undefined) continue;
      if (this.view.isAppliedByPeers(slot.layer, slot.change.version, latest)) continue;
      this.#broken(5, `${slotName(slot)} gets traffic before everybody has applied its joining`);
    }
  }

  onTableChange(change: TableChange): void {
    const { before, after } = change;
    // Every change of the fleet begins with the head: what came before it is a write of its own, to be judged as a whole.
    if (after?.kind === 'head') this.#inService.afterWrite();
    if (after?.kind === 'slot') this.#checkSlot(before?.kind === 'slot' ? before.slot : undefined, after.slot);
    if (after === undefined && before?.kind === 'slot') this.#checkForgotten(before.slot);
    if (after?.kind === 'desired') {
      const from = before?.kind === 'desired' ? before.count : 0;
      if (from !== after.count) this.#unexplained.push({ layer: after.layer, from, to: after.count });
    }
    if (after?.kind === 'decision' && before === undefined) this.#checkDecision(after.decision);
    this.#beliefs.onTableChange(change);
    this.view.follow(change, this.#clock.now());
  }

  /** Everything that the topic has accepted. */
  onNotice(notice: Notice): void {
    this.#beliefs.onNotice(notice);
  }

  /** What a participant really says, whether it arrives or not. */
  onAnswer(acknowledgement: Acknowledgement): void {
    this.#beliefs.onAnswer(acknowledgement);
  }

  /** What CloudWatch was given. */
  onMeasured(measured: Measured): void {
    this.#beliefs.onMeasured(measured);
  }

  /** When a stage has run: what it wrote belongs together. */
  afterStage(): void {
    this.#inService.afterWrite();
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

  /** Once a minute or so: machines that EC2 takes back and that nobody sends away. */
  checkInterruptions(): void {
    this.#inService.checkInterruptions();
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
    return whatIsUnsettled(this.view, this.#truth, this.#clock.now());
  }

  /** At the end of a run, when everything has had time to settle. `more` is what the world itself finds unsettled. */
  requireSettled(more: readonly string[] = []): void {
    for (const what of [...this.unsettled(), ...more]) this.#broken(6, what);
  }

  /** A stage that failed for good. */
  onDeadLetter(letter: string): void {
    this.#broken(6, `given up: ${letter}`);
  }

  #checkSlot(before: Slot | undefined, after: Slot): void {
    const { layer } = after;
    this.#launches.onSlot(before, after);
    if (before === undefined) {
      const mayBe = this.view.slotsOf(layer).filter(mayRun).length + 1;
      this.#requireAtMostMax(layer, mayBe, 'are asked for');
      this.#launches.onIntended(after);
    }
    this.#inService.onSlot(before, after);
    if (after.state === 'in-service' && before !== undefined) this.#checkJoined(before);
    const isEnding = after.state === 'leaving' || after.state === 'failed';
    if (isEnding && before?.state !== after.state && (after.because ?? '') === '') {
      this.#broken(8, `${slotName(after)} is ${after.state} without a reason`);
    }
  }

  /** Whoever served before needs no welcome. */
  #checkJoined({ layer, number, state, change }: Slot): void {
    if (state === 'in-service' || state === 'leaving') return;
    const latest = addSeconds(this.#clock.now(), this.#clockSeconds);
    if (state === 'joining' && change !== undefined && this.view.isApplied(layer, change.version, latest)) return;
    this.#broken(5, `${slotName({ layer, number })} is in service before everybody has applied its joining`);
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
    this.#checkFloor(decision);
    if (decision.outcome !== 'in') return;
    const blind = decision.proposals.find(({ kind }) => kind === 'stay');
    if (blind !== undefined) this.#broken(4, `${decision.layer} scales in although ${blind.rule}: ${blind.because}`);
    this.#checkHealth(decision);
    this.#checkReadings(decision);
  }

  #checkReadings({ layer, readings }: Decision): void {
    const { rules = [], scaleIn } = this.view.file?.layers[layer] ?? {};
    const asked = new Set(rules.flatMap(kpisOfRule));
    // What freezes alone look at holds nothing when it is missing.
    const ofFreezes = new Set(
      scaleIn?.freeze.flatMap(({ kpi, while: trouble }) => ('kpi' in trouble ? [kpi, trouble.kpi] : [kpi])),
    );
    for (const reading of readings) {
      const why = degradedBecause(reading);
      if (why === undefined || (ofFreezes.has(reading.kpi) && !asked.has(reading.kpi))) continue;
      this.#broken(4, `${layer} scales in although ${reading.kpi}: ${why}`);
    }
  }

  /** Of what had failed when it was decided: a run that is slow to store may be overtaken, and the plan then lets nobody leave. */
  #checkHealth({ layer, at, from, to }: Decision): void {
    const { maxUnhealthyPercent = 100, count } = this.view.file?.layers[layer] ?? {};
    const failed = this.view.failedBefore(layer, at);
    if (failed <= (maxUnhealthyPercent / 100) * from.count || to.count >= Math.min(from.count, count?.max ?? 0)) return;
    this.#broken(4, `${layer} scales in from ${from.count} to ${to.count} while ${failed} have failed`);
  }

  /** Growth towards `min` may have to wait for another layer or for money; nothing else keeps it from there. */
  #checkFloor({ layer, fileVersion, limits, to }: Decision): void {
    const min = this.view.file?.layers[layer]?.count.min ?? 0;
    if (to.count >= min || fileVersion !== this.view.fileVersion) return;
    if (limits.some(({ limit }) => waitsFor.has(limit))) return;
    this.#broken(2, `${layer} is to have ${to.count}, min is ${min}`);
  }

  #requireAtMostMax(layer: string, found: number, verb: string): void {
    const max = this.view.file?.layers[layer]?.count.max ?? Number.POSITIVE_INFINITY;
    if (found > max) this.#broken(1, `${found} instances of ${layer} ${verb}, max is ${max}`);
  }

  /** What a world itself finds broken. */
  note(promise: number, what: string): void {
    this.#broken(promise, what);
  }

  #broken(promise: number, what: string): void {
    if (this.violations.length >= mostViolations) return;
    this.violations.push({ promise, at: isoFromInstant(this.#clock.now()), what });
  }
}
