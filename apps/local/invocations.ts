import type { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { addSeconds } from '../../core/amounts.ts';
import type { Agenda } from './agenda.ts';

/** One run of a stage, and what happens when it throws. */
export interface Invocation {
  readonly stage: string;
  readonly run: () => Promise<unknown>;
  /** Waits before each repeat; after the last one it is given up. */
  readonly retrySeconds: readonly number[];
}

/** EventBridge and asynchronous Lambda: two repeats. docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
export const asynchronousRetrySeconds: readonly number[] = [60, 120];

/** A stream goes on until the record is too old; ten repeats, each a little later, stand for that. */
export const streamRetrySeconds: readonly number[] = [1, 2, 4, 8, 16, 30, 60, 60, 60, 60];

/** Runs stages as Lambda does, and counts them. */
export class Invocations {
  readonly #agenda: Agenda;
  readonly #clock: MemoryClock;
  readonly #afterEach: () => void;
  readonly #counts = new Map<string, number>();
  /** What was given up: it would stand in a dead-letter queue, and an alarm would rise. */
  readonly deadLetters: string[] = [];

  /** `afterEach` is called when a stage has run, whatever came of it. */
  constructor(agenda: Agenda, clock: MemoryClock, afterEach: () => void) {
    this.#agenda = agenda;
    this.#clock = clock;
    this.#afterEach = afterEach;
  }

  count(stage: string): number {
    return this.#counts.get(stage) ?? 0;
  }

  /** Never throws: what fails is repeated later, or becomes a dead letter. */
  async invoke({ stage, run, retrySeconds }: Invocation): Promise<void> {
    this.#counts.set(stage, this.count(stage) + 1);
    try {
      await run();
    } catch (error) {
      this.#retryLater({ stage, run, retrySeconds }, error);
    } finally {
      this.#afterEach();
    }
  }

  #retryLater({ stage, run, retrySeconds }: Invocation, error: unknown): void {
    const [wait, ...later] = retrySeconds;
    if (wait === undefined) this.deadLetters.push(`${stage}: ${messageOf(error)}`);
    else {
      const at = addSeconds(this.#clock.now(), wait);
      this.#agenda.at(at, () => this.invoke({ stage, run, retrySeconds: later }));
    }
  }
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return [error.message, ...error.errors.map(messageOf)].join('; ');
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
