import { addSeconds, alignDown, type Instant, isAtOrAfter, isBefore, secondsBetween } from '../../core/amounts.ts';
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

/** A statistic of a period, good for as long as no more of its data can be seen. */
interface KnownSample {
  readonly data: number;
  readonly sample: Sample;
}

interface StoredMetric {
  readonly data: StoredDatum[];
  /** By statistic and length of period, then by start. */
  readonly known: Map<string, Map<Instant, KnownSample>>;
}

/** Shortest time that data are kept for: whatever asks for the last hours finds them. */
const leastRetentionSeconds = 3 * 3600;

/** A look further back than this is one for history, which finds what is there and keeps nothing for the next. */
const longestLookSeconds = 86_400;

/**
 * What was put, by metric and time. Data are dropped once they are older than three hours (`keepSeconds`, when that is more) and than twice the
 * longest look back of up to a day that anyone has taken: a month of virtual time needs no more memory than an afternoon.
 */
export class MetricStore {
  readonly #metrics = new Map<string, StoredMetric>();
  /** By identity: plans and feeds ask with the same objects again and again. */
  readonly #keys = new WeakMap<MetricName, string>();
  #retentionSeconds: number;

  constructor({ keepSeconds = leastRetentionSeconds }: { readonly keepSeconds?: number | undefined } = {}) {
    this.#retentionSeconds = Math.max(leastRetentionSeconds, keepSeconds);
  }

  /** Not to be seen before `visibleAt`, as CloudWatch publishes late. */
  put(name: MetricName, datum: MetricDatum, visibleAt: Instant): void {
    const key = this.#keyOf(name);
    let metric = this.#metrics.get(key);
    if (metric === undefined) {
      metric = { data: [], known: new Map() };
      this.#metrics.set(key, metric);
    }
    const { at, values, counts } = datum;
    insert(metric.data, counts === undefined ? { at, values, visibleAt } : { at, values, counts, visibleAt });
    this.#drop(metric);
  }

  /** One sample a period that has data, ascending; `now` decides what is published already. */
  samples(
    query: { readonly metric: MetricName; readonly stat: string; readonly periodSeconds: number },
    { from, until, now }: Window & { readonly now: Instant },
  ): readonly Sample[] {
    const lookSeconds = secondsBetween(from, now);
    if (lookSeconds <= longestLookSeconds) this.#retentionSeconds = Math.max(this.#retentionSeconds, 2 * lookSeconds);
    const metric = this.#metrics.get(this.#keyOf(query.metric));
    if (metric === undefined) return [];
    const known = knownSamples(metric, query);
    const samples: Sample[] = [];
    let index = firstAt(metric.data, from);
    for (let next = metric.data[index]; next !== undefined && isBefore(next.at, until); next = metric.data[index]) {
      const at = alignDown(next.at, query.periodSeconds);
      const end = earliestOf(addSeconds(at, query.periodSeconds), until);
      const period = { first: index, end: endOf(metric.data, index, end), now };
      index = period.end;
      const sample = sampleOf(metric.data, period, { at, stat: query.stat, known });
      if (sample !== undefined) samples.push(sample);
    }
    return samples;
  }

  #drop({ data, known }: StoredMetric): void {
    const newest = data.at(-1);
    const oldest = data[0];
    if (newest === undefined || oldest === undefined) return;
    // Only when half of it is too old, so that dropping costs little for each datum.
    if (!isBefore(oldest.at, addSeconds(newest.at, -2 * this.#retentionSeconds))) return;
    data.splice(0, firstAt(data, addSeconds(newest.at, -this.#retentionSeconds)));
    known.clear();
  }

  #keyOf(name: MetricName): string {
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const key = keyOf(name);
    this.#keys.set(name, key);
    return key;
  }
}

function knownSamples(
  { known }: StoredMetric,
  { stat, periodSeconds }: { readonly stat: string; readonly periodSeconds: number },
): Map<Instant, KnownSample> {
  const key = `${stat} ${periodSeconds}`;
  let samples = known.get(key);
  if (samples === undefined) {
    samples = new Map();
    known.set(key, samples);
  }
  return samples;
}

interface Period {
  /** Index of its first datum, and of the first after it. */
  readonly first: number;
  readonly end: number;
  readonly now: Instant;
}

function sampleOf(
  data: readonly StoredDatum[],
  period: Period,
  of: { readonly at: Instant; readonly stat: string; readonly known: Map<Instant, KnownSample> },
): Sample | undefined {
  let visible = 0;
  for (let index = period.first; index < period.end; index += 1) {
    if (isAtOrAfter(period.now, data[index]?.visibleAt ?? period.now)) visible += 1;
  }
  if (visible === 0) return undefined;
  const known = of.known.get(of.at);
  if (known?.data === visible) return known.sample;
  const seen = data.slice(period.first, period.end).filter(({ visibleAt }) => isAtOrAfter(period.now, visibleAt));
  const value = statisticOf(of.stat, seen);
  if (value === undefined) return undefined;
  const sample = { at: of.at, value };
  of.known.set(of.at, { data: visible, sample });
  return sample;
}

/** Index of the first datum from `index` on that is not before `end`. */
function endOf(data: readonly StoredDatum[], index: number, end: Instant): number {
  let after = index;
  for (let next = data[after]; next !== undefined && isBefore(next.at, end); next = data[after]) after += 1;
  return after;
}

function earliestOf(a: Instant, b: Instant): Instant {
  return isBefore(a, b) ? a : b;
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
