import { afterEach, describe, expect, it } from 'vitest';
import { cloudWatchClient } from '../../adapters/aws/clients.ts';
import { CloudWatchMetrics } from '../../adapters/aws/cloudwatch-metrics.ts';
import { instantFromMillis } from '../../core/amounts.ts';
import type { MetricPlan, MetricQuery } from '../../core/collect-metrics.ts';
import { later, noon } from '../factories/stored.ts';
import { type Answer, jsonError, startFakeAws } from './fake-aws.ts';

let aws: Awaited<ReturnType<typeof startFakeAws>>;

afterEach(() => aws.stop());

async function makeMetrics(answer: Answer): Promise<CloudWatchMetrics> {
  aws = await startFakeAws(answer);
  return new CloudWatchMetrics({ client: cloudWatchClient() });
}

const requests: MetricQuery = {
  id: 'requests',
  periodSeconds: 60,
  metric: { namespace: 'AWS/ELB', name: 'RequestCount', stat: 'Sum', dimensions: { LoadBalancer: 'app/shop' } },
};
const perMinute: MetricQuery = { id: 'perMinute', periodSeconds: 60, expression: 'requests / 60' };

function makePlan(...calls: MetricQuery[][]): MetricPlan {
  const queryOf = new Map(calls.flat().map((query) => [query.id, query]));
  return { from: noon, until: later(300), calls, queryOf };
}

/** One query's answer; samples as [seconds after noon, value]. */
function result(id: string, samples: readonly (readonly [number, number])[], status = 'Complete') {
  return {
    Id: id,
    StatusCode: status,
    Timestamps: samples.map(([seconds]) => later(seconds) / 1000),
    Values: samples.map(([, value]) => value),
  };
}

describe('CloudWatchMetrics, read', () => {
  it('asks each call of the plan once, expressions with their period, the end left out', async () => {
    const metrics = await makeMetrics(() => ({ body: { MetricDataResults: [] } }));

    await metrics.read(makePlan([requests, perMinute]));

    const [request, ...more] = aws.requests;
    expect(more).toEqual([]);
    expect(request?.operation).toBe('GetMetricData');
    expect(request?.input).toEqual({
      MetricDataQueries: [
        {
          Id: 'requests',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/ELB',
              MetricName: 'RequestCount',
              Dimensions: [{ Name: 'LoadBalancer', Value: 'app/shop' }],
            },
            Period: 60,
            Stat: 'Sum',
          },
        },
        { Id: 'perMinute', Expression: 'requests / 60', Period: 60 },
      ],
      StartTime: noon / 1000,
      EndTime: later(300) / 1000,
      ScanBy: 'TimestampAscending',
    });
  });

  it('puts pages together, ascending, one sample an instant, a query without data empty', async () => {
    const metrics = await makeMetrics((_, times) =>
      times === 1
        ? { body: { MetricDataResults: [result('requests', [[60, 2]], 'PartialData')], NextToken: 'more' } }
        : {
            body: {
              MetricDataResults: [
                result('requests', [
                  [0, 1],
                  [60, 3],
                ]),
              ],
            },
          },
    );

    const series = await metrics.read(makePlan([requests, perMinute]));

    expect(aws.requests[1]?.input).toMatchObject({ NextToken: 'more' });
    expect(series).toEqual(
      new Map([
        [
          'requests',
          {
            periodSeconds: 60,
            samples: [
              { at: noon, value: 1 },
              { at: later(60), value: 3 },
            ],
          },
        ],
        ['perMinute', { periodSeconds: 60, samples: [] }],
      ]),
    );
  });

  it('asks for weeks as for minutes, and follows every page of them', async () => {
    const metrics = await makeMetrics((_, times) => ({
      body: {
        MetricDataResults: [result('requests', [[times * 60, times]], times < 4 ? 'PartialData' : 'Complete')],
        ...(times < 4 ? { NextToken: `page ${times}` } : {}),
      },
    }));

    const plan = { ...makePlan([requests]), from: later(-15 * 86_400) };
    const series = await metrics.read(plan);

    expect(aws.requests[0]?.input).toMatchObject({ StartTime: later(-15 * 86_400) / 1000, EndTime: later(300) / 1000 });
    expect(aws.requests.map(({ input }) => input['NextToken'])).toEqual([undefined, 'page 1', 'page 2', 'page 3']);
    expect(series.get('requests')?.samples.map(({ value }) => value)).toEqual([1, 2, 3, 4]);
  });

  it('brings the answers of all calls together', async () => {
    const metrics = await makeMetrics(({ input }) => {
      const queries = JSON.stringify(input['MetricDataQueries']);
      return {
        body: { MetricDataResults: [result(queries.includes('RequestCount') ? 'requests' : 'perMinute', [[0, 7]])] },
      };
    });

    const series = await metrics.read(makePlan([requests], [perMinute]));

    expect([...series].map(([id, { samples }]) => [id, samples[0]?.value])).toEqual([
      ['requests', 7],
      ['perMinute', 7],
    ]);
  });

  it.each(['InternalError', 'Forbidden', 'PartialData'])(
    'throws when a query ends as %s: no empty answer',
    async (status) => {
      const metrics = await makeMetrics(() => ({
        body: { MetricDataResults: [result('requests', []), result('perMinute', [], status)] },
      }));

      await expect(metrics.read(makePlan([requests, perMinute]))).rejects.toThrow(`perMinute: ${status}`);
    },
  );

  it('throws when CloudWatch refuses', async () => {
    const metrics = await makeMetrics(() => jsonError('ValidationError'));

    await expect(metrics.read(makePlan([requests]))).rejects.toThrow('ValidationError');
  });
});

describe('CloudWatchMetrics, publish and alarms', () => {
  it('writes our values with their dimensions, a thousand a call', async () => {
    const metrics = await makeMetrics(() => ({ body: {} }));
    const value = { name: 'InService', application: 'shop', layer: 'web', value: 3, at: noon } as const;

    await metrics.publish(Array.from({ length: 1001 }, () => value));

    expect(aws.requests.map(({ operation }) => operation)).toEqual(['PutMetricData', 'PutMetricData']);
    expect(aws.requests[1]?.input).toEqual({
      Namespace: 'Concertina',
      MetricData: [
        {
          MetricName: 'InService',
          Dimensions: [
            { Name: 'Application', Value: 'shop' },
            { Name: 'Layer', Value: 'web' },
          ],
          Timestamp: noon / 1000,
          Value: 3,
          Unit: 'Count',
        },
      ],
    });
  });

  it('writes a value over all layers without dimensions', async () => {
    const metrics = await makeMetrics(() => ({ body: {} }));

    await metrics.publish([{ name: 'DegradedLayers', value: 2, at: noon }]);

    expect(aws.requests[0]?.input).toMatchObject({
      MetricData: [{ MetricName: 'DegradedLayers', Dimensions: [], Value: 2 }],
    });
  });

  it('reads metric and composite alarms, a hundred names a call, each name once', async () => {
    const metrics = await makeMetrics((_, times) =>
      times === 1
        ? {
            body: {
              MetricAlarms: [{ AlarmName: 'a', StateValue: 'ALARM', StateTransitionedTimestamp: noon / 1000 }],
              CompositeAlarms: [{ AlarmName: 'b', StateValue: 'OK', StateUpdatedTimestamp: 0 }],
            },
          }
        : { body: {} },
    );
    const names = Array.from({ length: 101 }, (_, index) => `alarm-${index}`);

    const readings = await metrics.alarms([...names, 'alarm-0']);

    expect(aws.requests).toHaveLength(2);
    expect(aws.requests[0]?.input).toMatchObject({ AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] });
    expect(aws.requests[1]?.input).toMatchObject({ AlarmNames: ['alarm-100'] });
    expect(readings).toEqual([
      { name: 'a', state: 'ALARM', since: noon },
      { name: 'b', state: 'OK', since: instantFromMillis(0) },
    ]);
  });

  it('asks nothing for no names and no values', async () => {
    const metrics = await makeMetrics(() => ({ body: {} }));

    expect(await metrics.alarms([])).toEqual([]);
    await metrics.publish([]);

    expect(aws.requests).toEqual([]);
  });
});
