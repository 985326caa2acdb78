import type { Tail } from './state.ts';

/*
 * Conformal prediction (Vovk et al. 2005) in one number: the score of a tick is the least q with which a policy would have carried it, holding and
 * rounding included. The q in use is the score that a share of the past, the risk, exceeded. Nothing is assumed of how errors are spread.
 */

/** Scores are counted in bins that are even in asinh: fine near 0, up to 1500. */
const firstAsinh = -2.5;
const asinhPerBin = 0.02;
const bins = 525;
/** Every so many ticks old scores fade a little: they count half after about two weeks of minutes. */
const ticksPerFading = 1000;
const fading = 0.966;
/** So many of the ticks that may be short are kept in reserve: high scores come in clusters, and a short past has seen too few of them. */
const spare = 3;
/** Beyond what was seen the tail is taken to fall off as it does from here on. */
const tailFrom = 0.1;
/** Least rise of q for each e-fold less risk, beyond what was seen. */
const leastRise = 0.05;

/** No score yet. */
export function startTail(): Tail {
  return { total: 0, first: 0, counts: [] };
}

/** Adds the scores of one tick, together worth one; `tick` counts since learning began. */
export function addScores(tail: Tail, scores: readonly number[], tick: number): Tail {
  const total = tail.total + 1;
  const places: number[] = [];
  let lowest = bins;
  for (const score of scores) {
    const bin = binOf(score);
    if (bin === 0) continue;
    places.push(bin);
    lowest = Math.min(lowest, bin);
  }
  if (places.length === 0) return { total, first: tail.first, counts: tail.counts };
  const { first, counts } = withRoomFor(tail, lowest);
  const each = 1 / scores.length;
  for (const bin of places) {
    const place = bin - first;
    while (counts.length <= place) counts.push(0);
    counts[place] = short((counts[place] ?? 0) + each);
  }
  return faded({ total, first, counts }, tick);
}

/** A copy of the counts that begins at `lowest` at the latest. Made for every entrant in every tick: a plain copy is the cheapest. */
function withRoomFor({ first, counts }: Tail, lowest: number): { readonly first: number; readonly counts: number[] } {
  if (counts.length === 0) return { first: lowest, counts: [] };
  if (lowest >= first) return { first, counts: counts.slice() };
  const longer: number[] = [];
  for (let bin = lowest; bin < first; bin += 1) longer.push(0);
  for (const count of counts) longer.push(count);
  return { first: lowest, counts: longer };
}

function faded(tail: Tail, tick: number): Tail {
  if (tick % ticksPerFading !== ticksPerFading - 1) return tail;
  const counts: number[] = [];
  for (const count of tail.counts) counts.push(short(fading * count));
  return { total: short(fading * tail.total), first: tail.first, counts };
}

/** 0 for scores so low that nobody asks for them: they count in the total alone. */
function binOf(score: number): number {
  return Math.max(0, Math.min(bins - 1, Math.floor((Math.asinh(score) - firstAsinh) / asinhPerBin)));
}

/** The q that a share `risk` of past scores exceeded, less a reserve of a few; beyond the largest ones an exponential tail. Undefined before any score. */
export function scoreAtRisk(tail: Tail, risk: number): number | undefined {
  const { total } = tail;
  if (total === 0) return undefined;
  const seen = Math.min(tailFrom, 1 / total);
  if (risk >= seen) return quantile(tail, Math.max(Math.min(1, risk * total), risk * total - spare));
  const most = quantile(tail, seen * total);
  const rise = (most - quantile(tail, tailFrom * total)) / Math.max(1, Math.log(tailFrom / seen));
  return most + Math.max(rise, leastRise * Math.abs(most)) * Math.log(seen / risk);
}

/** The share of past scores above a q. */
export function shareAbove({ total, first, counts }: Tail, q: number): number {
  const place = (Math.asinh(q) - firstAsinh) / asinhPerBin - first;
  let above = 0;
  for (let bin = counts.length - 1; bin >= 0 && bin > place - 1; bin -= 1)
    above += (counts[bin] ?? 0) * Math.min(1, bin + 1 - place);
  return total === 0 ? 1 : above / total;
}

/** The q that `beyond` scores exceeded; the lowest that is counted when fewer are above it. */
function quantile({ first, counts }: Tail, beyond: number): number {
  let above = 0;
  let bin = counts.length - 1;
  for (; bin > 0; bin -= 1) {
    const itsOwnToo = above + (counts[bin] ?? 0);
    if (itsOwnToo >= beyond) break;
    above = itsOwnToo;
  }
  if (bin < 0) return Math.sinh(firstAsinh);
  const share = Math.min(1, (beyond - above) / Math.max(counts[bin] ?? 0, 1e-9));
  return Math.sinh(firstAsinh + (first + bin + 1 - share) * asinhPerBin);
}

/** Few digits: the state is stored as text. */
function short(value: number): number {
  return Math.round(value * 1e3) / 1e3;
}
