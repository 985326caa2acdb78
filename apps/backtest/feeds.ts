import { type MetricDatum, statisticOf } from '../../adapters/memory/metric-statistic.ts';
import { addSeconds, type Instant, secondsBetween } from '../../core/amounts.ts';
import type { LoadModel } from '../local/load-model.ts';
import type { Signal } from '../local/signals.ts';
import type { LayerSample } from '../local/stations.ts';
import type { Feed, Metric } from './live-metrics.ts';

/** A metric as it was recorded, whatever the fleet does. `values` by period from `start`. */
export function recordedFeed(
  metric: Metric,
  of: { readonly start: Instant; readonly periodSeconds: number; readonly values: Float64Array },
): Feed {
  const { start, periodSeconds, values } = of;
  return {
    periodSeconds,
    metrics: [metric],
    pass: () => undefined,
    take: (at) => [values[Math.round(secondsBetween(start, at) / periodSeconds)] ?? Number.NaN],
  };
}

/** What a metric per instance is made of. */
export interface RescaledOf {
  readonly layer: string;
  readonly start: Instant;
  readonly periodSeconds: number;
  /** Recorded value × recorded count, by period: what all instances together did. */
  readonly totals: Float64Array;
  /** What an instance of the simulated fleet carries, of what a recorded one did. */
  readonly capacityRatio: number;
  /** No average is above this. */
  readonly most: number;
}

/** An average over instances: what all of them did, over those that are in service here. Without any there is no datapoint. */
export function rescaledFeed(metric: Metric, of: RescaledOf): Feed {
  const { layer, start, periodSeconds, totals, capacityRatio, most } = of;
  let passed = start;
  let instanceSeconds = 0;
  return {
    periodSeconds,
    metrics: [metric],
    pass: (until, inService) => {
      instanceSeconds += secondsBetween(passed, until) * (inService.get(layer) ?? 0);
      passed = until;
    },
    take: (at) => {
      const meanInService = instanceSeconds / periodSeconds;
      instanceSeconds = 0;
      if (meanInService === 0) return [Number.NaN];
      const total = totals[Math.round(secondsBetween(start, at) / periodSeconds)] ?? Number.NaN;
      return [Math.min(most, total / (meanInService * capacityRatio))];
    },
  };
}

/** One metric that the load model tells. */
export interface ModelledMetric {
  readonly metric: Metric;
  readonly layer: string;
  readonly signal: Signal;
}

/**
 * Metrics of the load model of the local world: queues before equal servers. `equivalents` says how many of the model's instances one of a layer
 * stands for.
 */
export function modelledFeed(
  model: LoadModel,
  of: {
    readonly start: Instant;
    readonly periodSeconds: number;
    readonly metrics: readonly ModelledMetric[];
    readonly equivalents: ReadonlyMap<string, number>;
  },
): Feed {
  const { start, periodSeconds, metrics, equivalents } = of;
  return {
    periodSeconds,
    metrics: metrics.map(({ metric }) => metric),
    pass: (until, inService) => {
      for (const { layer } of model.layers) {
        const count = (inService.get(layer) ?? 0) * (equivalents.get(layer) ?? 1);
        if (count !== model.inService(layer)) model.setInService(layer, count, model.second);
      }
      model.advanceTo(secondsBetween(start, until));
    },
    take: (at) => {
      const samples = new Map(model.layers.map(({ layer }) => [layer, model.takeSample(layer)]));
      return metrics.map(({ metric, layer, signal }) => datapointOf(samples.get(layer), { metric, signal, at }));
    },
  };
}

function datapointOf(
  sample: LayerSample | undefined,
  { metric, signal, at }: { readonly metric: Metric; readonly signal: Signal; readonly at: Instant },
): number {
  if (sample === undefined) return Number.NaN;
  if (signal === 'responseSeconds') {
    const datum: MetricDatum = { at: addSeconds(at, 0), ...sample.responseSeconds };
    return statisticOf(metric.stat, [datum]) ?? Number.NaN;
  }
  const value = sample[signal] ?? Number.NaN;
  // Load balancers put counts only when there are any.
  const isNothing = (signal === 'requests' && value === 0) || (signal === 'errors' && value < 0.5);
  return isNothing ? Number.NaN : value;
}
