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
  readonly membership: Membership;
  /** Present when the participant must acknowledge: until when (ISO 8601), and the token that proves who does. */
  readonly acknowledge?: { readonly by: string; readonly token: string };
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
}

/** An acknowledgement that reached us, and when. */
export interface ReceivedAcknowledgement {
  readonly acknowledgement: Acknowledgement;
  readonly receivedAt: Instant;
}
