import { addSeconds, alignDown, type Instant, isBefore } from '../../core/amounts.ts';
import type { MetricPlan, MetricQuery } from '../../core/collect-metrics.ts';
import { evaluateExpression } from '../../core/metric-math/evaluate-expression.ts';
import { type Expression, referencedIds } from '../../core/metric-math/expression.ts';
import { parseExpression } from '../../core/metric-math/parse-expression.ts';
import type { AlarmReading } from '../../core/readings.ts';
import type { Sample, Series } from '../../core/samples.ts';
import type { Clock, Metrics, PublishedValue } from '../ports.ts';
import { type AlarmDefinition, alarmState, evaluationRange } from './memory-alarm.ts';
import type { MetricDatum } from './metric-statistic.ts';
import { type MetricName, MetricStore, type Window } from './metric-store.ts';

/** CloudWatch refuses a datum older than this: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html (two weeks). */
const oldestSeconds = 14 * 86_400;

/**
 * How long datapoints of a period can be read: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
function retentionSeconds(periodSeconds: number): number {
  if (periodSeconds < 60) return 3 * 3600;
  if (periodSeconds < 300) return 15 * 86_400;
  return (periodSeconds < 3600 ? 63 : 455) * 86_400;
}

/** CloudWatch in memory: statistics from the values that were put, metric math, alarms. What was put may be published late. */
export class MemoryMetrics implements Metrics {
  readonly #clock: Clock;
  readonly #store: MetricStore;
  readonly #alarms = new Map<string, { readonly definition: AlarmDefinition; reading: AlarmReading }>();
  readonly #expressions = new Map<string, Expression>();
  readonly #ownMetrics = new Map<string, MetricName>();

  /** `keepSeconds` is for how long values are kept at the least; without it three hours, or as long as rules look back. */
  constructor(clock: Clock, { keepSeconds }: { readonly keepSeconds?: number } = {}) {
    this.#clock = clock;
    this.#store = new MetricStore({ keepSeconds });
  }

  /** Puts values; `visibleAt` (now, without it) is when readers begin to see them. Throws RangeError when `at` is over two weeks ago. */
  put(name: MetricName, datum: MetricDatum, visibleAt: Instant = this.#clock.now()): void {
    if (datum.at < addSeconds(this.#clock.now(), -oldestSeconds))
      throw new RangeError('a datum is at most two weeks old');
    this.#store.put(name, datum, visibleAt);
  }

  async publish(values: readonly PublishedValue[]): Promise<void> {
    for (const published of values) {
      this.put(this.#ownMetric(published), { at: published.at, values: [published.value] });
    }
  }

  async read(plan: MetricPlan): Promise<ReadonlyMap<string, Series>> {
    const answers = new Map<string, Series>();
    for (const call of plan.calls) {
      const queries = new Map(call.map((query) => [query.id, query]));
      const reader = { queries, answers, window: plan, open: new Set<string>() };
      for (const query of call) this.#answer(query, reader);
    }
    return answers;
  }

  async alarms(names: readonly string[]): Promise<readonly AlarmReading[]> {
    return names.flatMap((name) => this.#alarms.get(name)?.reading ?? []);
  }

  /** Makes an alarm, or another of the same name; it begins without data. */
  defineAlarm(definition: AlarmDefinition): void {
    const { name } = definition;
    this.#alarms.set(name, { definition, reading: { name, state: 'INSUFFICIENT_DATA', since: this.#clock.now() } });
  }

  /** What CloudWatch does by itself once a minute: returns the alarms whose state has changed, as they now are. */
  evaluateAlarms(): readonly AlarmReading[] {
    const changed: AlarmReading[] = [];
    for (const alarm of this.#alarms.values()) {
      const state = alarmState(alarm.definition, this.#newestPeriods(alarm.definition), alarm.reading.state);
      if (state === alarm.reading.state) continue;
      alarm.reading = { name: alarm.definition.name, state, since: this.#clock.now() };
      changed.push(alarm.reading);
    }
    return changed;
  }

  /** The same object each time, by which the store knows it. */
  #ownMetric(published: PublishedValue): MetricName {
    const dimensions: Readonly<Record<string, string>> =
      'layer' in published ? { Application: published.application, Layer: published.layer } : {};
    const key = [published.name, ...Object.values(dimensions)].join(' ');
    const known = this.#ownMetrics.get(key);
    if (known !== undefined) return known;
    const metric = { namespace: 'Concertina', name: published.name, dimensions };
    this.#ownMetrics.set(key, metric);
    return metric;
  }

  #newestPeriods(alarm: AlarmDefinition): readonly (number | undefined)[] {
    const { metric, periodSeconds } = alarm;
    const until = alignDown(this.#clock.now(), periodSeconds);
    const count = evaluationRange(alarm);
    const from = addSeconds(until, -count * periodSeconds);
    const samples = this.#samples({ metric, periodSeconds }, { from, until });
    return Array.from({ length: count }, (_, index) => {
      const at = addSeconds(from, index * periodSeconds);
      return samples.find((sample) => sample.at === at)?.value;
    });
  }

  /** Expressions are answered after what they refer to. Throws, as CloudWatch refuses the call, on one that is wrong. */
  #answer(query: MetricQuery, reader: Reader): Series {
    const known = reader.answers.get(query.id);
    if (known !== undefined) return known;
    const series = query.expression === undefined ? this.#measured(query, reader) : this.#computed(query, reader);
    reader.answers.set(query.id, series);
    return series;
  }

  #measured({ id, metric, periodSeconds }: MetricQuery, { window }: Reader): Series {
    if (metric === undefined) throw new Error(`ValidationError: query ${id} has neither a metric nor an expression`);
    return { periodSeconds, samples: this.#samples({ metric, periodSeconds }, window) };
  }

  #computed({ id, expression: text = '', periodSeconds }: MetricQuery, reader: Reader): Series {
    const expression = this.#parsed(text);
    const inputs = new Map<string, Series>();
    reader.open.add(id);
    for (const name of referencedIds(expression)) {
      const query = reader.queries.get(name);
      if (query === undefined) throw new Error(`ValidationError: ${id} refers to ${name}, which is not in the call`);
      if (reader.open.has(name)) throw new Error(`ValidationError: ${id} refers to ${name}, which refers back`);
      inputs.set(name, this.#answer(query, reader));
    }
    reader.open.delete(id);
    const { from, until } = reader.window;
    const series = evaluateExpression(expression, inputs, { from, until, periodSeconds });
    if ('kind' in series) throw new Error(`ValidationError: ${series.message} at ${series.position} in ${text}`);
    return series;
  }

  #parsed(text: string): Expression {
    const known = this.#expressions.get(text);
    if (known !== undefined) return known;
    const expression = parseExpression(text);
    if (expression.kind === 'error') {
      throw new Error(`ValidationError: ${expression.message} at ${expression.position} in ${text}`);
    }
    this.#expressions.set(text, expression);
    return expression;
  }

  #samples(
    { metric, periodSeconds }: Required<Pick<MetricQuery, 'metric' | 'periodSeconds'>>,
    window: Window,
  ): readonly Sample[] {
    const query = { metric, stat: metric.stat, periodSeconds };
    const now = this.#clock.now();
    const oldest = addSeconds(now, -retentionSeconds(periodSeconds));
    const from = isBefore(window.from, oldest) ? alignDown(oldest, periodSeconds) : window.from;
    return this.#store.samples(query, { from, until: window.until, now });
  }
}

interface Reader {
  /** Of one call. */
  readonly queries: ReadonlyMap<string, MetricQuery>;
  readonly answers: Map<string, Series>;
  readonly window: Window;
  /** Expressions whose inputs are being answered. */
  readonly open: Set<string>;
}
