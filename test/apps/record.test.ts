import { afterEach, describe, expect, it } from 'vitest';
import { cloudWatchClient } from '../../adapters/aws/clients.ts';
import { CloudWatchMetrics } from '../../adapters/aws/cloudwatch-metrics.ts';
import { readRecording } from '../../apps/backtest/read-recording.ts';
import { type RecordWorld, recordCommand } from '../../apps/record/command.ts';
import { planRecording } from '../../apps/record/plan-recording.ts';
import { recordUsage } from '../../apps/record/read-options.ts';
import { addSeconds, instantFromIso, secondsBetween } from '../../core/amounts.ts';
import { type Answer, jsonError, startFakeAws } from '../contract/fake-aws.ts';
import { makeWeb } from '../factories/backtest.ts';

const now = instantFromIso('2026-11-21T12:00:40Z');
const application = makeWeb();
const file = JSON.stringify({
  application: 'shop',
  kpis: application.kpis,
  layers: {
    web: {
      ...application.layers['web'],
      rules: [...(application.layers['web']?.rules ?? []), { name: 'old', alarm: 'queue-age', add: 1 }],
    },
  },
});

let aws: Awaited<ReturnType<typeof startFakeAws>> | undefined;

afterEach(async () => {
  await aws?.stop();
  aws = undefined;
});

interface Query {
  readonly Id: string;
  readonly MetricStat: { readonly Period: number; readonly Metric: { readonly MetricName: string } };
}

/** Every third minute of the first metric is missing; each answer has two pages. */
const twoPages: Answer = ({ input }) => {
  const { MetricDataQueries, StartTime, EndTime, NextToken } = input as {
    readonly MetricDataQueries: readonly Query[];
    readonly StartTime: number;
    readonly EndTime: number;
    readonly NextToken?: string;
  };
  const middle = StartTime + 60 * Math.floor((EndTime - StartTime) / 120);
  const [from, until] = NextToken === undefined ? [StartTime, middle] : [middle, EndTime];
  const results = MetricDataQueries.map(({ Id, MetricStat }, index) => {
    const times = Array.from(
      { length: Math.ceil((until - from) / MetricStat.Period) },
      (_, step) => from + step * MetricStat.Period,
    );
    const kept = times.filter((time) => index > 0 || (time / 60) % 3 !== 0);
    return { Id, StatusCode: 'Complete', Timestamps: kept, Values: kept.map((time) => (index === 0 ? time / 60 : 7)) };
  });
  return { body: { MetricDataResults: results, ...(NextToken === undefined ? { NextToken: 'more' } : {}) } };
};

function makeWorld() {
  const said: string[] = [];
  const wrong: string[] = [];
  const written = new Map<string, string>();
  const world: RecordWorld = {
    now: () => now,
    openMetrics: () => new CloudWatchMetrics({ client: cloudWatchClient() }),
    readFile: (path) => {
      if (path !== 'shop.json') throw new Error('ENOENT');
      return file;
    },
    writeFile: (path, text) => {
      if (path.startsWith('/')) throw new Error('EROFS');
      written.set(path, text);
    },
    print: (text) => void said.push(text),
    printError: (text) => void wrong.push(text),
  };
  return { world, said, wrong, written };
}

describe('npm run record', () => {
  it('writes what the rules look at and what ran, as CloudWatch has it, ready for a back-test', async () => {
    aws = await startFakeAws(twoPages);
    const { world, said, written } = makeWorld();

    expect(await recordCommand(['shop.json', '--days', '0.25', '--out', 'shop.csv'], world)).toBe(0);
    const csv = written.get('shop.csv') ?? '';
    const lines = csv.split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'time,requests,web_in_service',
      '2026-11-21T06:00:00Z,,7',
      `2026-11-21T06:01:00Z,${instantFromIso('2026-11-21T06:01:00Z') / 60_000},7`,
      `2026-11-21T06:02:00Z,${instantFromIso('2026-11-21T06:02:00Z') / 60_000},7`,
    ]);
    expect(lines).toHaveLength(1 + 360 + 1);
    const columns = readRecording(csv, now);
    expect('problems' in columns ? columns.problems : columns.map(({ name }) => name)).toEqual([
      'requests',
      'web_in_service',
    ]);
    expect(said.join('\n')).toContain('Asks CloudWatch for 2 metrics in 1 part: about $0.00002');
    expect(said.at(-1)).toContain('requests: 240 datapoints');
    expect(said.at(-1)).toContain('queue-age: CloudWatch keeps no series of it');
  });

  it('asks the metrics that the application asks, and our own of each layer', async () => {
    aws = await startFakeAws(twoPages);
    const { world } = makeWorld();
    await recordCommand(['shop.json', '--days', '0.25', '--out', 'shop.csv', '--end', '2026-11-20T00:00:00Z'], world);
    const [request] = aws.requests;

    expect(request?.input).toMatchObject({
      StartTime: instantFromIso('2026-11-19T18:00:00Z') / 1000,
      EndTime: instantFromIso('2026-11-20T00:00:00Z') / 1000,
      MetricDataQueries: [
        {
          MetricStat: {
            Metric: { Namespace: 'AWS/ApplicationELB', MetricName: 'RequestCount' },
            Period: 60,
            Stat: 'Sum',
          },
        },
        { MetricStat: { Metric: { Namespace: 'Concertina', MetricName: 'InService' }, Period: 60, Stat: 'Average' } },
      ],
    });
  });

  it('says what it costs before it asks, and writes nothing when AWS fails', async () => {
    aws = await startFakeAws(() => jsonError('AccessDenied', { status: 403 }));
    const { world, said, wrong, written } = makeWorld();

    expect(await recordCommand(['shop.json', '--days', '1', '--out', 'shop.csv'], world)).toBe(1);
    expect(said.join('\n')).toContain('Asks CloudWatch for 2 metrics');
    expect(wrong.join('\n')).toContain('nothing was written: AccessDenied');
    expect(written.size).toBe(0);
  });

  it.each([
    ['no file', ['--days', '1', '--out', 'a.csv'], 'FILE'],
    ['no days', ['shop.json', '--out', 'a.csv'], '--days'],
    ['more days than CloudWatch keeps', ['shop.json', '--days', '456', '--out', 'a.csv'], '--days'],
    ['nowhere to write', ['shop.json', '--days', '1'], '--out'],
    ['a wrong time', ['shop.json', '--days', '1', '--out', 'a.csv', '--end', 'noon'], '--end'],
    ['a file that is not there', ['none.json', '--days', '1', '--out', 'a.csv'], 'FILE'],
  ])('refuses %s', async (_, words, path) => {
    const { world, wrong } = makeWorld();

    expect(await recordCommand(words, world)).toBe(2);
    expect(wrong.join('\n')).toContain(`1 problem, nothing written\n\n${path}\n`);
  });

  it('refuses a place that cannot be written', async () => {
    aws = await startFakeAws(twoPages);
    const { world, wrong } = makeWorld();

    expect(await recordCommand(['shop.json', '--days', '0.25', '--out', '/shop.csv'], world)).toBe(2);
    expect(wrong.join('\n')).toContain('--out\n  found    "/shop.csv"');
  });

  it('prints its usage', async () => {
    const { world, said } = makeWorld();

    expect(await recordCommand(['--help'], world)).toBe(0);
    expect(said).toEqual([recordUsage]);
  });
});

describe('the plan of a recording', () => {
  it.each([
    [0.1, 60],
    [15, 60],
    [15.1, 300],
    [63, 300],
    [64, 3600],
  ])('of %d days asks at the %d s that CloudWatch still keeps', (days, stepSeconds) => {
    expect(planRecording(application, { days, end: now }).stepSeconds).toBe(stepSeconds);
  });

  it('never asks for more datapoints than one answer holds, and leaves no step out', () => {
    const layers = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`web${index || ''}`, application.layers['web']]),
    );
    const plan = planRecording({ ...application, layers } as typeof application, { days: 15, end: now });

    expect(plan.columns).toHaveLength(10);
    expect(plan.plans.length).toBeGreaterThan(1);
    for (const { from, until, calls } of plan.plans) {
      const datapoints = (calls[0]?.length ?? 0) * (secondsBetween(from, until) / plan.stepSeconds);
      expect(datapoints).toBeLessThanOrEqual(100_800);
    }
    expect(plan.plans[0]?.from).toBe(plan.from);
    for (const [index, { until }] of plan.plans.entries())
      expect(plan.plans[index + 1]?.from ?? plan.until).toBe(until);
    expect(plan.until).toBe(addSeconds(plan.from, 15 * 86_400));
    expect(plan.metricsRequested).toBe(10 * plan.plans.length);
  });

  it('keeps periods of seconds for the three hours that CloudWatch keeps them', () => {
    const quick = makeWeb({
      kpis: { cpu: { metric: { namespace: 'A', name: 'B', stat: 'Average' }, periodSeconds: 10 } },
      layer: { rules: [{ name: 'cpu', kpi: 'cpu', targetValue: 5 }] },
    });

    expect(planRecording(quick, { days: 0.125, end: now }).stepSeconds).toBe(10);
    expect(planRecording(quick, { days: 0.126, end: now }).stepSeconds).toBe(60);
  });
});
