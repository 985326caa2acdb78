import type { Slot } from '../instance-life.ts';
import type { TargetsRecord } from '../records.ts';
import type { Stored } from '../stored.ts';
import { heardSlots } from './heard-slots.ts';
import { arePeersReady } from './peers-ready.ts';

/**
 * What Elastic Load Balancing says of a target: `unhealthy.draining` counts as draining.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
 */
export type TargetHealth = 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining' | 'unavailable';

/** What a target group needs so that it is as the membership says. */
export interface TargetsPlan {
  readonly register: readonly string[];
  readonly deregister: readonly string[];
  /** To be stored before anything is registered; absent when what is stored is right. */
  readonly record?: TargetsRecord;
  /** Every joining instance (or the share that is enough) is healthy, and every leaving one has drained. */
  readonly isApplied: boolean;
  /** What is still to come, in plain words; empty when it is applied. */
  readonly waitsFor: readonly string[];
}

/**
 * Compares the whole membership with what the target group holds. `targets` must have been read before `stored`: an instance that is
 * registered and not wanted was then wanted no later than that. Only instances of ours are ever deregistered: those of the layers that the
 * participant hears, and those that it registered before.
 */
export function planTargets(
  stored: Stored,
  of: { readonly participant: string; readonly targetGroupArn: string; readonly atLeastPercent: number },
  targets: ReadonlyMap<string, TargetHealth>,
): TargetsPlan {
  const slots = heardSlots(stored, of.participant).filter(({ instanceId }) => instanceId !== undefined);
  const joining = idsOf(slots.filter(({ state }) => state === 'joining'));
  const wanted = new Set(idsOf(slots.filter((slot) => isWanted(slot, stored))));
  const ours = new Set([...registeredBefore(stored, of), ...idsOf(slots)]);
  const register = [...wanted].filter((id) => isOut(targets.get(id)));
  const deregister = [...ours].filter((id) => !wanted.has(id) && !isOut(targets.get(id)));
  const record = recordOf(
    stored,
    of,
    [...ours].filter((id) => wanted.has(id) || targets.has(id)),
  );
  const waitsFor = [
    ...waitForJoining(joining, {
      targets,
      atLeastPercent: of.atLeastPercent,
      waiting: joining.length - within(wanted, joining),
    }),
    ...waitForLeaving(idsOf(slots.filter(({ state }) => state === 'leaving')), targets),
  ];
  return { register, deregister, ...(record && { record }), isApplied: waitsFor.length === 0, waitsFor };
}

/** One that was about to leave and came back is in service again: it is taken in like any other. */
function isWanted(slot: Slot, stored: Stored): boolean {
  return slot.state === 'in-service' || (slot.state === 'joining' && arePeersReady(stored, slot));
}

/** Not registered, or on its way out: to be registered when wanted, and not to be deregistered again. */
function isOut(health: TargetHealth | undefined): boolean {
  return health === undefined || health === 'draining';
}

function idsOf(slots: readonly Slot[]): readonly string[] {
  return slots.map(({ instanceId }) => instanceId).filter((instanceId) => instanceId !== undefined);
}

function within(set: ReadonlySet<string>, ids: readonly string[]): number {
  return ids.filter((id) => set.has(id)).length;
}

/** Of another target group nothing is known here: what the participant registered there before its ARN changed is left as it is. */
function registeredBefore(
  stored: Stored,
  { participant, targetGroupArn }: { readonly participant: string; readonly targetGroupArn: string },
): readonly string[] {
  const known = stored.targets.get(participant);
  return known?.targetGroupArn === targetGroupArn ? known.instanceIds : [];
}

function recordOf(
  { application, targets }: Stored,
  { participant, targetGroupArn }: { readonly participant: string; readonly targetGroupArn: string },
  held: readonly string[],
): TargetsRecord | undefined {
  const known = targets.get(participant);
  const instanceIds = held.toSorted();
  const isKnown = known?.targetGroupArn === targetGroupArn && known.instanceIds.join() === instanceIds.join();
  if (isKnown || (known === undefined && instanceIds.length === 0)) return undefined;
  const version = (known?.version ?? 0) + 1;
  return { kind: 'targets', application, version, participant, targetGroupArn, instanceIds };
}

function waitForJoining(
  joining: readonly string[],
  of: {
    readonly targets: ReadonlyMap<string, TargetHealth>;
    readonly atLeastPercent: number;
    readonly waiting: number;
  },
): readonly string[] {
  const healthy = joining.filter((id) => of.targets.get(id) === 'healthy').length;
  const enough = Math.ceil((of.atLeastPercent * joining.length) / 100);
  if (healthy >= enough) return [];
  const peers = of.waiting === 0 ? '' : `, ${of.waiting} wait for other participants`;
  return [`${healthy} of ${joining.length} joining are healthy${peers}`];
}

/** A target that is `unused` gets no traffic: its machine is stopped, or no load balancer uses its group or zone. */
function waitForLeaving(leaving: readonly string[], targets: ReadonlyMap<string, TargetHealth>): readonly string[] {
  const busy = leaving.filter((id) => targets.has(id) && targets.get(id) !== 'unused').length;
  return busy === 0 ? [] : [`${busy} of ${leaving.length} leaving have not drained`];
}
