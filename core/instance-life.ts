import type { Instant } from './amounts.ts';

/**
 * The life of an instance. Each state is stored before what it announces happens: `launching` before the call that launches, `leaving`
 * before peers are told, `terminating` before the call that terminates. Peers are told `left` on the way to `terminating`.
 *
 *   intended ─► launching ─► booting ─► joining ─► in-service ─► leaving ─► terminating ─► gone
 *                   │           │          │           │            │            ▲
 *                   │           │          │           │   reclaimed └─► in-service
 *                   └───────────┴──────────┴───────────┴──► failed ─────────────┘
 */
export type SlotState =
  | 'intended'
  | 'launching'
  | 'booting'
  | 'joining'
  | 'in-service'
  | 'leaving'
  | 'terminating'
  | 'failed'
  | 'gone';

/** What participants are told about an instance. `rolled-back`: an announced joining or leaving was undone. */
export type NoticeEvent = 'joining' | 'joined' | 'leaving' | 'left' | 'rolled-back';

/** How an instance is bought. */
export type Market = 'on-demand' | 'spot';

/** Where an instance goes: one EC2 offering is (size type, zone, market). */
export interface Placement {
  readonly subnetId: string;
  readonly zone: string;
  readonly market: Market;
}

/**
 * The stored intent behind a launch call: the slots `first` to `first + count − 1` of one layer, one placement, one revision, one client
 * token. EC2 numbers the instances of a call (AmiLaunchIndex), so instance k of the call is slot `first + k`: the name of every machine can
 * be read from the machine itself.
 */
export interface LaunchIntent {
  readonly token: string;
  readonly first: number;
  readonly count: number;
}

/** The last membership change of a slot: which version of the membership it made, and when. */
export interface MembershipChange {
  readonly event: NoticeEvent;
  readonly version: number;
  readonly at: Instant;
}

/** One machine of a layer, from intent to end. Its name, `web-17`, is never used again. */
export interface Slot {
  readonly layer: string;
  readonly number: number;
  readonly state: SlotState;
  readonly since: Instant;
  readonly intendedAt: Instant;
  readonly revision: number;
  readonly placement: Placement;
  readonly launch: LaunchIntent;
  readonly instanceId?: string;
  readonly privateIp?: string;
  readonly launchedAt?: Instant;
  readonly inServiceAt?: Instant;
  /** Set when it ended or was not ready in time; it counts as unhealthy until its machine is gone. */
  readonly failedAt?: Instant;
  /** Absent until peers are told for the first time. */
  readonly change?: MembershipChange;
  /** Number of the slot whose place it takes, when it was not launched for a new count. */
  readonly replaces?: number;
  /** Why it was launched, leaves or failed, in plain words; part of the notice. */
  readonly because?: string;
}

/** `web-17`. */
export function slotName(slot: { readonly layer: string; readonly number: number }): string {
  return `${slot.layer}-${slot.number}`;
}

/** Wanted and not yet in service: counts as capacity on its way, so that one need is answered once. */
export function isOnItsWay(slot: Slot): boolean {
  return (
    slot.state === 'intended' || slot.state === 'launching' || slot.state === 'booting' || slot.state === 'joining'
  );
}

/** Counts towards the desired count: on its way or in service. */
export function isWanted(slot: Slot): boolean {
  return isOnItsWay(slot) || slot.state === 'in-service';
}

/** May have a machine that runs or was asked for: what `max` bounds. */
export function mayRun(slot: Slot): boolean {
  return slot.state !== 'gone';
}

/** Peers know it as a member: from the moment they are told of its joining until they are told that it left. */
export function isMember(slot: Slot): boolean {
  return slot.state === 'joining' || slot.state === 'in-service' || slot.state === 'leaving';
}
