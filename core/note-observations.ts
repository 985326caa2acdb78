import { addSeconds, type Instant, secondsBetween } from './amounts.ts';
import type { Instance, ObservationRecord } from './records.ts';
import { slotsByInstance } from './slots-by-instance.ts';
import type { Stored } from './stored.ts';

/** From a Spot interruption notice to the end of the instance. */
const INTERRUPTION_SECONDS = 120;

/** For this long EC2 may not show a machine that it has launched. */
const HIDDEN_SECONDS = 60;
/** Two looks that miss a machine must lie so far apart to count as two. */
const BETWEEN_LOOKS_SECONDS = 30;

/** What is to be written and removed; both may be empty. */
export interface NotedObservations {
  readonly put: readonly ObservationRecord[];
  readonly remove: readonly ObservationRecord[];
}

/** Something EC2 says of one instance, besides what the instance looks like. */
export type InstanceEvent = 'state' | 'interruption' | 'rebalance';

/** One event about one instance, with the instance as EC2 shows it now; undefined when nothing new is learnt. */
export function noteEvent(
  stored: Stored,
  { instance, event, at }: { readonly instance: Instance; readonly event: InstanceEvent; readonly at: Instant },
): ObservationRecord | undefined {
  const known = stored.observations.get(instance.instanceId);
  const seen = { ...observed(stored, instance, known, at) };
  const noted: ObservationRecord = {
    ...seen,
    ...(event === 'interruption' && seen.interruptionAt === undefined
      ? { interruptionAt: addSeconds(at, INTERRUPTION_SECONDS) }
      : {}),
    ...(event === 'rebalance' && seen.rebalanceAt === undefined ? { rebalanceAt: at } : {}),
  };
  return known !== undefined && isSame(known, noted) ? undefined : noted;
}

/**
 * The whole list of an application's instances, read from EC2 before `stored` was. What differs is written; what the list lacks is counted
 * as missed, also a slot's instance that was never seen; what has ended and has no slot any more is removed.
 */
export function noteSweep(
  stored: Stored,
  {
    listed,
    passing,
    now,
  }: { readonly listed: readonly Instance[]; readonly passing: ReadonlySet<string>; readonly now: Instant },
): NotedObservations {
  const slotOf = slotsByInstance(stored.slots);
  const shown = new Set(listed.map(({ instanceId }) => instanceId));
  const put: ObservationRecord[] = [];
  for (const instance of listed) {
    const known = stored.observations.get(instance.instanceId);
    if (known === undefined && instance.state === 'terminated' && !slotOf.has(instance.instanceId)) continue;
    const isPassing = passing.has(instance.instanceId);
    if (known !== undefined && !isPassing && known.missedSweeps === 0 && looksAs(known, instance)) continue;
    const noted = observed(stored, instance, known, now);
    put.push(isPassing ? { ...noted, statusChecksPassedAt: now } : noted);
  }
  const remove: ObservationRecord[] = [];
  for (const known of stored.observations.values()) {
    const { instanceId } = known.instance;
    const hasEnded = known.missedSweeps >= 2 || known.instance.state === 'terminated';
    if (!slotOf.has(instanceId) && hasEnded) remove.push(known);
    else if (!shown.has(instanceId) && !hasEnded && countsAsMissed(known, now)) {
      put.push({ ...known, version: known.version + 1, missedSweeps: known.missedSweeps + 1, missedAt: now });
    }
  }
  for (const instance of neverSeen(stored, shown)) {
    const noted = observed(stored, instance, undefined, now);
    if (countsAsMissed(noted, now)) put.push({ ...noted, missedSweeps: 1, missedAt: now });
  }
  if (remove.length === 0) return { put, remove };
  const removed = new Set(remove.map(({ instance }) => instance.instanceId));
  return { put: put.filter(({ instance }) => !removed.has(instance.instanceId)), remove };
}

/** EC2 shows a new machine only after a while; and two sweeps at once are one look. */
function countsAsMissed({ instance, missedAt }: ObservationRecord, now: Instant): boolean {
  if (secondsBetween(instance.launchedAt, now) < HIDDEN_SECONDS) return false;
  return missedAt === undefined || secondsBetween(missedAt, now) >= BETWEEN_LOOKS_SECONDS;
}

function observed(
  stored: Stored,
  instance: Instance,
  known: ObservationRecord | undefined,
  at: Instant,
): ObservationRecord {
  if (known === undefined) {
    const { application } = stored;
    return { kind: 'observation', application, version: 1, instance, firstSeenAt: at, missedSweeps: 0 };
  }
  const shown = known.instance.state === 'terminated' ? known.instance : instance;
  const seen = { ...known, version: known.version + 1, instance: shown, missedSweeps: 0 };
  if (seen.missedAt === undefined) return seen;
  const { missedAt: _, ...found } = seen;
  return found;
}

/** Whether EC2 shows an instance as it is known. One that was terminated stays so. */
function looksAs({ instance: known }: ObservationRecord, instance: Instance): boolean {
  if (known === instance || known.state === 'terminated') return true;
  return (
    known.state === instance.state &&
    known.privateIp === instance.privateIp &&
    known.isProtected === instance.isProtected &&
    known.saysReady === instance.saysReady
  );
}

/** Whether two observations say the same; versions are not compared. */
function isSame(a: ObservationRecord, b: ObservationRecord): boolean {
  return (
    looksAs(a, b.instance) &&
    a.statusChecksPassedAt === b.statusChecksPassedAt &&
    a.missedSweeps === b.missedSweeps &&
    a.interruptionAt === b.interruptionAt &&
    a.rebalanceAt === b.rebalanceAt
  );
}

/** Instances that slots hold and a list of EC2 lacks: to be asked for by name. */
export function unlistedOf(stored: Stored, listed: readonly Instance[]): readonly string[] {
  const known = new Set(listed.map(({ instanceId }) => instanceId));
  const unlisted: string[] = [];
  for (const [instanceId, slot] of slotsByInstance(stored.slots)) {
    if (slot.state === 'gone' || known.has(instanceId)) continue;
    if (stored.observations.get(instanceId)?.instance.state !== 'terminated') unlisted.push(instanceId);
  }
  return unlisted;
}

/** Booting instances that run and whose layer waits for EC2's status checks. */
export function awaitingStatusChecks(stored: Stored, listed: readonly Instance[]): readonly string[] {
  const awaiting: string[] = [];
  for (const [instanceId, { layer, state }] of slotsByInstance(stored.slots)) {
    if (state !== 'booting' || stored.file?.file.layers[layer]?.ready !== 'status-checks') continue;
    if (stored.observations.get(instanceId)?.statusChecksPassedAt !== undefined) continue;
    if (listed.some((instance) => instance.instanceId === instanceId && instance.state === 'running'))
      awaiting.push(instanceId);
  }
  return awaiting;
}

/** Instances that slots hold, but neither EC2's list nor any earlier observation knows. */
function neverSeen(stored: Stored, listed: ReadonlySet<string>): readonly Instance[] {
  const unseen: Instance[] = [];
  for (const [instanceId, slot] of slotsByInstance(stored.slots)) {
    if (slot.state === 'gone' || listed.has(instanceId) || stored.observations.has(instanceId)) continue;
    unseen.push({
      instanceId,
      application: stored.application,
      layer: slot.layer,
      slotNumber: slot.number,
      revision: slot.revision,
      state: 'pending',
      type: '',
      imageId: '',
      zone: slot.placement.zone,
      launchedAt: slot.launchedAt ?? slot.since,
      saysReady: false,
      isProtected: false,
    });
  }
  return unseen;
}
