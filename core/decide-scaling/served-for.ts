import { addSeconds } from '../amounts.ts';
import type { Reading } from '../readings.ts';
import { type Served, servedDuring } from './in-service-history.ts';
import type { LayerSituation } from './layer-situation.ts';

/** In service during the newest periods of a reading; now, when it was not measured. */
export function servedFor(reading: Reading, situation: LayerSituation, periods = 1): Served {
  const { inService } = situation.memory;
  if (reading.at === undefined) return { fewest: situation.inService, most: situation.inService };
  const from = addSeconds(reading.at, (1 - periods) * reading.periodSeconds);
  return servedDuring(inService, { from, until: addSeconds(reading.at, reading.periodSeconds) });
}

/** What a value measured with `served` instances becomes with `count` that share the same load. */
export function valueAt(value: number, of: { readonly served: number; readonly count: number }): number {
  return value === 0 ? 0 : (value * of.served) / of.count;
}
