import type { Clock } from '../../adapters/ports.ts';
import { secondsBetween } from '../../core/amounts.ts';
import { isOnItsWay, type Slot, slotName } from '../../core/instance-life.ts';
import type { Instance } from '../../core/records.ts';
import type { Broken } from './check-beliefs.ts';
import type { StoredView } from './stored-view.ts';

/** What EC2 itself knows of a machine. */
export type TruthOf = (instanceId: string) => Instance | undefined;

/** A machine that EC2 takes back must be on its way out this long after that was known: peers have two minutes in all. */
const interruptionSeconds = 90;

/**
 * Promise 2, least in service: by our own doing nobody leaves below what is desired, what `min` asks and the quorum of a stateful layer, whose
 * instances come and go one at a time. And its other side: what EC2 takes back leaves at once.
 */
export class InServiceCheck {
  readonly #clock: Clock;
  readonly #truthOf: TruthOf;
  readonly #view: StoredView;
  readonly #broken: Broken;
  /** Slots that left service in the write that is being told. */
  #left: Slot[] = [];
  readonly #late = new Set<string>();

  constructor(world: { readonly clock: Clock; readonly truthOf: TruthOf; readonly view: StoredView }, broken: Broken) {
    this.#clock = world.clock;
    this.#truthOf = world.truthOf;
    this.#view = world.view;
    this.#broken = broken;
  }

  /** Before the view follows the change. */
  onSlot(before: Slot | undefined, after: Slot): void {
    if (before?.state === 'in-service' && after.state !== 'in-service') this.#left.push(after);
    const isBegun = before === undefined || (before.state === 'in-service' && after.state === 'leaving');
    if (isBegun) this.#checkOneAtATime(after);
  }

  /** When a write is complete: what it says belongs together. */
  afterWrite(): void {
    for (const slot of this.#left) this.#checkLeft(slot);
    this.#left = [];
  }

  /** Once a minute or so: machines that EC2 takes back and that still serve. */
  checkInterruptions(): void {
    const now = this.#clock.now();
    for (const [instanceId, since] of this.#view.interruptedSince) {
      const slot = this.#view.slotOf(instanceId);
      if (slot === undefined || (slot.state !== 'in-service' && slot.state !== 'joining')) continue;
      const seconds = secondsBetween(since, now);
      if (seconds < interruptionSeconds || this.#late.has(instanceId)) continue;
      this.#late.add(instanceId);
      this.#broken(3, `${slotName(slot)} is still ${slot.state} ${seconds} s after EC2 said that it takes it back`);
    }
  }

  /** By our own doing: EC2 neither ended the machine nor said that it will. */
  #checkLeft(slot: Slot): void {
    if (this.#isTaken(slot.instanceId ?? '')) return;
    const { layer } = slot;
    const inService = this.#view.slotsOf(layer).filter(({ state }) => state === 'in-service').length;
    const found = `${slotName(slot)} is ${slot.state}: ${inService} in service`;
    const { count, stateful } = this.#view.file?.layers[layer] ?? {};
    const min = count?.min ?? 0;
    const quorum = stateful?.keepInService ?? 0;
    const desired = this.#view.leastDesired(layer, this.#clock.now());
    if (inService < min) this.#broken(2, `${found}, min is ${min}`);
    else if (inService < quorum) this.#broken(2, `${found}, the quorum is ${quorum}`);
    else if (inService < desired) this.#broken(2, `${found}, ${desired} are desired`);
    if (slot.state === 'leaving') this.#checkHealth(slot);
  }

  /** Nobody leaves while more of a layer has failed than it allows. */
  #checkHealth(slot: Slot): void {
    const { layer } = slot;
    const failed = this.#view
      .slotsOf(layer)
      .filter(({ failedAt, state }) => failedAt !== undefined && state !== 'gone');
    const allowed = (this.#view.file?.layers[layer]?.maxUnhealthyPercent ?? 100) / 100;
    if (failed.length <= allowed * this.#view.mostDesired(layer, this.#clock.now())) return;
    this.#broken(4, `${slotName(slot)} is ${slot.state} while ${failed.length} of ${layer} have failed`);
  }

  #isTaken(instanceId: string): boolean {
    return this.#truthOf(instanceId)?.state !== 'running' || this.#view.interruptedSince.has(instanceId);
  }

  #checkOneAtATime(begun: Slot): void {
    const { layer, number } = begun;
    if (this.#view.file?.layers[layer]?.stateful?.oneAtATime !== true || this.#isLost(begun)) return;
    const other = this.#view
      .slotsOf(layer)
      .find((slot) => slot.number !== number && (isOnItsWay(slot) || slot.state === 'leaving') && !this.#isLost(slot));
    if (other === undefined) return;
    this.#broken(2, `${slotName(begun)} is ${begun.state} while ${slotName(other)} is ${other.state}`);
  }

  /** EC2 ends it while it is a member: that asks nobody. */
  #isLost({ instanceId, state }: Slot): boolean {
    return instanceId !== undefined && state !== 'booting' && this.#isTaken(instanceId);
  }
}
