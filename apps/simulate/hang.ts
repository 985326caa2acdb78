import type { Change, DecisionQuery, Table } from '../../adapters/ports.ts';
import { addSeconds } from '../../core/amounts.ts';
import type { DecisionRecord, FileRecord } from '../../core/records.ts';
import type { Stored } from '../../core/stored.ts';
import type { AllPorts } from './faulty-runs.ts';
import type { SimulatedWorld } from './simulated-world.ts';

/** Where a run hangs, and for how long. */
export interface Hang {
  /** Before this one of its writes, counted from 0; a run with fewer does not hang. */
  readonly write: number;
  readonly seconds: number;
}

// Made once, like the other errors of calls: adapters/memory/faulty-ports.ts.
const timedOut = new Error('the function timed out');

/**
 * A run that hangs between what it has read and what it writes, and goes on when nobody counts on it any more: to whoever invoked it it has timed
 * out, and is repeated. What it does in the end must do no harm.
 */
export function runHanging(
  world: SimulatedWorld,
  {
    run,
    ports,
    hang,
  }: { readonly run: (ports: AllPorts) => Promise<unknown>; readonly ports: AllPorts; readonly hang: Hang },
): Promise<unknown> {
  const { agenda, clock, check, faults } = world;
  return new Promise((resolve, reject) => {
    const pause = (): Promise<void> =>
      new Promise((goOn) => {
        faults.note('hanging run');
        agenda.at(addSeconds(clock.now(), hang.seconds), () => {
          goOn();
          return ended;
        });
        reject(timedOut);
      });
    const ended = run({ ...ports, table: new HangingTable(ports.table, hang.write, pause) })
      .then(resolve, reject)
      .finally(() => check.afterStage());
  });
}

/** A table whose callers wait once before a write. */
class HangingTable implements Table {
  readonly #table: Table;
  readonly #pause: () => Promise<void>;
  #writesLeft: number;

  constructor(table: Table, writesBefore: number, pause: () => Promise<void>) {
    this.#table = table;
    this.#writesLeft = writesBefore;
    this.#pause = pause;
  }

  async commit(application: string, change: Change): Promise<'committed' | 'conflict'> {
    this.#writesLeft -= 1;
    if (this.#writesLeft === -1) await this.#pause();
    return this.#table.commit(application, change);
  }

  applications(): Promise<readonly string[]> {
    return this.#table.applications();
  }

  load(application: string): Promise<Stored> {
    return this.#table.load(application);
  }

  file(application: string, version: number): Promise<FileRecord | undefined> {
    return this.#table.file(application, version);
  }

  decisions(application: string, query: DecisionQuery): Promise<readonly DecisionRecord[]> {
    return this.#table.decisions(application, query);
  }
}
