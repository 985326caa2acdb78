import { addSeconds, type Instant } from '../../core/amounts.ts';
import type { Clock, Ticks } from '../ports.ts';

/** A wake-up that was asked for: when it is due, and whose. */
export interface DueTick {
  readonly application: string;
  readonly at: Instant;
}

/** The longest delay of an SQS message: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const longestDelaySeconds = 900;

/** Hands each wake-up to whoever runs the world; keeps none. */
export class MemoryTicks implements Ticks {
  readonly #clock: Clock;
  readonly #schedule: (tick: DueTick) => void;

  constructor(clock: Clock, schedule: (tick: DueTick) => void) {
    this.#clock = clock;
    this.#schedule = schedule;
  }

  async later(application: string, delaysSeconds: readonly number[]): Promise<void> {
    const wrong = delaysSeconds.find((delay) => !(delay >= 0 && delay <= longestDelaySeconds));
    if (wrong !== undefined) throw new RangeError(`a delay is 0 to ${longestDelaySeconds} s, found ${wrong}`);
    const now = this.#clock.now();
    for (const delay of delaysSeconds) this.#schedule({ application, at: addSeconds(now, delay) });
  }
}
