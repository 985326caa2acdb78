import { addSeconds, alignDown, type Instant, isBefore, secondsBetween } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import { collectMetrics, MAX_QUERIES, type MetricPlan, type MetricQuery } from '../../core/collect-metrics.ts';
import { kpiOf } from '../backtest/choose-sources.ts';
import { metricKey } from '../backtest/live-metrics.ts';

/** How long CloudWatch keeps values of each period: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention */
const retention = [
  { days: 15, periodSeconds: 60 },
  { days: 63, periodSeconds: 300 },
  { days: 455, periodSeconds: 3600 },
] as const;

/** Nothing is kept for longer. */
export const longestDays = 455;

/** Values of periods below a minute are kept for three hours. */
const shortPeriodsSeconds = 3 * 3600;

/** Datapoints of one answer: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const mostDatapoints = 100_800;

/** GetMetricData, by the metric requested: aws.amazon.com/cloudwatch/pricing */
const usdPerMetric = 0.01 / 1000;

/** One column to record. */
export interface RecordedColumn {
  readonly name: string;
  readonly query: MetricQuery;
}

/** What is asked, and what it costs. */
export interface RecordingPlan {
  readonly columns: readonly RecordedColumn[];
  readonly from: Instant;
  readonly until: Instant;
  readonly stepSeconds: number;
  /** One after the other, each with no more datapoints than one answer holds. */
  readonly plans: readonly MetricPlan[];
  readonly metricsRequested: number;
  readonly usd: number;
}

/** Every metric that the rules look at, as the application asks for it but at one period for all, and the instances in service of each layer. */
export function planRecording(
  application: Application,
  { days, end }: { readonly days: number; readonly end: Instant },
): RecordingPlan {
  const asked = collectMetrics(application, end).calls.flat();
  const shortest = Math.min(60, ...asked.map(({ periodSeconds }) => periodSeconds));
  const isShort = days * 86_400 <= shortPeriodsSeconds;
  const kept = retention.find((period) => days <= period.days) ?? retention[2];
  const stepSeconds = isShort ? shortest : kept.periodSeconds;
  const columns = columnsOf(application, asked, stepSeconds);
  const until = alignDown(end, stepSeconds);
  const from = alignDown(addSeconds(until, -days * 86_400), stepSeconds);
  const plans = plansFor(columns, { from, until, stepSeconds });
  const metricsRequested = plans.reduce((sum, { calls }) => sum + calls.reduce((all, call) => all + call.length, 0), 0);
  return { columns, from, until, stepSeconds, plans, metricsRequested, usd: metricsRequested * usdPerMetric };
}

function columnsOf(
  application: Application,
  asked: readonly MetricQuery[],
  periodSeconds: number,
): readonly RecordedColumn[] {
  const metrics = new Map<string, NonNullable<MetricQuery['metric']>>();
  for (const { metric } of asked) {
    if (metric !== undefined && metric.namespace !== 'Concertina') metrics.set(metricKey(metric), metric);
  }
  const kpis = [...metrics.values()].map((metric) => ({ name: kpiOf(application, metric), metric }));
  const own = Object.keys(application.layers).map((layer) => ({
    name: `${layer}_in_service`,
    metric: {
      namespace: 'Concertina',
      name: 'InService',
      stat: 'Average',
      dimensions: { Application: application.application, Layer: layer },
    },
  }));
  return [...kpis, ...own].map(({ name, metric }, index) => ({
    name,
    query: { id: `m${index}`, periodSeconds, metric },
  }));
}

function plansFor(
  columns: readonly RecordedColumn[],
  { from, until, stepSeconds }: { readonly from: Instant; readonly until: Instant; readonly stepSeconds: number },
): readonly MetricPlan[] {
  const queries = columns.map(({ query }) => query);
  const calls = Array.from({ length: Math.ceil(queries.length / MAX_QUERIES) }, (_, call) =>
    queries.slice(call * MAX_QUERIES, (call + 1) * MAX_QUERIES),
  );
  const mostQueries = Math.max(1, ...calls.map(({ length }) => length));
  const chunkSeconds = Math.floor(mostDatapoints / mostQueries) * stepSeconds;
  const count = Math.ceil(secondsBetween(from, until) / chunkSeconds);
  return Array.from({ length: count }, (_, chunk) => {
    const start = addSeconds(from, chunk * chunkSeconds);
    const end = addSeconds(start, chunkSeconds);
    return { from: start, until: isBefore(end, until) ? end : until, calls, queryOf: new Map() };
  });
}
