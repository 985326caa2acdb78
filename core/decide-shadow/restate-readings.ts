import { addSeconds, type Instant, isBefore, secondsBetween } from '../amounts.ts';
import { dependenceOf, type KpiScene } from '../application/kpi-dependence.ts';
import { servedAt } from '../decide-scaling/in-service-history.ts';
import type { PastWish, ShadowNote } from '../decision.ts';
import type { Reading, Readings } from '../readings.ts';

/** How many were in service: of the live fleet, which was measured, and of the shadow's, which was not there. */
export interface Histories {
  readonly live: readonly PastWish[];
  readonly shadow: readonly PastWish[];
}

/** What the shadow rules see, and what was done to it. */
export interface Restated extends Pick<ShadowNote, 'restated' | 'taken'> {
  readonly readings: Readings;
}

/**
 * Readings are measured on the live fleet. An average per instance (application/kpi-dependence.ts) would have been another one on the shadow's: the
 * same load over as many as the shadow had in service in that period. A total is what it is. Of everything else nobody knows, so it is taken as it
 * is and named. While both fleets are of one size nothing differs.
 */
export function restateReadings(
  readings: Readings,
  of: {
    readonly scene: KpiScene;
    readonly layer: string;
    readonly kpis: readonly string[];
    readonly histories: Histories;
  },
): Restated {
  const seen = new Map<string, Reading>();
  const restated: { readonly kpi: string; readonly measured: number }[] = [];
  const taken: string[] = [];
  for (const kpi of new Set(of.kpis)) {
    const reading = readings.get(kpi);
    if (reading === undefined) continue;
    const power = dependenceOf(of.scene, of.layer, kpi)?.power;
    const scaled = power === 0 ? reading : scaleReading(reading, of.histories);
    const isOther = scaled.value !== reading.value;
    seen.set(kpi, power === -1 ? scaled : reading);
    if (isOther && power === -1 && reading.value !== undefined) restated.push({ kpi, measured: reading.value });
    else if (isOther) taken.push(kpi);
  }
  return { readings: seen, restated, taken };
}

function scaleReading(reading: Reading, histories: Histories): Reading {
  const { at, value, recent, recentTrusted, peaks, periodSeconds } = reading;
  if (at === undefined || value === undefined) return reading;
  const ratioAgo = (periods: number): number =>
    ratioDuring(histories, { from: addSeconds(at, -periods * periodSeconds), seconds: periodSeconds });
  const scaled = (values: Reading['recent']): Reading['recent'] =>
    values.map((past, index) => past && past * ratioAgo(values.length - 1 - index));
  return {
    ...reading,
    value: value * ratioAgo(0),
    recent: scaled(recent),
    ...(recentTrusted === undefined ? {} : { recentTrusted: scaled(recentTrusted) }),
    ...(peaks === undefined ? {} : { peaks: peaks.map((peak) => ({ ...peak, value: peak.value * ratioAgo(0) })) }),
  };
}

/** Live instances for each of the shadow's; 1 where either had none. */
function ratioDuring({ live, shadow }: Histories, time: { readonly from: Instant; readonly seconds: number }): number {
  const [measured, imagined] = [meanServed(live, time), meanServed(shadow, time)];
  return measured === 0 || imagined === 0 ? 1 : measured / imagined;
}

function meanServed(history: readonly PastWish[], time: { readonly from: Instant; readonly seconds: number }): number {
  const until = addSeconds(time.from, time.seconds);
  let [at, count, sum] = [time.from, servedAt(history, time.from), 0];
  for (const change of history) {
    if (!isBefore(time.from, change.at) || !isBefore(change.at, until)) continue;
    sum += count * secondsBetween(at, change.at);
    [at, count] = [change.at, change.count];
  }
  return (sum + count * secondsBetween(at, until)) / time.seconds;
}
