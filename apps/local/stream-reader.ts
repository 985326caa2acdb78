import type { Dice } from '../../adapters/memory/dice.ts';
import type { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import type { TableChange } from '../../adapters/memory/memory-table.ts';
import { addSeconds } from '../../core/amounts.ts';
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
export const wakesAnnounce: ReadonlySet<StoredRecord['kind']> = new Set(['head', 'tick', 'file']);

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

/**
 * Reads the table's stream for one stage: some records at a time, a moment after they were written, one application by itself. What is
 * written while a batch waits joins it: stages look at what is stored, so one run is enough for all of it.
 */
export class StreamReader {
  readonly #options: StreamReaderOptions;
  readonly #waiting = new Set<string>();

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
    agenda.at(addSeconds(clock.now(), dice.between(0.2, 1)), () => this.#deliver(application));
  }

  async #deliver(application: string): Promise<void> {
    const { stage, run, dice, invocations } = this.#options;
    this.#waiting.delete(application);
    const times = dice.happens(repeatedRatio) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      await invocations.invoke({ stage, run: () => run(application), retrySeconds: streamRetrySeconds });
    }
  }
}
