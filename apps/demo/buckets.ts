/** A part of a series, as one column of a plot shows it. */
export interface Bucket {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** Cuts a series into `count` parts of nearly the same length (fewer when it is shorter). NaN counts for nothing. */
export function bucketsOf(series: ArrayLike<number>, count: number): readonly Bucket[] {
  const columns = Math.min(count, series.length);
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * series.length) / columns);
    const until = Math.floor(((column + 1) * series.length) / columns);
    return bucketOf(series, from, until);
  });
}

function bucketOf(series: ArrayLike<number>, from: number, until: number): Bucket {
  let [sum, found, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = from; index < until; index += 1) {
    const value = series[index] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    sum += value;
    found += 1;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return found === 0 ? { mean: Number.NaN, least: Number.NaN, most: Number.NaN } : { mean: sum / found, least, most };
}

/** The most of all buckets; 0 when none has a value. */
export function mostOf(buckets: readonly Bucket[]): number {
  return Math.max(0, ...buckets.flatMap(({ most }) => (Number.isNaN(most) ? [] : [most])));
}

/** A round number at or above `value`, not far from it; 1 for 0. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((candidate) => candidate * power >= value * (1 - 1e-9)) ?? 10;
  return factor * power;
}
