import type { Ceilings } from '../core/ceilings.ts';

/** The variables that functions/environment.ts, readCeilings, reads. */
export function ceilingVariables({ mostInstances, mostHourlyUsd }: Ceilings): Readonly<Record<string, string>> {
  return { CONCERTINA_MOST_INSTANCES: String(mostInstances), CONCERTINA_MOST_HOURLY_USD: String(mostHourlyUsd) };
}
