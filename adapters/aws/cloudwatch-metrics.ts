import {
  type AlarmType,
  type CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type MetricDataQuery,
  type MetricDataResult,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { instantFromMillis } from '../../core/amounts.ts';
import type { MetricPlan, MetricQuery } from '../../core/collect-metrics.ts';
import type { AlarmReading } from '../../core/readings.ts';
import type { Sample, Series } from '../../core/samples.ts';
import type { Metrics, PublishedValue } from '../ports.ts';
import { batchesOf } from './batches.ts';

/** Namespace of the metrics that we write. */
const ourNamespace = 'Concertina';

/** Values of one PutMetricData call. */
const publishBatchSize = 1000;

/** Names of one DescribeAlarms call. */
const alarmBatchSize = 100;

/** Without a type CloudWatch leaves composite alarms out. */
const alarmTypes: AlarmType[] = ['MetricAlarm', 'CompositeAlarm'];

/** CloudWatch as the source of metrics and alarm states. */
export class CloudWatchMetrics implements Metrics {
  readonly #client: CloudWatchClient;

  constructor({ client }: { readonly client: CloudWatchClient }) {
    this.#client = client;
  }

  async read(plan: MetricPlan): Promise<ReadonlyMap<string, Series>> {
    const answers = await Promise.all(plan.calls.map((queries) => this.#readCall(plan, queries)));
    return new Map(answers.flat());
  }

  async publish(values: readonly PublishedValue[]): Promise<void> {
    for (const batch of batchesOf(values, publishBatchSize)) {
      await this.#client.send(
        new PutMetricDataCommand({
          Namespace: ourNamespace,
          MetricData: batch.map((published) => ({
            MetricName: published.name,
            Dimensions: dimensionsOf(published),
            Timestamp: new Date(published.at),
            Value: published.value,
            Unit: 'Count',
          })),
        }),
      );
    }
  }

  async alarms(names: readonly string[]): Promise<readonly AlarmReading[]> {
    const readings: AlarmReading[] = [];
    for (const batch of batchesOf([...new Set(names)], alarmBatchSize)) {
      let token: string | undefined;
      do {
        const page = await this.#client.send(
          new DescribeAlarmsCommand({
            AlarmNames: [...batch],
            AlarmTypes: alarmTypes,
            MaxRecords: alarmBatchSize,
            ...(token && { NextToken: token }),
          }),
        );
        readings.push(...[...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])].flatMap(readingOf));
        token = page.NextToken;
      } while (token !== undefined && token !== '');
    }
    return readings;
  }

  async #readCall(plan: MetricPlan, queries: readonly MetricQuery[]): Promise<readonly (readonly [string, Series])[]> {
    const samples = new Map<string, Sample[]>(queries.map(({ id }) => [id, []]));
    const statuses = new Map<string, MetricDataResult>();
    let token: string | undefined;
    do {
      const page = await this.#client.send(
        new GetMetricDataCommand({
          MetricDataQueries: queries.map(metricDataQuery),
          StartTime: new Date(plan.from),
          EndTime: new Date(plan.until),
          ScanBy: 'TimestampAscending',
          ...(token && { NextToken: token }),
        }),
      );
      for (const result of page.MetricDataResults ?? []) {
        statuses.set(result.Id ?? '', result);
        samples.get(result.Id ?? '')?.push(...samplesOf(result));
      }
      token = page.NextToken;
    } while (token !== undefined && token !== '');
    requireComplete(statuses);
    return queries.map(({ id, periodSeconds }) => [id, seriesOf(periodSeconds, samples.get(id) ?? [])] as const);
  }
}

function dimensionsOf(published: PublishedValue): { readonly Name: string; readonly Value: string }[] {
  if (!('layer' in published)) return [];
  return [
    { Name: 'Application', Value: published.application },
    { Name: 'Layer', Value: published.layer },
  ];
}

function metricDataQuery({ id, periodSeconds, metric, expression }: MetricQuery): MetricDataQuery {
  if (metric === undefined) return { Id: id, Expression: expression, Period: periodSeconds };
  const dimensions = Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value }));
  return {
    Id: id,
    MetricStat: {
      Metric: { Namespace: metric.namespace, MetricName: metric.name, Dimensions: dimensions },
      Period: periodSeconds,
      Stat: metric.stat,
    },
  };
}

/** The last page decides: `PartialData` and `InternalError` are passing while there is a next one. */
function requireComplete(results: ReadonlyMap<string, MetricDataResult>): void {
  const failed = [...results.values()].filter(
    ({ StatusCode }) => StatusCode !== undefined && StatusCode !== 'Complete',
  );
  if (failed.length === 0) return;
  const reasons = failed.map(({ Id, StatusCode, Messages = [] }) => {
    return [`${Id}: ${StatusCode}`, ...Messages.map(({ Code, Value }) => `${Code}, ${Value}`)].join('; ');
  });
  throw new Error(`CloudWatch did not answer all queries: ${reasons.join(' | ')}`);
}

function samplesOf({ Timestamps = [], Values = [] }: MetricDataResult): readonly Sample[] {
  return Timestamps.flatMap((timestamp, index) => {
    const value = Values[index];
    return value === undefined ? [] : [{ at: instantFromMillis(timestamp.getTime()), value }];
  });
}

/** Pages may meet out of order, and an instant may come on two of them: the later answer stands. */
function seriesOf(periodSeconds: number, samples: readonly Sample[]): Series {
  const byInstant = new Map(samples.map((sample) => [sample.at, sample]));
  return { periodSeconds, samples: [...byInstant.values()].sort((a, b) => a.at - b.at) };
}

function readingOf(alarm: {
  readonly AlarmName?: string | undefined;
  readonly StateValue?: AlarmReading['state'] | undefined;
  readonly StateTransitionedTimestamp?: Date | undefined;
  readonly StateUpdatedTimestamp?: Date | undefined;
}): readonly AlarmReading[] {
  if (alarm.AlarmName === undefined || alarm.StateValue === undefined) return [];
  const since = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
  return [
    { name: alarm.AlarmName, state: alarm.StateValue, ...(since && { since: instantFromMillis(since.getTime()) }) },
  ];
}
