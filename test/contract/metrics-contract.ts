import { describe, expect, it } from 'vitest';
import type { Metrics } from '../../adapters/ports.ts';
import { addSeconds, alignDown, type Instant } from '../../core/amounts.ts';
import type { MetricPlan, MetricQuery } from '../../core/collect-metrics.ts';
import { freshApplication } from '../factories/table.ts';

/** Metrics, and an instant that lies a few minutes back for them. */
export interface MetricsUnderTest {
  readonly metrics: Metrics;
  readonly past: Instant;
}

/** What every source of metrics promises. Metric math is apart: no emulator knows it. */
export function metricsContract(name: string, makeMetrics: () => Promise<MetricsUnderTest>): void {
  describe(`${name} as a source of metrics`, () => {
    it('gives back what was published, by period, ascending, the end left out', async () => {
      const { metrics, past } = await makeMetrics();
      const application = freshApplication();
      const from = alignDown(past, 60);
      const values = [3, 4, 5, 6].map((value, index) =>
        published({ application, value, at: addSeconds(from, index * 60) }),
      );
      await metrics.publish(values);
      await metrics.publish(values.slice(0, 1));

      const series = await metrics.read(planOf({ from, until: addSeconds(from, 180) }, queryOf(application)));

      expect(series.get('inService')).toEqual({
        periodSeconds: 60,
        samples: [3, 4, 5].map((value, index) => ({ at: addSeconds(from, index * 60), value })),
      });
    });

    it('has no samples for a metric without data, and none for a period without any', async () => {
      const { metrics, past } = await makeMetrics();
      const [application, silent] = [freshApplication(), freshApplication()];
      const from = alignDown(past, 60);
      await metrics.publish([published({ application, value: 7, at: addSeconds(from, 60) })]);
      const plan = planOf({ from, until: addSeconds(from, 180) }, queryOf(application), {
        ...queryOf(silent),
        id: 'silent',
      });

      const series = await metrics.read(plan);

      expect(series.get('inService')?.samples).toEqual([{ at: addSeconds(from, 60), value: 7 }]);
      expect(series.get('silent')?.samples).toEqual([]);
    });

    it('gives back what was published days ago in a window of weeks', async () => {
      const { metrics, past } = await makeMetrics();
      const application = freshApplication();
      const longAgo = alignDown(addSeconds(past, -10 * 86_400), 60);
      await metrics.publish([published({ application, value: 8, at: longAgo })]);
      await metrics.publish([published({ application, value: 9, at: alignDown(past, 60) })]);
      const window = { from: addSeconds(longAgo, -4 * 86_400), until: addSeconds(past, 60) };

      const series = await metrics.read(planOf(window, queryOf(application)));

      expect(series.get('inService')?.samples).toEqual([
        { at: longAgo, value: 8 },
        { at: alignDown(past, 60), value: 9 },
      ]);
    });

    it('leaves out an alarm that does not exist', async () => {
      const { metrics } = await makeMetrics();

      expect(await metrics.alarms(['no such alarm'])).toEqual([]);
      expect(await metrics.alarms([])).toEqual([]);
    });
  });
}

function published(of: { readonly application: string; readonly value: number; readonly at: Instant }) {
  return { ...of, name: 'InService', layer: 'web' } as const;
}

function queryOf(application: string): MetricQuery {
  const dimensions = { Application: application, Layer: 'web' };
  const metric = { namespace: 'Concertina', name: 'InService', stat: 'Average', dimensions };
  return { id: 'inService', periodSeconds: 60, metric };
}

function planOf(window: Pick<MetricPlan, 'from' | 'until'>, ...queries: MetricQuery[]): MetricPlan {
  return { ...window, calls: [queries], queryOf: new Map(queries.map((query) => [query.id, query])) };
}
