import type { LayerValue } from '../../adapters/ports.ts';
import { addSeconds, alignDown, type Instant, isAtOrAfter, isBefore } from '../../core/amounts.ts';
import type { MetricPlan, MetricQuery } from '../../core/collect-metrics.ts';
import { evaluateExpression } from '../../core/metric-math/evaluate-expression.ts';
import { type Expression, referencedIds } from '../../core/metric-math/expression.ts';
import { parseExpression } from '../../core/metric-math/parse-expression.ts';
import type { Sample, Series } from '../../core/samples.ts';
import { gatheringOf } from './kpi-kinds.ts';
import { valuesOn } from './recording.ts';

/** A metric as a rule asks for it. */
export type Metric = NonNullable<MetricQuery['metric']>;

/** Where the datapoints of some metrics come from while time passes. */
export interface Feed {
  readonly periodSeconds: number;
  readonly metrics: readonly Metric[];
  /** Called with the count of each layer over a stretch of time in which no count changes. */
  pass(until: Instant, inService: ReadonlyMap<string, number>): void;
  /** The datapoints of the period that ends now, in the order of `metrics`; NaN where there is none. */
  take(periodStart: Instant): readonly number[];
}

interface StoredMetric {
  readonly periodSeconds: number;
  readonly samples: Sample[];
}

/** One name for a metric with its statistic. */
export function metricKey({ namespace, name, stat, dimensions }: Metric): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, stat, sorted]);
}

/** Our own metrics are asked by the minute. */
const ownPeriodSeconds = 60;

/**
 * CloudWatch of a back-test: datapoints appear as virtual time passes, each `delaySeconds` after its period ended, and metric math is evaluated by
 * the core. Answers the plans that the stages ask.
 */
export class LiveMetrics {
  readonly #delaySeconds: number;
  readonly #feeds: { readonly feed: Feed; readonly keys: readonly string[]; next: Instant }[];
  readonly #stored = new Map<string, StoredMetric>();
  readonly #inService = new Map<string, number>();
  readonly #keys = new WeakMap<Metric, string>();
  readonly #expressions = new Map<string, Expression>();
  readonly #own = new Map<string, { key: string; period: Instant; sum: number; count: number }>();

  /** `start` is on a whole period of every feed. */
  constructor({
    feeds,
    start,
    delaySeconds,
  }: { readonly feeds: readonly Feed[]; readonly start: Instant; readonly delaySeconds: number }) {
    this.#delaySeconds = delaySeconds;
    this.#feeds = feeds.map((feed) => {
      const keys = feed.metrics.map(metricKey);
      for (const key of keys) this.#stored.set(key, { periodSeconds: feed.periodSeconds, samples: [] });
      return { feed, keys, next: addSeconds(start, feed.periodSeconds) };
    });
  }

  /** From now on; what was before is measured with the counts before. */
  setInService(layer: string, count: number, now: Instant): void {
    this.advanceTo(now);
    this.#inService.set(layer, count);
  }

  /** Completes every period that ends by then. */
  advanceTo(now: Instant): void {
    for (const fed of this.#feeds) {
      const { feed, keys } = fed;
      while (isAtOrAfter(now, fed.next)) {
        feed.pass(fed.next, this.#inService);
        const at = addSeconds(fed.next, -feed.periodSeconds);
        const values = feed.take(at);
        for (const [index, key] of keys.entries()) {
          const value = values[index] ?? Number.NaN;
          if (Number.isFinite(value)) this.#stored.get(key)?.samples.push({ at, value });
        }
        fed.next = addSeconds(fed.next, feed.periodSeconds);
      }
      feed.pass(now, this.#inService);
    }
  }

  /** Values of our own metrics; the average of those of a minute is its datapoint. */
  publish(values: readonly LayerValue[]): void {
    for (const { name, application, layer, value, at } of values) {
      const id = `${name} ${layer}`;
      const period = alignDown(at, ownPeriodSeconds);
      const metric = {
        namespace: 'Concertina',
        name,
        stat: 'Average',
        dimensions: { Application: application, Layer: layer },
      };
      const own = this.#own.get(id) ?? { key: metricKey(metric), period, sum: 0, count: 0 };
      this.#own.set(id, own);
      if (own.period !== period) {
        own.period = period;
        own.sum = 0;
        own.count = 0;
      }
      own.sum += value;
      own.count += 1;
      this.#putOwn(own.key, { at: period, value: own.sum / own.count });
    }
  }

  #putOwn(key: string, sample: Sample): void {
    const stored = this.#stored.get(key) ?? { periodSeconds: ownPeriodSeconds, samples: [] };
    this.#stored.set(key, stored);
    if (stored.samples.at(-1)?.at === sample.at) stored.samples.pop();
    stored.samples.push(sample);
  }

  /** What a plan asks, as it is visible now. Throws on an expression that CloudWatch would refuse. */
  answer(plan: MetricPlan, now: Instant): ReadonlyMap<string, Series> {
    const answers = new Map<string, Series>();
    for (const call of plan.calls) {
      // What an expression refers to stands before it in the call (kpi-queries.ts).
      for (const query of call) {
        const series = query.metric === undefined ? this.#evaluate(query, plan, answers) : this.#read(query, plan, now);
        answers.set(query.id, series);
      }
    }
    return answers;
  }

  #evaluate(query: MetricQuery, { from, until }: MetricPlan, answers: ReadonlyMap<string, Series>): Series {
    const expression = this.#parsed(query.expression ?? '');
    const inputs = new Map<string, Series>();
    for (const id of referencedIds(expression)) {
      const input = answers.get(id);
      if (input !== undefined) inputs.set(id, input);
    }
    const series = evaluateExpression(expression, inputs, { from, until, periodSeconds: query.periodSeconds });
    if ('kind' in series) throw new Error(`${query.expression}: ${series.message}`);
    return series;
  }

  #parsed(text: string): Expression {
    const known = this.#expressions.get(text);
    if (known !== undefined) return known;
    const expression = parseExpression(text);
    if (expression.kind === 'error') throw new Error(`${text}: ${expression.message}`);
    this.#expressions.set(text, expression);
    return expression;
  }

  #read({ metric, periodSeconds }: MetricQuery, { from, until }: MetricPlan, now: Instant): Series {
    const stored = metric && this.#stored.get(this.#keyOf(metric));
    if (metric === undefined || stored === undefined) return { periodSeconds, samples: [] };
    const { samples } = stored;
    let first = samples.length;
    while (first > 0 && isAtOrAfter((samples[first - 1] as Sample).at, from)) first -= 1;
    let end = samples.length;
    while (end > first && !this.#isShown(samples[end - 1] as Sample, { stored, until, now })) end -= 1;
    const shown = samples.slice(first, end);
    return {
      periodSeconds,
      samples: stored.periodSeconds >= periodSeconds ? shown : longer(shown, stored, { metric, periodSeconds }),
    };
  }

  #isShown(
    { at }: Sample,
    { stored, until, now }: { readonly stored: StoredMetric; readonly until: Instant; readonly now: Instant },
  ): boolean {
    return isBefore(at, until) && isAtOrAfter(now, addSeconds(at, stored.periodSeconds + this.#delaySeconds));
  }

  #keyOf(metric: Metric): string {
    const known = this.#keys.get(metric);
    if (known !== undefined) return known;
    const key = metricKey(metric);
    this.#keys.set(metric, key);
    return key;
  }
}

/** Datapoints of a longer period, from what is visible of it. */
function longer(
  samples: readonly Sample[],
  { periodSeconds: short }: StoredMetric,
  { metric, periodSeconds }: { readonly metric: Metric; readonly periodSeconds: number },
): readonly Sample[] {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return [];
  const start = alignDown(first.at, periodSeconds);
  const end = addSeconds(alignDown(last.at, periodSeconds), periodSeconds);
  const values = new Float64Array((end - start) / 1000 / short).fill(Number.NaN);
  for (const { at, value } of samples) values[(at - start) / 1000 / short] = value;
  const column = { name: metric.name, start, stepSeconds: short, values };
  const gatheredValues = valuesOn({ start, end, stepSeconds: periodSeconds }, column, gatheringOf(metric.stat));
  return Array.from(gatheredValues, (value, index) => ({ at: addSeconds(start, index * periodSeconds), value })).filter(
    ({ value }) => !Number.isNaN(value),
  );
}
