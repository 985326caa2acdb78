import { type BacktestReport, type BacktestRequest, backtest } from '../../apps/backtest/backtest.ts';
import { type Column, recordingOf } from '../../apps/backtest/recording.ts';
import { type Instant, instantFromIso } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import { makeApplication, makeLayer } from './application.ts';

/** When recordings of tests begin: a Saturday. */
export const recordedFrom: Instant = instantFromIso('2026-08-01T00:00:00Z');

/** A recorded column, a value a minute. */
export function makeColumn(
  name: string,
  values: readonly number[],
  { stepSeconds = 60, start = recordedFrom } = {},
): Column {
  return { name, start, stepSeconds, values: Float64Array.from(values) };
}

/** So many minutes of each value. */
export function minutesOf(...parts: readonly (readonly [minutes: number, value: number])[]): readonly number[] {
  return parts.flatMap(([minutes, value]) => Array<number>(minutes).fill(value));
}

/** A metric that counts requests. */
export const requestsMetric = { namespace: 'AWS/ApplicationELB', name: 'RequestCount', stat: 'Sum' };
/** A metric that is an average over the instances of `web`. */
export const cpuMetric = {
  namespace: 'CWAgent',
  name: 'cpu_usage_active',
  stat: 'Average',
  dimensions: { Layer: 'web' },
};

/** One layer `web` that keeps its requests for each instance near 10, moves at once and drains for 30 s. */
export function makeWeb({
  layer = {},
  ...overrides
}: {
  readonly layer?: object;
  readonly [key: string]: unknown;
} = {}): Application {
  return makeApplication({
    kpis: {
      requests: { metric: requestsMetric, missing: { holdLastSeconds: 120 } },
      perInstance: { expression: 'requests / MAX([web_in_service, 1])' },
      cpu: { metric: cpuMetric },
    },
    layers: {
      web: makeLayer({
        rules: [{ name: 'ten each', kpi: 'perInstance', targetValue: 10 }],
        readySeconds: 120,
        drainSeconds: 30,
        scaleIn: { stabilizationSeconds: 0, maxPercent: 100 },
        ...layer,
      }),
    },
    ...overrides,
  });
}

/** A back-test of `makeWeb` under calm conditions: boots of 60 s, datapoints 60 s late, nobody to wait for. */
export function makeRequest(
  overrides: Partial<BacktestRequest> & { readonly values?: readonly Column[] } = {},
): BacktestRequest {
  const { values = [makeColumn('requests', minutesOf([30, 10], [30, 40], [30, 10]))], ...others } = overrides;
  return {
    files: [{ name: 'shop.json', application: makeWeb() }],
    recording: recordingOf(values),
    bootSeconds: 60,
    conditions: { delaySeconds: 60, acknowledgeSeconds: 5, refusePercent: 0, seed: 1 },
    ...others,
  };
}

/** Plays it; throws when it cannot be played. */
export async function played(request: BacktestRequest): Promise<BacktestReport> {
  const report = await backtest(request);
  if ('problems' in report) throw new Error(JSON.stringify(report.problems));
  return report;
}
