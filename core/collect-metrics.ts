import type { Instant } from './amounts.ts';

/** One entry of a GetMetricData request: a metric or an expression over other entries of the same call. */
export interface MetricQuery {
  /** Lower-case letter first; unique in the plan. */
  readonly id: string;
  readonly periodSeconds: number;
  readonly metric?: {
    readonly namespace: string;
    readonly name: string;
    readonly stat: string;
    readonly dimensions: Readonly<Record<string, string>>;
  };
  readonly expression?: string;
}

/** What one evaluation asks CloudWatch: each call holds at most 500 queries, and whatever its expressions refer to. */
export interface MetricPlan {
  /** Aligned to the longest period; the newest incomplete period is left out. */
  readonly from: Instant;
  /** Exclusive. */
  readonly until: Instant;
  readonly calls: readonly (readonly MetricQuery[])[];
  /** Query that answers each KPI, by KPI name. */
  readonly queryOf: ReadonlyMap<string, MetricQuery>;
}
