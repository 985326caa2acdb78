import type { Change, DecisionQuery, Table } from '../../adapters/ports.ts';
import { addSeconds } from '../../core/amounts.ts';
import type { DecisionRecord, FileRecord } from '../../core/records.ts';
import type { Stored } from '../../core/stored.ts';
import type { AllPorts } from './faulty-runs.ts';
import type { SimulatedWorld } from './simulated-world.ts';

// Made once, like the other errors of calls: adapters/memory/faulty-ports.ts.
const timedOut = new Error('the function timed out');

/**
 * A run that hangs between what it has read and its first write, and goes on when nobody counts on it any more: to whoever invoked it it has timed
 * out, and is repeated. What it does in the end must do no harm.
 */
export function runHanging(
  world: SimulatedWorld,
  {
    run,
    ports,
    seconds,
  }: { readonly run: (ports: AllPorts) => Promise<unknown>; readonly ports: AllPorts; readonly seconds: number },
): Promise<unknown> {
  const { agenda, clock, check, faults } = world;
  return new Promise((resolve, reject) => {
    const pause = (): Promise<void> =>
      new Promise((goOn) => {
        faults.note('hanging run');
        agenda.at(addSeconds(clock.now(), seconds), () => {
          goOn();
          return ended;
        });
        reject(timedOut);
      });
    const ended = run({ ...ports, table: new HangingTable(ports.table, pause) })
      .then(resolve, reject)
      .finally(() => check.afterStage());
  });
}

/** A table whose caller waits before its first write. */
class HangingTable implements Table {
  readonly #table: Table;
  readonly #pause: () => Promise<void>;
  #hasHung = false;

  constructor(table: Table, pause: () => Promise<void>) {
    this.#table = table;
    this.#pause = pause;
  }

  async commit(application: string, change: Change): Promise<'committed' | 'conflict'> {
    if (!this.#hasHung) {
      this.#hasHung = true;
      await this.#pause();
    }
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
