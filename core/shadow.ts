import type { Instant } from './amounts.ts';

/** The machines that shadow rules would have: numbers, no machines. */
export interface ShadowFleet {
  /** As the shadow rules decided, those on their way included. */
  readonly count: number;
  /** Those that would still boot, and until when, soonest first. */
  readonly coming: readonly { readonly at: Instant; readonly count: number }[];
  /** When the newest that came entered service. */
  readonly newestAt?: Instant;
}

/**
 * How long the live fleet and the shadow's would each have had fewer in service than the measured demand needed, hour by hour for a week. Known where
 * the layer has a rule that says what an instance carries.
 */
export interface ShadowRisk {
  /** The KPI that measures the demand. */
  readonly kpi: string;
  /** End of the newest period that is counted. */
  readonly until: Instant;
  readonly hours: readonly HourOfRisk[];
}

/** One hour; seconds of periods that began in it. */
export interface HourOfRisk {
  readonly from: Instant;
  readonly knownSeconds: number;
  readonly liveShortSeconds: number;
  readonly shadowShortSeconds: number;
}
