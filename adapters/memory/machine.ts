import { addSeconds, type Instant, isAtOrAfter, isBefore, secondsBetween } from '../../core/amounts.ts';
import type { LaunchRequest } from '../../core/launch-call.ts';
import type { Ec2State, Instance } from '../../core/records.ts';
import type { Dice } from './dice.ts';
import { drawnAfter, type FleetBehaviour } from './fleet-behaviour.ts';

/**
 * One simulated machine. All of its life that does not depend on others is drawn when it is launched, so its state follows from the time:
 * pending until `runningAt`, running until `endsAt`, shutting down until `endsAt + shutdownSeconds`, terminated and shown for an hour.
 */
export interface Machine {
  readonly identity: Omit<Instance, 'state' | 'isProtected' | 'saysReady'>;
  readonly hourlyUsd: number;
  /** Calls that list machines do not show it before. */
  readonly shownAt: Instant;
  readonly runningAt: Instant;
  readonly shutdownSeconds: number;
  /** When it ends, of itself or by a call; undefined while nothing will end it. */
  endsAt: Instant | undefined;
  isProtected: boolean;
  saysReady: boolean;
}

/** A machine just launched, and when EC2 will speak of it. */
export interface DrawnMachine {
  readonly machine: Machine;
  readonly interruptionAt: Instant | undefined;
  readonly rebalanceAt: Instant | undefined;
}

/** What EC2 charges at the least for a launch: aws.amazon.com/ec2/pricing/on-demand (Linux, by the second). */
const minimumBilledSeconds = 60;

/** For how long EC2 shows a terminated instance: docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html ("about an hour"). */
const shownTerminatedSeconds = 3600;

/** Spot instances are told this long before they end: docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html */
const interruptionNoticeSeconds = 120;

/** Long after the end of every world. */
const neverSeconds = 1e9;

/** Machine `index` of a launch call. `dice` must be its own: the same call draws the same machines. */
export function drawMachine(
  request: LaunchRequest,
  {
    index,
    now,
    dice,
    behaviour,
  }: { readonly index: number; readonly now: Instant; readonly dice: Dice; readonly behaviour: FleetBehaviour },
): DrawnMachine {
  const { revision, placement, launch } = request;
  const bootSeconds = dice.lognormal({ median: behaviour.boot.medianSeconds, sigma: behaviour.boot.sigma });
  const shutdown = behaviour.shutdown;
  const shutdownSeconds = dice.lognormal({ median: shutdown.medianSeconds, sigma: shutdown.sigma });
  const shownAt = addSeconds(now, dice.between(0, behaviour.shownWithinSeconds));
  const runningAt = addSeconds(now, bootSeconds);
  const failsAt = dice.happens(behaviour.failedBootRatio) ? addSeconds(now, bootSeconds / 2) : undefined;
  const crashesAt = drawnAfter(runningAt, behaviour.meanHoursToCrash, dice);
  const takenAt = drawnAfter(runningAt, placement.market === 'spot' ? behaviour.meanHoursToInterruption : 0, dice);
  const isRebalanced = dice.happens(behaviour.rebalanceRatio);
  const identity = {
    instanceId: `i-0${hex(dice, 16)}`,
    application: request.application,
    layer: request.layer,
    slotNumber: launch.first + index,
    revision: revision.revision,
    type: revision.type,
    imageId: revision.imageId,
    zone: placement.zone,
    privateIp: `10.0.${dice.below(256)}.${4 + dice.below(250)}`,
    launchedAt: now,
  };
  const endsAt = earliest([failsAt, crashesAt, takenAt]);
  // Drawn last: it moves nothing that was drawn before it.
  const isStuck = dice.happens(behaviour.stuckBootRatio);
  const { hourlyUsd } = revision;
  if (isStuck) return { machine: stuck({ identity, hourlyUsd, shownAt, shutdownSeconds }, now), ...unspokenOf };
  const isTaken = takenAt !== undefined && takenAt === endsAt;
  const interruptionAt = isTaken ? latest(addSeconds(takenAt, -interruptionNoticeSeconds), runningAt) : undefined;
  return {
    machine: { identity, hourlyUsd, shownAt, runningAt, shutdownSeconds, endsAt, isProtected: false, saysReady: false },
    interruptionAt,
    rebalanceAt: interruptionAt && isRebalanced ? latest(addSeconds(interruptionAt, -600), runningAt) : undefined,
  };
}

/** EC2 says nothing of it before its end. */
const unspokenOf = { interruptionAt: undefined, rebalanceAt: undefined };

function stuck(of: Pick<Machine, 'identity' | 'hourlyUsd' | 'shownAt' | 'shutdownSeconds'>, now: Instant): Machine {
  return { ...of, runningAt: addSeconds(now, neverSeconds), endsAt: undefined, isProtected: false, saysReady: false };
}

/** The state that EC2 shows at this moment. */
export function stateOf(machine: Machine, now: Instant): Ec2State {
  const { endsAt } = machine;
  if (endsAt !== undefined && isAtOrAfter(now, endsAt)) {
    return isAtOrAfter(now, addSeconds(endsAt, machine.shutdownSeconds)) ? 'terminated' : 'shutting-down';
  }
  return isAtOrAfter(now, machine.runningAt) ? 'running' : 'pending';
}

/** EC2 no longer shows it, and never will again. */
export function isForgotten(machine: Machine, now: Instant): boolean {
  if (machine.endsAt === undefined) return false;
  return isAtOrAfter(now, addSeconds(machine.endsAt, machine.shutdownSeconds + shownTerminatedSeconds));
}

/** EC2 shows it: neither too young nor forgotten. */
export function isShown(machine: Machine, now: Instant): boolean {
  return isAtOrAfter(now, machine.shownAt) && !isForgotten(machine, now);
}

/** Seconds that are charged for it up to `now`: from launch to end, at least a minute. */
export function billedSeconds(machine: Machine, now: Instant): number {
  const end = machine.endsAt !== undefined && isBefore(machine.endsAt, now) ? machine.endsAt : now;
  return Math.max(minimumBilledSeconds, secondsBetween(machine.identity.launchedAt, end));
}

function hex(dice: Dice, digits: number): string {
  return Array.from({ length: digits }, () => dice.below(16).toString(16)).join('');
}

function earliest(instants: readonly (Instant | undefined)[]): Instant | undefined {
  let found: Instant | undefined;
  for (const at of instants) if (at !== undefined && (found === undefined || isBefore(at, found))) found = at;
  return found;
}

function latest(a: Instant, b: Instant): Instant {
  return isBefore(a, b) ? b : a;
}
