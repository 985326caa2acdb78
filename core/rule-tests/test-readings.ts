import { addSeconds, alignDown, type Instant } from '../amounts.ts';
import type { Application } from '../application/application-schema.ts';
import { collectMetrics, plannedKpis } from '../collect-metrics.ts';
import { computeKpis } from '../compute-kpis.ts';
import type { KpiQueries } from '../kpi-queries.ts';
import type { Readings } from '../readings.ts';
import type { Sample, Series } from '../samples.ts';
import type { TestReadings } from './tests-schema.ts';

/**
 * What the rules see when CloudWatch answers as a test states: its values become datapoints of the newest complete periods, and the production code
 * makes readings of them, stand-ins for missing data included.
 */
export function testReadings(application: Application, stated: TestReadings, now: Instant): Readings {
  const plan = collectMetrics(application, now);
  const results = new Map<string, Series>();
  if (stated !== 'outage') {
    for (const kpi of plannedKpis(application)) {
      const value = Object.hasOwn(stated, kpi.kpi) ? stated[kpi.kpi] : undefined;
      // KPIs that ask the same share a query: what is stated of either goes for both.
      if (value === undefined && results.has(kpi.query.id)) continue;
      const samples = samplesOf(kpi, value, now);
      results.set(kpi.query.id, { periodSeconds: kpi.query.periodSeconds, samples });
      for (const { id } of kpi.heldInputs) {
        // What an expression repeats is as fresh as its value; it is asked for under its own name as well.
        if (!results.has(id)) results.set(id, { periodSeconds: kpi.query.periodSeconds, samples });
      }
    }
  }
  return computeKpis(application, plan, results, now);
}

type Stated = Exclude<TestReadings, 'outage'>[string];

function samplesOf(kpi: KpiQueries, stated: Stated | undefined, now: Instant): readonly Sample[] {
  const { periodSeconds } = kpi.query;
  const values = valuesOf(kpi, stated);
  const newest = addSeconds(alignDown(now, periodSeconds), -periodSeconds);
  return values.flatMap((value, index): Sample[] => {
    const at = addSeconds(newest, (index - values.length + 1) * periodSeconds);
    return value === null ? [] : [{ at, value }];
  });
}

/** One value stands for every period that anything looks at. */
function valuesOf(
  { periods, coverage, peaksWithinSeconds, query }: KpiQueries,
  stated: Stated | undefined,
): readonly (number | null)[] {
  if (stated === undefined || stated === 'missing') return [];
  if (typeof stated !== 'number') return stated;
  const ofPeaks = Math.ceil(Math.max(0, ...peaksWithinSeconds) / query.periodSeconds);
  return Array.from({ length: Math.max(periods, coverage?.ofPeriods ?? 1, ofPeaks) }, () => stated);
}
