import { addSeconds, type Instant, isAtOrAfter } from '../../core/amounts.ts';
import type { Dice } from './dice.ts';

/** How the simulated EC2 behaves. Means of 0 hours stand for never. */
export interface FleetBehaviour {
  /** Launch to running: lognormal, half of the boots are faster than the median, the tail is long. */
  readonly boot: { readonly medianSeconds: number; readonly sigma: number };
  /** Terminate call to terminated, likewise. */
  readonly shutdown: { readonly medianSeconds: number; readonly sigma: number };
  /** Launches that EC2 accepts and then ends while they are pending. */
  readonly failedBootRatio: number;
  /** Launches that stay pending until somebody ends them. */
  readonly stuckBootRatio: number;
  /** Mean hours of service until the hardware below an instance dies. */
  readonly meanHoursToCrash: number;
  /** Mean hours until EC2 takes a Spot instance back. */
  readonly meanHoursToInterruption: number;
  /** Spot interruptions that a rebalance recommendation announces some minutes earlier. */
  readonly rebalanceRatio: number;
  /** Shortages of one offering (type, zone, market): mean hours between two, mean minutes of one. */
  readonly shortage: { readonly meanHoursBetween: number; readonly meanMinutes: number };
  /** Longest time until a call that lists instances shows a new one. */
  readonly shownWithinSeconds: number;
  /** Instances that may exist at once, the account's quota. */
  readonly mostInstances: number;
}

/** A region on an ordinary day: the median boot of a small Linux image, the rest a little worse than we know it, so that it is seen. */
export const ordinaryFleet: FleetBehaviour = {
  boot: { medianSeconds: 30, sigma: 0.45 },
  shutdown: { medianSeconds: 20, sigma: 0.4 },
  failedBootRatio: 0.004,
  stuckBootRatio: 0,
  meanHoursToCrash: 4000,
  meanHoursToInterruption: 40,
  rebalanceRatio: 0.5,
  shortage: { meanHoursBetween: 36, meanMinutes: 20 },
  shownWithinSeconds: 3,
  mostInstances: 5000,
};

/** Nothing goes wrong and everything takes its median: for tests that look at one thing. */
export const calmFleet: FleetBehaviour = {
  boot: { medianSeconds: 30, sigma: 0 },
  shutdown: { medianSeconds: 20, sigma: 0 },
  failedBootRatio: 0,
  stuckBootRatio: 0,
  meanHoursToCrash: 0,
  meanHoursToInterruption: 0,
  rebalanceRatio: 0,
  shortage: { meanHoursBetween: 0, meanMinutes: 0 },
  shownWithinSeconds: 0,
  mostInstances: 5000,
};

/** An event of chance after a mean time; undefined for never. */
export function drawnAfter(from: Instant, meanHours: number, dice: Dice): Instant | undefined {
  const hours = dice.exponential(meanHours);
  return meanHours > 0 ? addSeconds(from, hours * 3600) : undefined;
}

/**
 * When one offering is short of capacity: shortages come and go by chance, drawn as time is asked about, so time must not go back.
 */
export class Shortages {
  readonly #behaviour: FleetBehaviour['shortage'];
  readonly #dice: Dice;
  #from: Instant | undefined;
  #until: Instant;

  constructor(behaviour: FleetBehaviour['shortage'], dice: Dice, start: Instant) {
    this.#behaviour = behaviour;
    this.#dice = dice;
    this.#until = start;
    this.#drawNext();
  }

  isShort(now: Instant): boolean {
    while (this.#from !== undefined && isAtOrAfter(now, this.#until)) this.#drawNext();
    return this.#from !== undefined && isAtOrAfter(now, this.#from);
  }

  /** Of `count` instances, how many a shortage still gives: mostly some fewer, often none. */
  givenOf(count: number): number {
    return this.#dice.below(count);
  }

  #drawNext(): void {
    this.#from = drawnAfter(this.#until, this.#behaviour.meanHoursBetween, this.#dice);
    const lasting = this.#dice.exponential(this.#behaviour.meanMinutes) * 60;
    this.#until = addSeconds(this.#from ?? this.#until, lasting);
  }
}
