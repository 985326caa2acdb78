import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { MemoryTable } from '../../adapters/memory/memory-table.ts';
import type { Change, Fleet, Table, Topic } from '../../adapters/ports.ts';
import type { LaunchRequest, LaunchResult } from '../../core/launch-call.ts';
import type { Notice } from '../../core/notice.ts';
import type { Instance, StoredRecord } from '../../core/records.ts';
import { makeInstance, noon } from './stored.ts';

/** A table at noon that holds the given records of `shop`. */
export async function makeTable(records: readonly StoredRecord[]): Promise<{ table: MemoryTable; clock: MemoryClock }> {
  const clock = new MemoryClock(noon);
  const table = new MemoryTable(clock);
  for (let start = 0; start < records.length; start += 90) {
    await table.commit('shop', { put: records.slice(start, start + 90) });
  }
  return { table, clock };
}

/** A fleet that keeps what it was asked, answers repeats by token, and fails when told to. */
export class ScriptedFleet implements Fleet {
  readonly calls: string[] = [];
  readonly terminated: string[] = [];
  instances: readonly Instance[] = [];
  /** How many instances the next launches get at most. */
  capacity = Number.POSITIVE_INFINITY;
  failNext: 'launch' | 'terminate' | 'list' | 'answer' | undefined;
  readonly #answers = new Map<string, LaunchResult>();

  async launch({ layer, launch }: LaunchRequest): Promise<LaunchResult> {
    this.calls.push(launch.token);
    this.#failWhen('launch');
    const answer = this.#answers.get(launch.token) ?? this.#answer({ layer, launch });
    this.#answers.set(launch.token, answer);
    this.#failWhen('answer');
    return answer;
  }

  async terminate(instanceIds: readonly string[]): Promise<void> {
    this.#failWhen('terminate');
    this.terminated.push(...instanceIds);
  }

  async list(): Promise<readonly Instance[]> {
    this.#failWhen('list');
    return this.instances;
  }

  async find(instanceId: string): Promise<Instance | undefined> {
    return this.instances.find((instance) => instance.instanceId === instanceId);
  }

  /** Instances whose status checks pass. */
  readonly passes = new Set<string>();

  async passing(instanceIds: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(instanceIds.filter((instanceId) => this.passes.has(instanceId)));
  }

  async zones(subnetIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new Map(subnetIds.map((subnetId) => [subnetId, subnetId.replace('subnet', 'zone')]));
  }

  #answer({ layer, launch }: Pick<LaunchRequest, 'layer' | 'launch'>): LaunchResult {
    const given = Math.min(launch.count, this.capacity);
    const launched = Array.from({ length: given }, (_, index) => {
      const slotNumber = launch.first + index;
      return makeInstance({
        layer,
        slotNumber,
        instanceId: `i-${layer}-${slotNumber}`,
        state: 'pending',
        launchedAt: noon,
      });
    });
    this.instances = [...this.instances, ...launched];
    const refused = { code: 'InsufficientInstanceCapacity', message: 'none left', remedy: 'elsewhere' } as const;
    return given < launch.count ? { launched, refused } : { launched };
  }

  #failWhen(call: 'launch' | 'terminate' | 'list' | 'answer'): void {
    if (this.failNext !== call) return;
    this.failNext = undefined;
    throw new Error(`RequestTimeout in ${call}`);
  }
}

/** A topic that keeps what it took, and takes nothing for the participants named. */
export class KeepingTopic implements Topic {
  readonly taken: Notice[] = [];
  refuses: readonly string[] = [];

  async publish(notices: readonly Notice[]): Promise<readonly { readonly notice: Notice; readonly reason: string }[]> {
    const isRefused = (notice: Notice): boolean => this.refuses.includes(notice.participant);
    this.taken.push(...notices.filter((notice) => !isRefused(notice)));
    return notices.filter(isRefused).map((notice) => ({ notice, reason: 'InternalError' }));
  }
}

/** Lets `from` commits through, answers the next `count` with a conflict, then lets all through. */
export class OvertakenTable implements Table {
  readonly #table: Table;
  readonly #from: number;
  readonly #until: number;
  #commits = 0;

  constructor(table: Table, count: number, from = 0) {
    this.#table = table;
    this.#from = from;
    this.#until = from + count;
  }

  applications: Table['applications'] = () => this.#table.applications();
  load: Table['load'] = (application) => this.#table.load(application);
  file: Table['file'] = (application, version) => this.#table.file(application, version);
  decisions: Table['decisions'] = (application, query) => this.#table.decisions(application, query);

  async commit(application: string, change: Change): Promise<'committed' | 'conflict'> {
    const commit = this.#commits++;
    return commit >= this.#from && commit < this.#until ? 'conflict' : this.#table.commit(application, change);
  }
}

/** Ends the run at every commit, as a crash would. */
export class CrashingTable extends OvertakenTable {
  constructor(table: Table) {
    super(table, 0);
  }

  override async commit(): Promise<'committed' | 'conflict'> {
    throw new Error('gone');
  }
}
