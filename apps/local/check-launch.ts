import type { Clock } from '../../adapters/ports.ts';
import { addSeconds, type Instant, isAtOrAfter, isBefore, secondsBetween } from '../../core/amounts.ts';
import { type LaunchIntent, type Slot, slotName } from '../../core/instance-life.ts';
import type { Broken } from './check-beliefs.ts';
import type { StoredView } from './stored-view.ts';

/** From what a run has read or stored to the calls that it makes for it. */
const mostCallSeconds = 10;

/**
 * Promise 1, what is launched when: nothing without a stored intent, or long after its answer was stored; nothing of an offering that EC2 refused before its time to retry, and then one for all layers together; nothing
 * of a layer before those that it launches after have what they should, or had their time.
 */
export class LaunchCheck {
  readonly #clock: Clock;
  readonly #clockSeconds: number;
  readonly #view: StoredView;
  readonly #broken: Broken;
  /** Token of each slot that was ever stored as launching. */
  readonly #intents = new Map<string, string>();
  /** When each slot stopped being launched: whoever calls after that has not looked, or not heeded what it was told. */
  readonly #answeredAt = new Map<string, Instant>();

  /** `clockSeconds`: by how much the clocks of two functions may differ. */
  constructor(
    world: { readonly clock: Clock; readonly clockSeconds: number; readonly view: StoredView },
    broken: Broken,
  ) {
    this.#clock = world.clock;
    this.#clockSeconds = world.clockSeconds;
    this.#view = world.view;
    this.#broken = broken;
  }

  /** A slot that is written. */
  onSlot(before: Slot | undefined, after: Slot): void {
    if (after.state === 'launching') this.#intents.set(slotName(after), after.launch.token);
    else if (before?.state === 'launching') this.#answeredAt.set(slotName(after), this.#clock.now());
  }

  /** Before EC2 is asked. */
  beforeCall(layer: string, { token, first, count }: LaunchIntent): void {
    const now = this.#clock.now();
    let isAnswered = true;
    for (let number = first; number < first + count; number += 1) {
      const name = slotName({ layer, number });
      if (this.#intents.get(name) !== token) this.#broken(1, `${name} is launched without a stored intent`);
      isAnswered &&= secondsBetween(this.#answeredAt.get(name) ?? now, now) > mostCallSeconds;
    }
    const name = slotName({ layer, number: first });
    if (isAnswered) this.#broken(1, `${name} is launched again after its answer was stored`);
  }

  /** A slot that is intended now, before the view knows it. */
  onIntended(slot: Slot): void {
    this.#checkRefusal(slot);
    this.#checkOrder(slot);
  }

  #checkRefusal(slot: Slot): void {
    const offering = this.#view.offeringOf(slot);
    const refusal = this.#view.refusals.get(offering);
    if (refusal === undefined) return;
    const latest = addSeconds(this.#clock.now(), this.#clockSeconds);
    if (isBefore(latest, refusal.retryAt)) {
      this.#broken(1, `${slotName(slot)} is asked of ${offering} again before its time`);
      return;
    }
    const other = [...this.#view.slots.values()].find(
      (known) => isUnanswered(known) && this.#view.offeringOf(known) === offering,
    );
    if (other === undefined) return;
    this.#broken(1, `${slotName(slot)} is asked of ${offering}, which was refused, beside ${slotName(other)}`);
  }

  #checkOrder(slot: Slot): void {
    const layers = this.#view.file?.layers ?? {};
    const latest = addSeconds(this.#clock.now(), this.#clockSeconds);
    for (const other of layers[slot.layer]?.launchAfter ?? []) {
      const desired = this.#view.desired.get(other);
      const inService = this.#view.slotsOf(other).filter(({ state }) => state === 'in-service').length;
      const least = this.#view.leastDesired(other, this.#clock.now());
      if (desired !== undefined && inService >= least) continue;
      const readySeconds = layers[other]?.readySeconds ?? 0;
      if (desired !== undefined && isAtOrAfter(latest, addSeconds(desired.decidedAt, readySeconds))) continue;
      this.#broken(1, `${slotName(slot)} is intended before ${other}, which it launches after, has what it should`);
    }
  }
}

function isUnanswered({ state }: Slot): boolean {
  return state === 'intended' || state === 'launching';
}
