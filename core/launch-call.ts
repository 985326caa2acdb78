import type { LaunchIntent, Placement } from './instance-life.ts';
import type { Instance, RevisionRecord } from './records.ts';

/** One EC2 call: all slots of one stored intent. */
export interface LaunchRequest {
  readonly application: string;
  readonly layer: string;
  readonly launch: LaunchIntent;
  readonly placement: Placement;
  readonly revision: RevisionRecord;
}

/** Why EC2 would not launch, in its own code, and what the caller should do about it. */
export interface LaunchRefusal {
  readonly code: string;
  readonly message: string;
  /** `elsewhere`: this offering has no capacity; `later`: a rate or quota; `never`: the request itself is wrong. */
  readonly remedy: 'elsewhere' | 'later' | 'never';
}

/** What EC2 answered to one call. */
export interface LaunchResult {
  /** As many as EC2 gave, in order of slot number, from `launch.first` on without a gap. */
  readonly launched: readonly Instance[];
  /** Present when there are fewer than asked. */
  readonly refused?: LaunchRefusal;
}
