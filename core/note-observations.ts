import { addSeconds, type Instant, secondsBetween } from './amounts.ts';
import type { Instance, ObservationRecord } from './records.ts';
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
  const slotOf = new Map(
    stored.slots.flatMap(({ slot }) => (slot.instanceId ? [[slot.instanceId, slot] as const] : [])),
  );
  const byId = new Map(listed.map((instance) => [instance.instanceId, instance]));
  const put: ObservationRecord[] = [];
  for (const instance of listed) {
    const known = stored.observations.get(instance.instanceId);
    if (known === undefined && instance.state === 'terminated' && !slotOf.has(instance.instanceId)) continue;
    const passed = passing.has(instance.instanceId) ? { statusChecksPassedAt: now } : {};
    const noted = { ...observed(stored, instance, known, now), ...passed };
    if (known === undefined || !isSame(known, noted)) put.push(noted);
  }
  const remove: ObservationRecord[] = [];
  for (const known of stored.observations.values()) {
    const { instanceId } = known.instance;
    const hasEnded = known.missedSweeps >= 2 || known.instance.state === 'terminated';
    if (!slotOf.has(instanceId) && hasEnded) remove.push(known);
    else if (!byId.has(instanceId) && !hasEnded && countsAsMissed(known, now)) {
      put.push({ ...known, version: known.version + 1, missedSweeps: known.missedSweeps + 1, missedAt: now });
    }
  }
  for (const instance of neverSeen(stored, byId)) {
    const noted = observed(stored, instance, undefined, now);
    if (countsAsMissed(noted, now)) put.push({ ...noted, missedSweeps: 1, missedAt: now });
  }
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
  return {
    kind: 'observation',
    application: stored.application,
    version: (known?.version ?? 0) + 1,
    instance: known?.instance.state === 'terminated' ? known.instance : instance,
    firstSeenAt: known?.firstSeenAt ?? at,
    missedSweeps: 0,
    ...(known?.statusChecksPassedAt === undefined ? {} : { statusChecksPassedAt: known.statusChecksPassedAt }),
    ...(known?.interruptionAt === undefined ? {} : { interruptionAt: known.interruptionAt }),
    ...(known?.rebalanceAt === undefined ? {} : { rebalanceAt: known.rebalanceAt }),
  };
}

/** Whether two observations say the same; versions are not compared. */
function isSame(a: ObservationRecord, b: ObservationRecord): boolean {
  return (
    a.instance.state === b.instance.state &&
    a.instance.privateIp === b.instance.privateIp &&
    a.instance.isProtected === b.instance.isProtected &&
    a.instance.saysReady === b.instance.saysReady &&
    a.statusChecksPassedAt === b.statusChecksPassedAt &&
    a.missedSweeps === b.missedSweeps &&
    a.interruptionAt === b.interruptionAt &&
    a.rebalanceAt === b.rebalanceAt
  );
}

/** Instances that slots hold and a list of EC2 lacks: to be asked for by name. */
export function unlistedOf(stored: Stored, listed: readonly Instance[]): readonly string[] {
  const known = new Set(listed.map(({ instanceId }) => instanceId));
  return stored.slots.flatMap(({ slot }) => {
    const { instanceId } = slot;
    if (instanceId === undefined || slot.state === 'gone' || known.has(instanceId)) return [];
    return stored.observations.get(instanceId)?.instance.state === 'terminated' ? [] : [instanceId];
  });
}

/** Booting instances that run and whose layer waits for EC2's status checks. */
export function awaitingStatusChecks(stored: Stored, listed: readonly Instance[]): readonly string[] {
  const running = new Set(listed.filter(({ state }) => state === 'running').map(({ instanceId }) => instanceId));
  return stored.slots.flatMap(({ slot }) => {
    const { instanceId, layer, state } = slot;
    if (state !== 'booting' || instanceId === undefined || !running.has(instanceId)) return [];
    if (stored.file?.file.layers[layer]?.ready !== 'status-checks') return [];
    return stored.observations.get(instanceId)?.statusChecksPassedAt === undefined ? [instanceId] : [];
  });
}

/** Instances that slots hold, but neither EC2's list nor any earlier observation knows. */
function neverSeen(stored: Stored, listed: ReadonlyMap<string, Instance>): readonly Instance[] {
  return stored.slots.flatMap(({ slot }) => {
    const { instanceId } = slot;
    if (instanceId === undefined || slot.state === 'gone') return [];
    if (listed.has(instanceId) || stored.observations.has(instanceId)) return [];
    return [
      {
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
      },
    ];
  });
}
