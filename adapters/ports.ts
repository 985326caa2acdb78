import type { Instant } from '../core/amounts.ts';
import type { MetricPlan } from '../core/collect-metrics.ts';
import type { LaunchRequest, LaunchResult } from '../core/launch-call.ts';
import type { Acknowledgement, Notice } from '../core/notice.ts';
import type { CommandOutcome } from '../core/participants/judge-step.ts';
import type { TargetHealth } from '../core/participants/plan-targets.ts';
import type { AlarmReading } from '../core/readings.ts';
import type { DecisionRecord, FileRecord, Instance, StoredRecord } from '../core/records.ts';
import type { Series } from '../core/samples.ts';
import type { Stored } from '../core/stored.ts';

/** The only source of instants. */
export interface Clock {
  now(): Instant;
}

/** The only source of chance outside the simulated cloud. */
export interface Chance {
  /** `bytes` random bytes in lower-case hexadecimal. */
  hex(bytes: number): string;
}

/** One value of a metric of our own, in namespace `Concertina`. */
export type PublishedValue = LayerValue | StackValue;

/** Of one layer: how many are in service and desired, how many of its KPIs are degraded. */
export interface LayerValue {
  readonly name: 'InService' | 'Desired' | 'Degraded';
  readonly application: string;
  readonly layer: string;
  readonly value: number;
  readonly at: Instant;
}

/** Without dimensions, for one alarm each over all applications: how many layers have degraded KPIs, how many participants stop a change. */
export interface StackValue {
  readonly name: 'DegradedLayers' | 'StoppingParticipants';
  readonly value: number;
  readonly at: Instant;
}

/** CloudWatch: what rules are measured by, and the values we publish. */
export interface Metrics {
  /**
   * Asks for every query of the plan, pages followed. Series by query id, ascending, one sample a period at most; a query without data has
   * no samples. Throws when the service refuses or throttles: an outage is never an empty answer. A window of weeks is answered as far as
   * datapoints of the period are kept: three hours below a minute, 15 days below five, 63 days below an hour.
   */
  read(plan: MetricPlan): Promise<ReadonlyMap<string, Series>>;
  /** Writes values of our own. Repeating a value at the same instant counts once for the statistic Average. */
  publish(values: readonly PublishedValue[]): Promise<void>;
  /** States of the alarms of these names; one that does not exist is absent. */
  alarms(names: readonly string[]): Promise<readonly AlarmReading[]>;
}

/**
 * What one conditional write changes, all or nothing, at most 100 records, of which a file counts as three. All are of one application, but for
 * the usage record of the whole account.
 */
export interface Change {
  /** Each is written when the stored version is `version − 1` (nothing stored, when `version` is 1). */
  readonly put: readonly StoredRecord[];
  /** Each is removed when the stored version is the one given here. */
  readonly remove?: readonly StoredRecord[];
}

/** The one table: everything we know, written on conditions. */
export interface Table {
  /** Names of the applications that were applied, ascending. */
  applications(): Promise<readonly string[]>;
  /**
   * All records of an application but decisions, strongly consistent, in key order. Empty for an unknown name. `wholeAccount` is the name for
   * what belongs to none.
   */
  load(application: string): Promise<Stored>;
  /** All or nothing. `conflict` when any record was changed since it was read: read again and decide again. */
  commit(application: string, change: Change): Promise<'committed' | 'conflict'>;
  /** The application file as of one of its versions; undefined when there is none of that number. */
  file(application: string, version: number): Promise<FileRecord | undefined>;
  /**
   * Stored decisions, newest first, at most `limit` (1 to 1000); only those of one layer when named, only those before an instant when given.
   * Those of shadow rules only when asked for, and then no others.
   */
  decisions(application: string, query: DecisionQuery): Promise<readonly DecisionRecord[]>;
}

/** Which decisions are asked for. */
export interface DecisionQuery {
  readonly layer?: string;
  readonly limit: number;
  readonly before?: Instant;
  /** `live` without it. */
  readonly of?: 'live' | 'shadow';
}

/** EC2: the machines. */
export interface Fleet {
  /**
   * Launches the slots of one intent. Too little capacity or quota is an answer, not an exception. Repeating a request launches nothing
   * more and returns the same instances. Throws when the outcome is unknown (time-out, throttling): repeat with the same intent.
   */
  launch(request: LaunchRequest): Promise<LaunchResult>;
  /** Terminates. An instance that is gone already is a success. Throws when refused or unknown: repeat. */
  terminate(instanceIds: readonly string[]): Promise<void>;
  /** All instances that carry our tag for the application, terminated ones as long as EC2 shows them. Throws rather than return a part. */
  list(application: string): Promise<readonly Instance[]>;
  /** One instance of ours, whatever the application; undefined when EC2 does not know it or it does not carry our tags. */
  find(instanceId: string): Promise<Instance | undefined>;
  /** Those of these instances whose status checks, of the system and of the instance, both pass. Unknown ones are left out. */
  passing(instanceIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Zone of each subnet. Throws when one does not exist. */
  zones(subnetIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Baked images, by the SSM parameter that names them. */
export interface Images {
  /** The AMI id that an SSM parameter holds now. Throws when there is no such parameter or it holds no AMI id. */
  resolve(ssmParameter: string): Promise<string>;
}

/** The one topic that participants hear. */
export interface Topic {
  /** Publishes each; returns those that were not accepted, with the reason. Throws when none could be tried. */
  publish(notices: readonly Notice[]): Promise<readonly { readonly notice: Notice; readonly reason: string }[]>;
}

/** Target groups of load balancers, of those whose targets are instances. */
export interface TargetGroups {
  /** Every target of a group by instance id, those that drain included. `refused` when there is no such group. Throws rather than return a part. */
  list(
    targetGroupArn: string,
  ): Promise<{ readonly targets: ReadonlyMap<string, TargetHealth> } | { readonly refused: string }>;
  /** Registers those that it can; `refused` says why the others are not, and is empty when there are none. One that is registered stays so. */
  register(targetGroupArn: string, instanceIds: readonly string[]): Promise<{ readonly refused: readonly string[] }>;
  /** Begins to drain. One that is not registered is a success. */
  deregister(targetGroupArn: string, instanceIds: readonly string[]): Promise<void>;
}

/** A script to run on instances. */
export interface CommandRequest {
  readonly instanceIds: readonly string[];
  /** For a POSIX shell, run as root. It must make sure itself that a repeat does no harm. */
  readonly script: string;
  /** After so long it is ended where it still runs. */
  readonly timeoutSeconds: number;
  /** For people who find it in the console, at most 100 characters. */
  readonly comment: string;
}

/** SSM Run Command. */
export interface Commands {
  /** Starts a script; returns the ids by which to ask for its outcomes. Instances that SSM does not know are skipped. */
  send(request: CommandRequest): Promise<readonly string[]>;
  /** How commands go, one outcome for each instance that they reached so far. */
  outcomes(commandIds: readonly string[]): Promise<readonly CommandOutcome[]>;
}

/** Where participants that are part of the product acknowledge: the same queue as all others. */
export interface Replies {
  send(acknowledgement: Acknowledgement): Promise<void>;
}

/** Asks instances over HTTP from within their network. */
export interface Probes {
  /** Whether the instance answers GET with a status from 200 to 399 within 2 s. Never throws: no answer is `false`. */
  answers(request: { readonly privateIp: string; readonly port: number; readonly path: string }): Promise<boolean>;
}

/** Wake-ups for the time between two schedules. */
export interface Ticks {
  /** Wakes whoever listens for the application once after each of these delays (0 to 900 s). */
  later(application: string, delaysSeconds: readonly number[]): Promise<void>;
}

/** Stops what changes machines, and nothing else. */
export interface KillSwitch {
  /**
   * Whether somebody has stopped all launches and terminations, as of 15 s ago at the most. Throws when it cannot be known: then nothing may be
   * launched or terminated.
   */
  isStopped(): Promise<boolean>;
}

/** Everything a stage may touch; each stage takes only the ports it names. */
export interface Ports {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly metrics: Metrics;
  readonly table: Table;
  readonly fleet: Fleet;
  readonly images: Images;
  readonly topic: Topic;
  readonly ticks: Ticks;
  readonly killSwitch: KillSwitch;
}

/** What the participants and the probe that are part of the product may touch beside that; each takes only the ports it names. */
export interface ParticipantPorts {
  readonly targetGroups: TargetGroups;
  readonly commands: Commands;
  readonly replies: Replies;
  readonly probes: Probes;
}
