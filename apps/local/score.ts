import type { Span } from './stations.ts';

/** The elasticity metrics of the SPEC RG Cloud group, in percent. */
export interface Elasticity {
  /** Share of time with fewer instances in service than needed. */
  readonly tauUPercent: number;
  /** Mean of what is missing, as a share of what is needed. */
  readonly thetaUPercent: number;
  /** Mean of what is too much, as a share of what is needed. */
  readonly thetaOPercent: number;
}

/** Adds up over time how one layer's fleet stood against what its load needed. */
export class Score {
  readonly #perInstancePerSecond: number;
  #seconds = 0;
  #shortSeconds = 0;
  #missing = 0;
  #surplus = 0;

  /** `perInstancePerSecond`: requests a second that one instance takes within the service level. */
  constructor(perInstancePerSecond: number) {
    this.#perInstancePerSecond = perInstancePerSecond;
  }

  /** Fewest instances that take the load within the service level; at least one, also without load. */
  needed(arrivalsPerSecond: number): number {
    // Loads are products of measured numbers: a billionth above a whole number of instances is that number.
    return Math.max(1, Math.ceil(arrivalsPerSecond / this.#perInstancePerSecond - 1e-9));
  }

  add({ seconds, arrivalsPerSecond, inService }: Span): void {
    const needed = this.needed(arrivalsPerSecond);
    this.#seconds += seconds;
    if (inService < needed) this.#shortSeconds += seconds;
    this.#missing += (seconds * Math.max(needed - inService, 0)) / needed;
    this.#surplus += (seconds * Math.max(inService - needed, 0)) / needed;
  }

  get shortSeconds(): number {
    return this.#shortSeconds;
  }

  result(): Elasticity {
    const percent = (part: number): number => (this.#seconds === 0 ? 0 : (100 * part) / this.#seconds);
    return {
      tauUPercent: percent(this.#shortSeconds),
      thetaUPercent: percent(this.#missing),
      thetaOPercent: percent(this.#surplus),
    };
  }
}
