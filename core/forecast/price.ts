import type { Survival } from './error-shape.ts';

/*
 * The risk is spent where covering it is dear, and not where it is cheap. With a price p on a minute short (in instance-minutes), the best fleet
 * for an uncertain demand D is the n that makes n + p * P(D > n) least. The higher the price, the larger the fleet and the smaller the risk. So each
 * demand that came has a price that would just have covered it: that is the conformity score, and the price in use is the quantile
 * of past scores that the asked-for risk implies (conformal prediction: Vovk et al. 2005; adaptive: Gibbs and Candès 2021).
 */

/** Scores are counted by the logarithm of the price, in bins. */
const bins = 160;
const firstLog = -6;
const logPerBin = 0.2;
const memory = 1 - 1 / 100_000;
/** A launch that turns out to be for nothing is billed for booting and for being held, about twice the time it serves. */
export const launchFactor = 2;
/** How many sizes of a fleet are looked at, at most. */
const mostSizes = 1500;
/** Fleets between demand this many scales below and above what is expected are looked at. */
const scalesBelow = 8;
const scalesAbove = 40;

/** The demand that may come: square root expected, its scale, and the shape of scaled errors. */
export interface Outlook {
  readonly expected: number;
  readonly scale: number;
  readonly regime: number;
}

/** What turns an outlook into chances: the shape of errors and the demand (in units) that one instance carries. */
export interface Chances {
  readonly survivalIn: (regime: number) => Survival;
  readonly perInstance: number;
}

/** No score counted yet. */
export function startPrices(): number[] {
  return new Array<number>(bins).fill(0);
}

/** The chance that `instances` are too few. */
export function chanceShort(outlook: Outlook, { survivalIn, perInstance }: Chances, instances: number): number {
  return survivalIn(outlook.regime)((Math.sqrt(instances * perInstance) - outlook.expected) / outlook.scale);
}

/** The same for many sizes. */
function risksOf(outlook: Outlook, { survivalIn, perInstance }: Chances): (size: number) => number {
  const survival = survivalIn(outlook.regime);
  return (size) => survival((Math.sqrt(size * perInstance) - outlook.expected) / outlook.scale);
}

/**
 * The best fleet at a price, 1 at least, for one who has `held` instances anyway: each one more costs `launchFactor` times as much, because it is billed
 * while it boots and is not given up again at once.
 */
export function sizeAtPrice(
  outlook: Outlook,
  chances: Chances,
  { price, held }: { readonly price: number; readonly held: number },
): number {
  const { least, most } = sizesOf(outlook, chances);
  const riskOf = risksOf(outlook, chances);
  let best = least;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let size = least; size <= most; size += 1) {
    const risk = price * riskOf(size);
    const cost = size + (launchFactor - 1) * Math.max(0, size - held) + risk;
    if (cost <= bestCost) {
      bestCost = cost;
      best = size;
    }
    if (risk < 0.3) break;
  }
  return best;
}

/**
 * The price at which the best fleet reaches `needed`: 0 when any does, infinite when none does. The best fleets at rising prices are the
 * corners of the lower convex hull of the points (n, P(D > n)); the price is one over the slope of the edge that passes `needed`.
 */
export function priceOfSize(outlook: Outlook, chances: Chances, needed: number): number {
  const { least, most } = sizesOf(outlook, chances);
  const riskOf = risksOf(outlook, chances);
  if (needed <= least) return 0;
  if (needed > most) return Number.POSITIVE_INFINITY;
  const sizes: number[] = [];
  const risks: number[] = [];
  for (let size = least; size <= most; size += 1) {
    const risk = riskOf(size);
    while (sizes.length >= 2 && isAboveChord(sizes, risks, { size, risk })) {
      sizes.pop();
      risks.pop();
    }
    sizes.push(size);
    risks.push(risk);
    if (size >= needed && risk < 1e-7) break;
  }
  const right = sizes.findIndex((size) => size >= needed);
  const fall = (risks[right - 1] ?? 0) - (risks[right] ?? 0);
  return fall > 0 ? ((sizes[right] ?? 0) - (sizes[right - 1] ?? 0)) / fall : Number.POSITIVE_INFINITY;
}

/** Adds the scores of one tick; as they have much in common, together they are worth the root of their number. */
export function addPrices(prices: readonly number[], scores: readonly number[]): number[] {
  const next = prices.map((count) => count * memory);
  for (const score of scores) {
    const place = score > 0 ? Math.floor((Math.log(score) - firstLog) / logPerBin) : 0;
    const bin = Math.max(0, Math.min(bins - 1, place));
    next[bin] = (next[bin] ?? 0) + 1 / Math.sqrt(scores.length);
  }
  return next;
}

/** The smallest fleet whose chance to be short is at most `risk`, each time anew; what is used until there are scores. */
export function sizeAtChance(outlook: Outlook, chances: Chances, risk: number): number {
  const { least, most } = sizesOf(outlook, chances);
  const riskOf = risksOf(outlook, chances);
  let size = least;
  while (size < most && riskOf(size) > risk) size += 1;
  return size;
}

/** How many scores there are beyond the quantile at `risk`. */
export function scoresBeyond(prices: readonly number[], risk: number): number {
  return risk * prices.reduce((sum, count) => sum + count, 0);
}

/** The price that a share of `risk` of past scores exceeded. */
export function priceAtRisk(prices: readonly number[], risk: number): number {
  const total = prices.reduce((sum, count) => sum + count, 0);
  const beyond = risk * total;
  let above = 0;
  let bin = bins - 1;
  while (bin > 0 && above + (prices[bin] ?? 0) < beyond) {
    above += prices[bin] ?? 0;
    bin -= 1;
  }
  const share = Math.min(1, (beyond - above) / Math.max(prices[bin] ?? 0, 1e-9));
  return Math.exp(firstLog + (bin + 1 - share) * logPerBin);
}

function sizesOf({ expected, scale }: Outlook, { perInstance }: Chances): { least: number; most: number } {
  const least = Math.max(1, Math.ceil(Math.max(0, expected - scalesBelow * scale) ** 2 / perInstance));
  const most = Math.ceil((expected + scalesAbove * scale) ** 2 / perInstance);
  return { least, most: Math.min(Math.max(most, least), least + mostSizes) };
}

/** Whether the last corner lies on or above the line from the one before it to a new point. */
function isAboveChord(
  sizes: readonly number[],
  risks: readonly number[],
  next: { readonly size: number; readonly risk: number },
): boolean {
  const last = sizes.length - 1;
  const [size = 0, risk = 0] = [sizes[last], risks[last]];
  const [sizeBefore = 0, riskBefore = 0] = [sizes[last - 1], risks[last - 1]];
  return (risk - riskBefore) * (next.size - size) >= (next.risk - risk) * (size - sizeBefore);
}
