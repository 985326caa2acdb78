import type { Instant } from '../../core/amounts.ts';

/** Values of one metric that were put together: each counts as often as `counts` says (once, without it), as PutMetricData has it. */
export interface MetricDatum {
  readonly at: Instant;
  readonly values: readonly number[];
  readonly counts?: readonly number[];
}

interface Weighted {
  readonly value: number;
  readonly count: number;
}

/** A percentile statistic and its trimmed relatives, as the application file allows them. */
const percentileStatistic = /^(p|tm|tc|ts|wm)(\d{1,2}(?:\.\d{1,2})?)$/;

/**
 * A CloudWatch statistic over all that was put in one period; undefined without data. Percentiles take the nearest rank. Throws on a name
 * that CloudWatch does not have. docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 */
export function statisticOf(name: string, data: readonly MetricDatum[]): number | undefined {
  const samples = data.reduce((sum, datum) => sum + countOf(datum), 0);
  if (samples === 0) return undefined;
  switch (name) {
    case 'SampleCount':
      return samples;
    case 'Sum':
      return sumOf(data);
    case 'Average':
      return sumOf(data) / samples;
    case 'Minimum':
      return data.reduce((least, { values }) => Math.min(least, ...values), Number.POSITIVE_INFINITY);
    case 'Maximum':
      return data.reduce((most, { values }) => Math.max(most, ...values), Number.NEGATIVE_INFINITY);
    default:
      return percentileKind(name, data, samples);
  }
}

function percentileKind(name: string, data: readonly MetricDatum[], samples: number): number {
  const [, kind, percent] = percentileStatistic.exec(name) ?? [];
  if (kind === undefined) throw new Error(`CloudWatch has no statistic ${name}`);
  const sorted = sortedValues(data);
  const rank = (Number(percent) / 100) * samples;
  const edge = valueAtRank(sorted, rank);
  if (kind === 'p') return edge;
  const below = firstUpTo(sorted, rank);
  const count = below.reduce((sum, weighted) => sum + weighted.count, 0);
  const sum = below.reduce((total, { value, count: times }) => total + value * times, 0);
  if (kind === 'tc') return count;
  if (kind === 'ts') return sum;
  if (kind === 'wm') return (sum + (samples - count) * edge) / samples;
  return count === 0 ? edge : sum / count;
}

function countOf({ values, counts }: MetricDatum): number {
  return counts === undefined ? values.length : counts.reduce((sum, count) => sum + count, 0);
}

function sumOf(data: readonly MetricDatum[]): number {
  let sum = 0;
  for (const { values, counts } of data) {
    for (let index = 0; index < values.length; index += 1) sum += (values[index] ?? 0) * (counts?.[index] ?? 1);
  }
  return sum;
}

function sortedValues(data: readonly MetricDatum[]): readonly Weighted[] {
  const all = data.flatMap(({ values, counts }) =>
    values.map((value, index) => ({ value, count: counts?.[index] ?? 1 })),
  );
  return all.sort((a, b) => a.value - b.value);
}

/** The smallest value that `rank` of the values are at or below; a little slack for counts that are fractions. */
function valueAtRank(sorted: readonly Weighted[], rank: number): number {
  let seen = 0;
  for (const { value, count } of sorted) {
    seen += count;
    if (seen >= rank * (1 - 1e-9)) return value;
  }
  return sorted.at(-1)?.value ?? 0;
}

/** The values up to that rank, the last one in part when the rank falls inside it. */
function firstUpTo(sorted: readonly Weighted[], rank: number): readonly Weighted[] {
  const kept: Weighted[] = [];
  let left = rank;
  for (const { value, count } of sorted) {
    if (left <= 0) break;
    kept.push({ value, count: Math.min(count, left) });
    left -= count;
  }
  return kept;
}
