import type { Ports } from '../../adapters/ports.ts';
import type { Instant } from '../../core/amounts.ts';
import {
  awaitingStatusChecks,
  type InstanceEvent,
  type NotedObservations,
  noteEvent,
  noteSweep,
  unlistedOf,
} from '../../core/note-observations.ts';
import { failedTogether } from '../failed-together.ts';

/** What this stage may touch. */
export type ObservePorts = Pick<Ports, 'clock' | 'table' | 'fleet'>;

/** A look at everything (of one application, while something of it moves), or what EC2 says of one instance. */
export type ObserveWake =
  | { readonly kind: 'sweep'; readonly application?: string }
  | { readonly kind: 'instance'; readonly instanceId: string; readonly at: Instant }
  | { readonly kind: 'interruption'; readonly instanceId: string; readonly at: Instant }
  | { readonly kind: 'rebalance'; readonly instanceId: string; readonly at: Instant };

/** What one run did; logged as one line. */
export interface ObserveReport {
  readonly written: number;
  readonly removed: number;
  /** Set when the instance of an event is not ours, or unknown to EC2. */
  readonly ignored?: string;
}

const MOST_ATTEMPTS = 10;
const MOST_RECORDS = 100;

/**
 * Stores what EC2 says of our instances, on its events and, because events get lost, in a look at all of them every minute. Throws after
 * every application was looked at when one of them failed.
 */
export async function observeStage(ports: ObservePorts, wake: ObserveWake): Promise<ObserveReport> {
  if (wake.kind === 'sweep') return sweep(ports, wake.application);
  return note(ports, { ...wake, event: wake.kind === 'instance' ? 'state' : wake.kind });
}

async function sweep(ports: ObservePorts, only: string | undefined): Promise<ObserveReport> {
  const errors: unknown[] = [];
  let [written, removed] = [0, 0];
  const applications = only === undefined ? await ports.table.applications() : [only];
  for (const application of applications) {
    try {
      const noted = await sweepOne(ports, application);
      written += noted.put.length;
      removed += noted.remove.length;
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw failedTogether(errors, 'not every application could be looked at');
  return { written, removed };
}

/**
 * EC2 is listed before the table is read: a machine that the table knows and the list lacks is then really missing, not just newer. One that
 * is missing is asked for by name before it is counted: a list that came back short must not end a healthy machine.
 */
async function sweepOne(ports: ObservePorts, application: string): Promise<NotedObservations> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const listed = await ports.fleet.list(application);
    const stored = await ports.table.load(application);
    const found = await Promise.all(unlistedOf(stored, listed).map((instanceId) => ports.fleet.find(instanceId)));
    const seen = [...listed, ...found.filter((instance) => instance !== undefined)];
    const passing = await ports.fleet.passing(awaitingStatusChecks(stored, seen));
    const noted = noteSweep(stored, { listed: seen, passing, now: ports.clock.now() });
    if (await commitAll(ports, application, noted)) return noted;
  }
  throw new Error(`the sweep of ${application} was overtaken ${MOST_ATTEMPTS} times`);
}

async function commitAll(ports: ObservePorts, application: string, noted: NotedObservations): Promise<boolean> {
  if (noted.put.length + noted.remove.length === 0) return true;
  if (noted.put.length + noted.remove.length <= MOST_RECORDS)
    return (await ports.table.commit(application, noted)) === 'committed';
  const writes = [
    ...noted.put.map((record) => ({ record, isRemoval: false })),
    ...noted.remove.map((record) => ({ record, isRemoval: true })),
  ];
  for (let start = 0; start < writes.length; start += MOST_RECORDS) {
    const part = writes.slice(start, start + MOST_RECORDS);
    const outcome = await ports.table.commit(application, {
      put: part.flatMap(({ record, isRemoval }) => (isRemoval ? [] : [record])),
      remove: part.flatMap(({ record, isRemoval }) => (isRemoval ? [record] : [])),
    });
    if (outcome === 'conflict') return false;
  }
  return true;
}

async function note(
  ports: ObservePorts,
  { instanceId, event, at }: { readonly instanceId: string; readonly event: InstanceEvent; readonly at: Instant },
): Promise<ObserveReport> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const instance = await ports.fleet.find(instanceId);
    if (instance === undefined) return { written: 0, removed: 0, ignored: instanceId };
    const stored = await ports.table.load(instance.application);
    if (stored.head === undefined) return { written: 0, removed: 0, ignored: instanceId };
    const record = noteEvent(stored, { instance, event, at });
    if (record === undefined) return { written: 0, removed: 0 };
    if ((await ports.table.commit(instance.application, { put: [record] })) === 'committed')
      return { written: 1, removed: 0 };
  }
  throw new Error(`what EC2 says of ${instanceId} was overtaken ${MOST_ATTEMPTS} times`);
}
