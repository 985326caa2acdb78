import { type Instant, secondsBetween } from '../../core/amounts.ts';
import { slotName } from '../../core/instance-life.ts';
import type { Instance } from '../../core/records.ts';
import type { StoredView } from './stored-view.ts';

/** What the check may ask of the simulated EC2 beside what its callers see. */
export interface Truth {
  /** Every machine that EC2 has not forgotten. */
  truth(): readonly Instance[];
  truthOf(instanceId: string): Instance | undefined;
}

/** A change must have been told after this long: two minutes of waiting and repeating. */
export const silenceSeconds = 120;

/** Promise 6: what keeps a world from being settled, in plain words; empty when it is. */
export function whatIsUnsettled(view: StoredView, truth: Truth, now: Instant): readonly string[] {
  const layers = Object.keys(view.file?.layers ?? {});
  return [
    ...layers.flatMap((layer) => unsettledLayer(view, truth, layer)),
    ...orphans(view, truth),
    ...overdue(view, now),
    ...untold(view, now),
  ];
}

/** EC2 runs it, or soon will. */
export function isAlive({ state }: Instance): boolean {
  return state === 'pending' || state === 'running';
}

function unsettledLayer(view: StoredView, truth: Truth, layer: string): readonly string[] {
  const desired = view.desired.get(layer)?.count ?? 0;
  const slots = view.slotsOf(layer);
  const inService = slots.filter(({ state }) => state === 'in-service');
  const others = slots.filter(({ state }) => state !== 'in-service');
  const isRunning = (instanceId = ''): boolean => truth.truthOf(instanceId)?.state === 'running';
  const dead = inService.filter(({ instanceId }) => !isRunning(instanceId));
  return [
    ...(inService.length === desired ? [] : [`${layer}: ${inService.length} in service, ${desired} desired`]),
    ...others.map((slot) => `${slotName(slot)} is still ${slot.state}`),
    ...dead.map((slot) => `${slotName(slot)} has no running machine`),
  ];
}

function orphans(view: StoredView, truth: Truth): readonly string[] {
  const unknown = truth
    .truth()
    .filter((instance) => isAlive(instance) && view.slotOf(instance.instanceId) === undefined);
  return unknown.map(({ instanceId, layer, slotNumber }) => `no slot knows ${instanceId} (${layer}-${slotNumber})`);
}

function overdue(view: StoredView, now: Instant): readonly string[] {
  return [...view.told.values()].flatMap(({ participant, awaiting }) => {
    const within = view.file?.participants[participant]?.acknowledge?.withinSeconds ?? 0;
    const late = awaiting.filter(({ sentAt }) => secondsBetween(sentAt, now) > within + silenceSeconds);
    return late.map(({ membershipVersion }) => `${participant} has not answered version ${membershipVersion} in time`);
  });
}

function untold(view: StoredView, now: Instant): readonly string[] {
  const found: string[] = [];
  for (const slot of view.slots.values()) {
    const { change, layer } = slot;
    if (change === undefined || secondsBetween(change.at, now) < silenceSeconds) continue;
    if (view.isTold(layer, change.version)) continue;
    found.push(`not everybody was told of ${slotName(slot)} (${change.event}, version ${change.version})`);
  }
  return found;
}
