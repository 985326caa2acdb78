import type { Dice } from '../../adapters/memory/dice.ts';
import type { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import type { TableChange } from '../../adapters/memory/memory-table.ts';
import { addSeconds, type Instant, isBefore } from '../../core/amounts.ts';
import type { StoredRecord } from '../../core/records.ts';
import type { Agenda } from './agenda.ts';
import { type Invocations, streamRetrySeconds } from './invocations.ts';

/** Which records of the table's stream wake which stage: the filters of the event source mappings. */
export const wakesReconcile: ReadonlySet<StoredRecord['kind']> = new Set([
  'desired',
  'observation',
  'probe',
  'acknowledgement',
  'told',
  'tick',
  'file',
]);
/** The kinds of records that wake announce. */
export const wakesAnnounce: ReadonlySet<StoredRecord['kind']> = new Set(['head', 'tick', 'file']);

/** What one reader of the stream needs. */
export interface StreamReaderOptions {
  readonly stage: string;
  readonly kinds: ReadonlySet<StoredRecord['kind']>;
  readonly run: (application: string) => Promise<unknown>;
  readonly agenda: Agenda;
  readonly clock: MemoryClock;
  readonly dice: Dice;
  readonly invocations: Invocations;
}

/** Now and then a batch is delivered twice, as streams may. */
const repeatedRatio = 0.01;

/** From a write to its delivery: streams are polled some times a second. */
const pollSeconds = { least: 0.2, most: 1 };

/** A run makes calls to EC2, SNS and the table; what is written meanwhile waits for the next one. */
const runSeconds = { least: 0.3, most: 2 };

/**
 * Reads the table's stream for one stage: some records at a time, a moment after they were written, one application by itself. What is
 * written while a batch waits joins it: stages look at what is stored, so one run is enough for all of it.
 */
export class StreamReader {
  readonly #options: StreamReaderOptions;
  readonly #waiting = new Set<string>();
  readonly #busyUntil = new Map<string, Instant>();

  constructor(options: StreamReaderOptions) {
    this.#options = options;
  }

  offer({ application, before, after }: TableChange): void {
    const { kinds, clock, agenda, dice } = this.#options;
    // Expiry wakes nobody: the filters let inserts and changes through.
    const kind = after?.kind;
    if (kind === undefined || !kinds.has(kind) || this.#waiting.has(application)) return;
    if (before !== undefined && before === after) return;
    this.#waiting.add(application);
    const readAt = addSeconds(clock.now(), dice.between(pollSeconds.least, pollSeconds.most));
    const freeAt = this.#busyUntil.get(application) ?? readAt;
    agenda.at(isBefore(readAt, freeAt) ? freeAt : readAt, () => this.#deliver(application));
  }

  async #deliver(application: string): Promise<void> {
    const { stage, run, dice, invocations, clock } = this.#options;
    this.#waiting.delete(application);
    this.#busyUntil.set(application, addSeconds(clock.now(), dice.between(runSeconds.least, runSeconds.most)));
    const times = dice.happens(repeatedRatio) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      await invocations.invoke({ stage, run: () => run(application), retrySeconds: streamRetrySeconds });
    }
  }
}
