import type { Instant } from './amounts.ts';
import type { ForecastState } from './forecast/state.ts';
import type { Outlook } from './forecast/step-risk.ts';
import type { AlarmReading, Reading } from './readings.ts';

/** What woke the evaluation. */
export type Trigger = 'schedule' | 'alarm' | 'tick';

/**
 * One rule's wish. `want`: a number; `agree`: no objection to any number (a quiet rule); `stay`: not below the present count (no data).
 * `because` is the arithmetic in words.
 */
export type Proposal =
  | {
      readonly rule: string;
      readonly kind: 'want';
      readonly count: number;
      readonly because: string;
      /** Of a rule that looks ahead: what it expects, with its error band. */
      readonly outlook?: Outlook;
    }
  | { readonly rule: string; readonly kind: 'agree'; readonly because: string }
  | { readonly rule: string; readonly kind: 'stay'; readonly because: string };

/** In the order in which they apply: decide-scaling/apply-limits.ts. */
export type LimitName =
  | 'min'
  | 'max'
  | 'limit'
  | 'budget'
  | 'ceiling'
  | 'cooldown'
  | 'unhealthy'
  | 'freeze'
  | 'stabilization'
  | 'step size'
  | 'asked again';

/** One limit that changed the wish. */
export interface AppliedLimit {
  readonly limit: LimitName;
  readonly before: number;
  readonly after: number;
  readonly because: string;
}

/** Which way a decision goes; `hold` is an answer, with a reason. */
export type Outcome = 'out' | 'in' | 'hold';

/**
 * What a decision was made from beside its readings and alarms: some 400 bytes, enough to ask the same rules again with other readings
 * (explain-decision/). Made by decide-scaling/basis-of.ts.
 */
export interface DecisionBasis {
  readonly inService: number;
  readonly newestInServiceAt?: Instant | undefined;
  /** Instances that failed and were not gone yet. */
  readonly failed: number;
  /** From intent to in service, as measured lately. */
  readonly bootSeconds: number;
  /** Of one instance of the revision in `to`. */
  readonly instanceHourlyUsd: number;
  readonly othersHourlyUsd: number;
  /** How many were in service since the oldest period that a rule looked at: one entry a change, oldest first. */
  readonly served: readonly PastWish[];
  /** Of the wishes before this one: the highest that still stood, and the last. */
  readonly wishes: readonly PastWish[];
  readonly wishesSince?: Instant | undefined;
  /** Before this decision. */
  readonly scaledOutAt?: Instant | undefined;
  readonly scaledInAt?: Instant | undefined;
  /** Freezes that held before. */
  readonly freezes?: Readonly<Record<string, FreezeMemory>> | undefined;
  /** The layers that rules, limits and freezes look at. */
  readonly others?:
    | Readonly<Record<string, { readonly desired: number; readonly inService: number; readonly lost?: number }>>
    | undefined;
  readonly ceilings?:
    | {
        readonly mostInstances: number;
        readonly mostHourlyUsd: number;
        readonly takenElsewhere: { readonly instances: number; readonly hourlyUsd: number };
      }
    | undefined;
}

/** The one answer for a layer, with everything it was made from: it can be explained from itself alone. */
export interface Decision {
  readonly layer: string;
  readonly at: Instant;
  readonly trigger: Trigger;
  /** The alarm that woke the evaluation; present when `trigger` is `alarm`. */
  readonly wokenBy?: string;
  readonly fileVersion: number;
  readonly readings: readonly Reading[];
  readonly alarms: readonly AlarmReading[];
  readonly proposals: readonly Proposal[];
  readonly limits: readonly AppliedLimit[];
  readonly from: { readonly count: number; readonly revision: number };
  readonly to: { readonly count: number; readonly revision: number };
  readonly outcome: Outcome;
  /** Present when the kill switch was thrown: what was decided is not carried out until it is released. */
  readonly isStopped?: true;
  /** KPIs without data, or with a reading that may only justify more instances; absent when there are none. */
  readonly degraded?: readonly string[];
  /** Present when shadow rules decided it: nothing was done. */
  readonly shadow?: ShadowNote;
  /** One plain sentence. */
  readonly because: string;
  /** Cost an hour of this layer, all desired instances running. */
  readonly hourlyUsdBefore: number;
  readonly hourlyUsdAfter: number;
  /** Absent in records of earlier versions. */
  readonly basis?: DecisionBasis;
}

/** What shadow rules decided beside. */
export interface ShadowNote {
  /** What the live rules decided in the same evaluation, and what they had in service. */
  readonly liveCount: number;
  readonly liveInService: number;
  /** What the shadow would have in service. */
  readonly inService: number;
  /** Averages per instance, measured on the live fleet and shared out over the shadow's. The readings of the decision are those after it. */
  readonly restated: readonly { readonly kpi: string; readonly measured: number }[];
  /** KPIs of the live fleet that may have been others with the shadow's count, taken as they are. */
  readonly taken: readonly string[];
}

/** A wish once made, kept for the stabilisation window. */
export interface PastWish {
  readonly at: Instant;
  readonly count: number;
}

/** A freeze that holds, or held not long ago. */
export interface FreezeMemory {
  /** What traffic was before it fell, in the unit of the KPI. */
  readonly peak: number;
  /** When traffic was last seen down together with the trouble. */
  readonly seenAt: Instant;
}

/** How far a rule that looks ahead has been taught: every period before `until` was given to it, or is gone for good. */
export interface Taught {
  readonly until: Instant;
  /** Present while history is still being read: it learns nothing of today before yesterday. */
  readonly isReading?: true;
  /** Times in a row that history could not be read, and when to try again; absent when the last time went well. */
  readonly failed?: { readonly times: number; readonly retryAt: Instant };
}

/** What `decideScaling` remembers of a layer from one evaluation to the next. */
export interface ScalingMemory {
  readonly scaledOutAt?: Instant;
  readonly scaledInAt?: Instant;
  /**
   * Wishes within the stabilisation window, oldest first; a wish that a later one, as high or higher, outlives is dropped. At most 100: of
   * more, the two oldest become one, as high as the higher and as late as the later. The last one is the last evaluation's.
   */
  readonly wishes: readonly PastWish[];
  /** Since when wishes have been remembered without a gap: a scale-in needs the whole window. */
  readonly wishesSince?: Instant;
  /** Freezes that hold, by name; absent when none does. */
  readonly freezes?: Readonly<Record<string, FreezeMemory>>;
  /** What the rules that look ahead have learnt, by the name of the rule: some 25 KB each. */
  readonly forecasts?: Readonly<Record<string, ForecastState>>;
  /** How far those rules have been taught, by the name of the rule. */
  readonly taught?: Readonly<Record<string, Taught>>;
  /**
   * How many were in service, one entry a change, oldest first, the last hour and at most 100 changes: what a reading of an earlier period was
   * an average of.
   */
  readonly inService: readonly PastWish[];
}
