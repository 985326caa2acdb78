import type { Instant } from './amounts.ts';
import type { NoticeEvent, SlotState } from './instance-life.ts';

/** An instance as participants see it. */
export interface MemberInstance {
  readonly slot: string;
  readonly instanceId: string;
  readonly privateIp?: string;
  readonly zone: string;
  readonly type: string;
  readonly capacity: number;
  readonly imageId: string;
  readonly state: SlotState;
}

/** The full list of instances at one version; the version only rises. */
export interface Membership {
  readonly version: number;
  readonly layers: Readonly<Record<string, readonly MemberInstance[]>>;
}

/**
 * A membership too large for a message: where it is. The link answers with the newest one, and needs the token in it. One of this version
 * has this SHA-256 (hexadecimal, over the bytes of the body); a later one says its own version.
 */
export interface MembershipLink {
  readonly version: number;
  readonly link: string;
  readonly sha256: string;
}

/** What one participant is told: one change, and the whole membership with it. `concertina.notice/1` on the wire. */
export interface Notice {
  readonly schema: 'concertina.notice/1';
  /** Application and membership version: `shop-000042`. */
  readonly id: string;
  readonly application: string;
  readonly event: NoticeEvent;
  readonly participant: string;
  /** ISO 8601. */
  readonly sentAt: string;
  readonly change: {
    readonly layer: string;
    readonly instances: readonly MemberInstance[];
    readonly because: string;
  };
  /** Everything, or where it is. A change of many instances is then told in several notices. */
  readonly membership: Membership | MembershipLink;
  /**
   * Present when the participant must acknowledge: until when (ISO 8601), the token that proves who does, and where: by POST to `url`, or as a
   * message to the SQS queue `queueUrl`.
   */
  readonly acknowledge?: {
    readonly by: string;
    readonly token: string;
    readonly url?: string;
    readonly queueUrl?: string;
  };
}

/** A participant's reply: it has applied this membership version, or failed to. `concertina.acknowledgement/1` on the wire. */
export interface Acknowledgement {
  readonly schema: 'concertina.acknowledgement/1';
  readonly application: string;
  readonly participant: string;
  readonly membershipVersion: number;
  readonly token: string;
  readonly status: 'applied' | 'failed';
  readonly message?: string;
  /** How it went on single instances, for people; at most `MOST_RUNS`. */
  readonly runs?: readonly RunReport[];
}

/** Reports kept with an acknowledgement. */
export const MOST_RUNS = 20;

/** Characters kept of the output of one run. */
export const MOST_OUTPUT = 500;

/** How a hook ended on one instance. */
export interface RunReport {
  readonly instanceId: string;
  /** What it ran for. */
  readonly event: NoticeEvent;
  readonly layer: string;
  readonly status: RunStatus;
  /** Absent when it never came to its end. */
  readonly exitStatus?: number;
  readonly seconds?: number;
  /** The last characters of what it wrote, at most `MOST_OUTPUT`. */
  readonly output: string;
}

/** `unreachable`: SSM does not know the instance, or its agent never took the command. */
export type RunStatus = 'succeeded' | 'failed' | 'timed-out' | 'unreachable';

/** An acknowledgement that reached us, and when. */
export interface ReceivedAcknowledgement {
  readonly acknowledgement: Acknowledgement;
  readonly receivedAt: Instant;
}
