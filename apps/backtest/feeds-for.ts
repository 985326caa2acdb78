import type { LoadModel } from '../local/load-model.ts';
import type { KpiSource } from './choose-sources.ts';
import { type ModelledMetric, modelledFeed, recordedFeed, rescaledFeed } from './feeds.ts';
import { gatheringOf } from './kpi-kinds.ts';
import type { Feed } from './live-metrics.ts';
import { totalsOf } from './needed.ts';
import { type Recording, valuesOn } from './recording.ts';

/** What feeds each metric of one play. */
export function feedsFor(
  kpis: readonly KpiSource[],
  of: {
    readonly recording: Recording;
    readonly model: LoadModel | undefined;
    readonly equivalents: ReadonlyMap<string, number>;
  },
): readonly Feed[] {
  const { recording, model, equivalents } = of;
  const { start, end } = recording;
  const feeds: Feed[] = [];
  const modelled: (ModelledMetric & { readonly periodSeconds: number })[] = [];
  for (const { metric, periodSeconds, from } of kpis) {
    const grid = { start, end, stepSeconds: periodSeconds };
    if (from.kind === 'modelled') modelled.push({ metric, periodSeconds, layer: from.layer, signal: from.signal });
    else if (from.kind === 'recorded') {
      feeds.push(
        recordedFeed(metric, { start, periodSeconds, values: valuesOn(grid, from.column, gatheringOf(metric.stat)) }),
      );
    } else {
      const { layer } = from;
      const capacityRatio = equivalents.get(layer) ?? 1;
      feeds.push(
        rescaledFeed(metric, {
          layer,
          start,
          periodSeconds,
          totals: totalsOf(from, grid),
          capacityRatio,
          most: mostOf(metric.name),
        }),
      );
    }
  }
  if (model === undefined || modelled.length === 0) return feeds;
  const periodSeconds = Math.min(...modelled.map((metric) => metric.periodSeconds));
  return [...feeds, modelledFeed(model, { start, periodSeconds, metrics: modelled, equivalents })];
}

/** A share in percent cannot be above 100, however short the fleet is. */
function mostOf(name: string): number {
  return /cpu|percent|utili[sz]ation/i.test(name) ? 100 : Number.POSITIVE_INFINITY;
}
