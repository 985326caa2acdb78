import type { Dice } from '../../adapters/memory/dice.ts';
import type { MemoryMetrics } from '../../adapters/memory/memory-metrics.ts';
import { addSeconds, type Instant, isBefore } from '../../core/amounts.ts';
import type { Feed } from './signals.ts';
import type { LayerSample } from './stations.ts';

/** CloudWatch shows most metrics within half a minute, some a minute or two late. */
const usualDelay = { from: 4, to: 25 };
const lateDelay = { from: 60, to: 150 };
const lateRatio = 0.02;

/** Now and then it shows nothing for some minutes, and then all of it. */
const outage = { meanHoursBetween: 96, meanMinutes: 8 };

/** Puts what layers did where CloudWatch would have it, as late as CloudWatch. */
export class MetricPublisher {
  readonly #metrics: MemoryMetrics;
  readonly #dice: Dice;
  readonly #feeds: readonly Feed[];
  #outage: { from: Instant; until: Instant };

  constructor(metrics: MemoryMetrics, dice: Dice, of: { readonly feeds: readonly Feed[]; readonly start: Instant }) {
    this.#metrics = metrics;
    this.#dice = dice;
    this.#feeds = of.feeds;
    this.#outage = this.#nextOutage(of.start);
  }

  /** What happened from `at` until now. */
  publish(
    samples: ReadonlyMap<string, LayerSample>,
    { at, now }: { readonly at: Instant; readonly now: Instant },
  ): void {
    while (!isBefore(now, this.#outage.until)) this.#outage = this.#nextOutage(this.#outage.until);
    const isOut = !isBefore(now, this.#outage.from);
    for (const { metric, signal, layer } of this.#feeds) {
      const sample = samples.get(layer);
      const delay = this.#dice.happens(lateRatio) ? lateDelay : usualDelay;
      const shownAt = addSeconds(now, this.#dice.between(delay.from, delay.to));
      const visibleAt = isOut && isBefore(shownAt, this.#outage.until) ? this.#outage.until : shownAt;
      const data = sample === undefined ? undefined : dataOf(sample, signal);
      if (data !== undefined) this.#metrics.put(metric, { at, ...data }, visibleAt);
    }
  }

  #nextOutage(after: Instant): { from: Instant; until: Instant } {
    const from = addSeconds(after, this.#dice.exponential(outage.meanHoursBetween) * 3600);
    return { from, until: addSeconds(from, this.#dice.exponential(outage.meanMinutes) * 60) };
  }
}

/** Load balancers put counts and times only when there are any; so do agents on machines that are not there. */
function dataOf(
  sample: LayerSample,
  signal: Feed['signal'],
): { readonly values: readonly number[]; readonly counts?: readonly number[] } | undefined {
  switch (signal) {
    case 'requests':
      return sample.requests > 0 ? { values: [sample.requests] } : undefined;
    case 'errors':
      // Fewer than half an error is the arithmetic of a steady state, not an answer that somebody got.
      return sample.errors >= 0.5 ? { values: [sample.errors] } : undefined;
    case 'cpuPercent':
      return sample.cpuPercent === undefined ? undefined : { values: [sample.cpuPercent] };
    case 'responseSeconds':
      return sample.responseSeconds.values.length > 0 ? sample.responseSeconds : undefined;
    case 'backlog':
      return { values: [sample.backlog] };
    case 'ageSeconds':
      return { values: [sample.ageSeconds] };
  }
}
