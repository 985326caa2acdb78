import { addSeconds, type Instant, isAtOrAfter, secondsBetween } from './amounts.ts';

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

/** The newest datapoint of a period that has ended; undefined without one. A datapoint that is no number is none. */
export function newestComplete({ samples, periodSeconds }: Series, now: Instant): Sample | undefined {
  return samples.findLast(({ at, value }) => isAtOrAfter(now, addSeconds(at, periodSeconds)) && Number.isFinite(value));
}

/** From the end of the datapoint's period to `now`. */
export function ageOf({ at }: Sample, { periodSeconds }: Pick<Series, 'periodSeconds'>, now: Instant): number {
  return secondsBetween(addSeconds(at, periodSeconds), now);
}
