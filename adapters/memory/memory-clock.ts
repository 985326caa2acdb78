import { type Instant, isBefore, isoFromInstant } from '../../core/amounts.ts';
import type { Clock } from '../ports.ts';

/** Virtual time: stands still until it is moved, and never goes back. */
export class MemoryClock implements Clock {
  #now: Instant;

  constructor(start: Instant) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  /** Throws RangeError when `to` has passed already. */
  advanceTo(to: Instant): void {
    if (isBefore(to, this.#now)) {
      throw new RangeError(`it is ${isoFromInstant(this.#now)}, ${isoFromInstant(to)} has passed`);
    }
    this.#now = to;
  }
}
