import type { Instant } from './amounts.ts';
import type { Application } from './application/application-schema.ts';
import type { Layer } from './application/layer-schema.ts';
import type { Decision, ScalingMemory } from './decision.ts';
import type { HookStep } from './hook-step.ts';
import type { Placement, Slot } from './instance-life.ts';
import type { RunReport } from './notice.ts';
import type { ShadowFleet, ShadowRisk } from './shadow.ts';

/**
 * What is stored, each kind with one writer, so that writers rarely meet:
 *
 *   file         apply         the application file, its parameters and its layers that vanished from it
 *   desired      evaluate      count and revision of a layer
 *   revision     evaluate      image, size and launch settings, pinned; never changed
 *   scaling      evaluate      what deciding remembers of a layer
 *   decision     evaluate      append only, expires
 *   shadow       evaluate      what the shadow rules of a layer asked for and remember, expires when they are gone
 *   shadow-decision  evaluate  what shadow rules decided and nobody did; append only, expires
 *   head         reconcile     membership version, next slot numbers: the fence of every change of the fleet (apply makes the first)
 *   slot         reconcile     one machine
 *   refusal      reconcile     an offering that EC2 refused
 *   observation  observe       what EC2 says of one instance
 *   told         announce      what one participant was told
 *   acknowledgement  acknowledge   what one participant has applied
 *   probe        probe         an instance that answered over HTTP, expires
 *   targets      target-group  what one participant has registered in its target group
 *   hook-run     hook          a hook on its way
 *   image        reconcile     how the last launches of an image went
 *   tick         evaluate      time has passed while something moves
 *   usage        reconcile     what each application takes of the account's ceilings; one for the whole account
 *
 * `version` is 1 on the first write and one more on each: a write is conditional on the version that was read (ports.ts, Table.commit).
 */
interface RecordBase {
  readonly application: string;
  readonly version: number;
}

/** The application file as it was last applied. */
export interface FileRecord extends RecordBase {
  readonly kind: 'file';
  readonly file: Application;
  /** Values given with `--set`, by parameter name. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** Layers that the file no longer has, as they last were; `drain` is set when their end was asked for by name. */
  readonly vanished: Readonly<Record<string, { readonly layer: Layer; readonly drain: boolean }>>;
  readonly appliedAt: Instant;
}

/** What a layer should be. */
export interface DesiredRecord extends RecordBase {
  readonly kind: 'desired';
  readonly layer: string;
  readonly count: number;
  readonly revision: number;
  readonly because: string;
  readonly decidedAt: Instant;
}

/** Everything that a launch needs, fixed under a number. */
export interface RevisionRecord extends RecordBase {
  readonly kind: 'revision';
  readonly layer: string;
  readonly revision: number;
  readonly imageId: string;
  readonly type: string;
  readonly capacity: number;
  readonly hourlyUsd: number;
  readonly subnets: readonly { readonly subnetId: string; readonly zone: string }[];
  readonly securityGroupIds: readonly string[];
  readonly instanceProfile?: string;
  /** Parameters filled in, plain text. */
  readonly userData: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly spotPercent: number;
}

/** What deciding remembers of one layer. */
export interface ScalingRecord extends RecordBase {
  readonly kind: 'scaling';
  readonly layer: string;
  readonly memory: ScalingMemory;
  /** The hold that stands, counted instead of stored again. */
  readonly hold?: {
    /** What kind of hold (decide-scaling/hold-reason.ts): equal as long as only numbers change. */
    readonly reason: string;
    readonly because: string;
    readonly since: Instant;
    readonly times: number;
  };
}

/** What the shadow rules of one layer have come to. Nothing is launched, terminated or reserved by it. */
export interface ShadowRecord extends RecordBase {
  readonly kind: 'shadow';
  readonly layer: string;
  /** When it began as a copy of the live layer. */
  readonly since: Instant;
  readonly decidedAt: Instant;
  readonly fleet: ShadowFleet;
  readonly memory: ScalingMemory;
  readonly hold?: NonNullable<ScalingRecord['hold']>;
  readonly risk?: ShadowRisk;
  /** Some days after the last evaluation with shadow rules. */
  readonly expiresAt: Instant;
}

/** One decision, with everything it was made from. */
export interface DecisionRecord extends RecordBase {
  /** Decisions of shadow rules lie apart: whoever asks for decisions never sees them. */
  readonly kind: 'decision' | 'shadow-decision';
  readonly decision: Decision;
  /** After this DynamoDB's TTL removes it. */
  readonly expiresAt: Instant;
}

/** The head of an application's fleet: every change of its machines is written together with this record. */
export interface HeadRecord extends RecordBase {
  readonly kind: 'head';
  /** Distinguishes this application from an earlier one of the same name in client tokens. */
  readonly bornAt: Instant;
  /** Key of the acknowledgement tokens, hexadecimal; never leaves the table. */
  readonly tokenKey: string;
  readonly membershipVersion: number;
  /** Number of the next slot, by layer; a number is never used twice. */
  readonly nextSlotNumber: Readonly<Record<string, number>>;
}

/** One machine, from intent to end. */
export interface SlotRecord extends RecordBase {
  readonly kind: 'slot';
  readonly slot: Slot;
}

/** An offering that EC2 refused, for all layers. Removed after the first success, or by TTL. */
export interface RefusalRecord extends RecordBase {
  readonly kind: 'refusal';
  readonly type: string;
  readonly zone: string;
  readonly market: Placement['market'];
  readonly code: string;
  readonly attempts: number;
  readonly refusedAt: Instant;
  readonly retryAt: Instant;
  readonly expiresAt: Instant;
}

/** The states that EC2 gives an instance. */
export type Ec2State = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

/** An instance as EC2 shows it. */
export interface Instance {
  readonly instanceId: string;
  readonly application: string;
  readonly layer: string;
  /** From the tag of the launch and the launch index. */
  readonly slotNumber: number;
  readonly revision: number;
  readonly state: Ec2State;
  readonly type: string;
  readonly imageId: string;
  readonly zone: string;
  readonly privateIp?: string;
  readonly launchedAt: Instant;
  /** Tag `concertina:ready` = `true`: the instance's own signal. */
  readonly saysReady: boolean;
  /** Tag `concertina:protected` = `true`: never chosen as a victim. */
  readonly isProtected: boolean;
}

/** What EC2 says of one instance. */
export interface ObservationRecord extends RecordBase {
  readonly kind: 'observation';
  readonly instance: Instance;
  readonly firstSeenAt: Instant;
  /** Sweeps in a row that listed the account without it; from 2 on it counts as terminated. */
  readonly missedSweeps: number;
  /** When the last of them was. */
  readonly missedAt?: Instant;
  /** Both status checks of EC2 passed; asked only while a layer waits for that. */
  readonly statusChecksPassedAt?: Instant;
  /** When EC2 will take a Spot instance back. */
  readonly interruptionAt?: Instant;
  readonly rebalanceAt?: Instant;
}

/** What one participant was told, and how long we wait for its answer. */
export interface ToldRecord extends RecordBase {
  readonly kind: 'told';
  readonly participant: string;
  /** Newest membership version it was sent. */
  readonly membershipVersion: number;
  readonly sentAt: Instant;
  /** Sends of the newest version. */
  readonly attempts: number;
  /** Versions first sent at, not yet acknowledged nor expired, oldest first. */
  readonly awaiting: readonly { readonly membershipVersion: number; readonly sentAt: Instant }[];
  /** Newest version whose deadline passed without an acknowledgement. */
  readonly expiredVersion: number;
}

/** What one participant says it has applied. */
export interface AcknowledgementRecord extends RecordBase {
  readonly kind: 'acknowledgement';
  readonly participant: string;
  /** Newest membership version it has applied: covers all earlier ones. */
  readonly membershipVersion: number;
  readonly at: Instant;
  /** The newest failure it reported, for people. */
  readonly failed?: { readonly membershipVersion: number; readonly message: string; readonly at: Instant };
  /** How its newest hook that ran somewhere went, on single instances. */
  readonly runs?: readonly RunReport[];
}

/** An instance that answered the layer's HTTP probe. */
export interface ProbeRecord extends RecordBase {
  readonly kind: 'probe';
  readonly instanceId: string;
  readonly readyAt: Instant;
  readonly expiresAt: Instant;
}

/** The instances that one participant registers in its target group: stored before they are registered, until they are seen to be out again. */
export interface TargetsRecord extends RecordBase {
  readonly kind: 'targets';
  readonly participant: string;
  readonly targetGroupArn: string;
  readonly instanceIds: readonly string[];
}

/** A hook that runs for one version of the membership: stored before its commands are sent. */
export interface HookRunRecord extends RecordBase {
  readonly kind: 'hook-run';
  readonly participant: string;
  /** The version that is acknowledged when it is done. */
  readonly membershipVersion: number;
  /** Of the application file that it was read from: a new one starts a failed run again. */
  readonly fileVersion: number;
  /** In this order, one after the other: a step for each layer and event. */
  readonly steps: readonly HookStep[];
  /** Set when it is over. */
  readonly outcome?: 'applied' | 'failed';
}

/** How the last launches of an image went, newest last, at most four: what says that an image is bad. */
export interface ImageRecord extends RecordBase {
  readonly kind: 'image';
  readonly imageId: string;
  readonly launches: readonly { readonly slot: string; readonly isReady: boolean; readonly at: Instant }[];
}

/** A wake-up for reconcile and announce while something moves. */
export interface TickRecord extends RecordBase {
  readonly kind: 'tick';
  readonly at: Instant;
}

/** Stands for an application in records that belong to none; no application can have this name. */
export const wholeAccount = '#account';

/**
 * What each application takes of the account's ceilings: written together with every intent to launch, so that two applications can never
 * both take the last place. Its `application` is `wholeAccount`.
 */
export interface UsageRecord extends RecordBase {
  readonly kind: 'usage';
  /** By application; those that take nothing are left out. */
  readonly taken: Readonly<Record<string, { readonly instances: number; readonly hourlyUsd: number }>>;
}

/** Any record, told apart by `kind`. */
export type StoredRecord =
  | FileRecord
  | DesiredRecord
  | RevisionRecord
  | ScalingRecord
  | DecisionRecord
  | ShadowRecord
  | HeadRecord
  | SlotRecord
  | RefusalRecord
  | ObservationRecord
  | ToldRecord
  | AcknowledgementRecord
  | ProbeRecord
  | TargetsRecord
  | HookRunRecord
  | ImageRecord
  | TickRecord
  | UsageRecord;
