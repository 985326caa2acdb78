import { addSeconds, alignDown, type Instant, isAtOrAfter, isBefore } from '../../core/amounts.ts';
import type { MetricQuery } from '../../core/collect-metrics.ts';
import type { Sample } from '../../core/samples.ts';
import { type MetricDatum, statisticOf } from './metric-statistic.ts';

/** Which metric; the statistic is chosen on reading. */
export type MetricName = Omit<NonNullable<MetricQuery['metric']>, 'stat'>;

/** A part of time, half-open. */
export interface Window {
  readonly from: Instant;
  readonly until: Instant;
}

interface StoredDatum extends MetricDatum {
  readonly visibleAt: Instant;
}

/** Shortest time that data are kept for: whatever asks for the last hours finds them. */
const leastRetentionSeconds = 3 * 3600;

/**
 * What was put, by metric and time. Data are dropped once they are older than three hours and than twice the longest look back anyone
 * has taken: a month of virtual time needs no more memory than an afternoon.
 */
export class MetricStore {
  readonly #metrics = new Map<string, StoredDatum[]>();
  #retentionSeconds = leastRetentionSeconds;

  /** Not to be seen before `visibleAt`, as CloudWatch publishes late. */
  put(name: MetricName, datum: MetricDatum, visibleAt: Instant): void {
    const key = keyOf(name);
    const data = this.#metrics.get(key) ?? [];
    if (data.length === 0) this.#metrics.set(key, data);
    insert(data, { ...datum, visibleAt });
    this.#drop(data);
  }

  /** One sample a period that has data, ascending; `now` decides what is published already. */
  samples(
    query: { readonly metric: MetricName; readonly stat: string; readonly periodSeconds: number },
    { from, until, now }: Window & { readonly now: Instant },
  ): readonly Sample[] {
    this.#retentionSeconds = Math.max(this.#retentionSeconds, (2 * (now - from)) / 1000);
    const data = this.#metrics.get(keyOf(query.metric)) ?? [];
    const samples: Sample[] = [];
    let period: StoredDatum[] = [];
    let at: Instant | undefined;
    for (let index = firstAt(data, from); index < data.length; index += 1) {
      const datum = data[index];
      if (datum === undefined || isAtOrAfter(datum.at, until)) break;
      if (isBefore(now, datum.visibleAt)) continue;
      const start = alignDown(datum.at, query.periodSeconds);
      if (start !== at) {
        addSample(samples, { at, period, stat: query.stat });
        period = [];
        at = start;
      }
      period.push(datum);
    }
    addSample(samples, { at, period, stat: query.stat });
    return samples;
  }

  #drop(data: StoredDatum[]): void {
    const newest = data.at(-1);
    const oldest = data[0];
    if (newest === undefined || oldest === undefined) return;
    // Only when half of it is too old, so that dropping costs little for each datum.
    if (!isBefore(oldest.at, addSeconds(newest.at, -2 * this.#retentionSeconds))) return;
    data.splice(0, firstAt(data, addSeconds(newest.at, -this.#retentionSeconds)));
  }
}

function addSample(
  samples: Sample[],
  { at, period, stat }: { at: Instant | undefined; period: readonly MetricDatum[]; stat: string },
): void {
  const value = at === undefined ? undefined : statisticOf(stat, period);
  if (at !== undefined && value !== undefined) samples.push({ at, value });
}

/** Data mostly come in order of time. */
function insert(data: StoredDatum[], datum: StoredDatum): void {
  let index = data.length;
  while (index > 0 && isBefore(datum.at, data[index - 1]?.at ?? datum.at)) index -= 1;
  if (index === data.length) data.push(datum);
  else data.splice(index, 0, datum);
}

/** Index of the first datum at or after `from`. From the end: readers ask for the last minutes. */
function firstAt(data: readonly StoredDatum[], from: Instant): number {
  let index = data.length;
  while (index > 0 && isAtOrAfter(data[index - 1]?.at ?? from, from)) {
    if (data[index - 1] === undefined) break;
    index -= 1;
  }
  return index;
}

function keyOf({ namespace, name, dimensions }: MetricName): string {
  const names = Object.keys(dimensions);
  if (names.length > 1) names.sort();
  return names.reduce((key, dimension) => `${key}\n${dimension}=${dimensions[dimension]}`, `${namespace}\n${name}`);
}
