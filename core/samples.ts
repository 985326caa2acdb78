import type { Instant } from './amounts.ts';

/** One datapoint: the start of its period and its value. A missing datapoint is absent. */
export interface Sample {
  readonly at: Instant;
  readonly value: number;
}

/** Datapoints of one metric or expression, ascending, at most one a period. */
export interface Series {
  readonly periodSeconds: number;
  readonly samples: readonly Sample[];
}
