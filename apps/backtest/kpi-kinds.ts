import type { Kpi } from '../../core/application/kpi-schema.ts';
import type { MetricQuery } from '../../core/collect-metrics.ts';
import type { Signal } from '../local/signals.ts';
import type { Gathering } from './recording.ts';

/**
 * How a metric depends on the fleet. `total`: what users bring, whatever runs. `per-instance`: an average over those in service; twice as many have
 * half of it. `response`: how well users are served, which no rule of three gives.
 */
export const kpiKinds = ['total', 'per-instance', 'response'] as const;
/** One of `kpiKinds`. */
export type KpiKind = (typeof kpiKinds)[number];

/** A kind, and why it is taken to be that. */
export interface InferredKind {
  readonly kind: KpiKind;
  readonly because: string;
}

/** What a metric is, by its statistic and its name; `given` wins. */
export function inferKind(
  metric: Required<MetricQuery>['metric'],
  {
    kpi,
    signal,
    given,
  }: { readonly kpi: Kpi | undefined; readonly signal: Signal | undefined; readonly given: KpiKind | undefined },
): InferredKind {
  if (given !== undefined) return { kind: given, because: 'as --kind says' };
  if (kpi !== undefined && 'pushed' in kpi) return { kind: 'total', because: 'it is pushed by the application' };
  if (gatheringOf(metric.stat) === 'sum') return { kind: 'total', because: `its statistic is ${metric.stat}` };
  if (signal === 'cpuPercent' || /memory|utili[sz]ation|percent/i.test(metric.name)) {
    return { kind: 'per-instance', because: `${metric.stat} of ${metric.name}` };
  }
  if (signal === 'responseSeconds') return { kind: 'response', because: `${metric.stat} of ${metric.name}` };
  return { kind: 'total', because: 'nothing says that it depends on the fleet' };
}

/** How datapoints of a statistic become one of a longer period. A percentile of a longer period is not known: the mean stands for it. */
export function gatheringOf(stat: string): Gathering {
  if (stat === 'Sum' || stat === 'SampleCount' || /^t[cs]\d/.test(stat)) return 'sum';
  if (stat === 'Maximum') return 'most';
  return stat === 'Minimum' ? 'least' : 'mean';
}
