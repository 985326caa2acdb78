import { dot, learn, startRegression } from './regression.ts';
import { allRounded, clamp, rounded } from './round.ts';
import { addToProfile, daily, profileAt, type Season, startProfile, weekly } from './season.ts';
import type { Demand, LookAheadModel, Profile } from './state.ts';

/** Half-lives of the smoothed demand, in ticks: from "the last minutes" to "the last hours". */
const halfLives = [1, 3, 8, 24, 72, 300];
/** The share of a change that each follows in one tick. */
const followed = halfLives.map((halfLife) => 1 - 0.5 ** (1 / halfLife));
/** Which of the smoothed values are guesses on their own, and which is the level that the season multiplies. */
const smoothedGuesses = [2, 3];
const levelIndex = 2;
/** Smoothed differences, the last change, and per season its change and its distance. */
const featureCount = halfLives.length + 1 + 2 * 2;
/** The share of the past that each regression keeps per tick: a week of minutes, and most of a day. */
const memories = [1 - 1 / 10_000, 1 - 1 / 1000];
/** Precision of the belief that nothing but persistence holds, relative to that of one look-ahead: weights of 0.3 are expected. */
const ridge = 10;
const lossMemory = 1 - 1 / 200;
/** How sharply the better guess is preferred: weights are exp(-sharpness * (loss / least loss - 1)). */
const sharpness = 30;
const worstSquare = 25;
const secondsPerDay = 86_400;

/** What was foreseen for a tick ahead, in square roots of demand, with what is needed to learn from it later. */
export interface LookAhead {
  readonly expected: number;
  readonly guesses: readonly number[];
  readonly features: readonly number[];
}

/** Persistence, until something better is learnt. */
export function startLookAhead(): LookAheadModel {
  const zero = new Array<number>(featureCount).fill(0);
  return {
    regressions: memories.map(() => startRegression(zero, ridge)),
    losses: new Array<number>(memories.length + 1 + smoothedGuesses.length).fill(0),
    day: startProfile(daily),
    week: startProfile(weekly),
  };
}

/** Takes the demand of a new tick; after missing ticks the smoothed values move on as far as the time that passed. */
export function followDemand(demand: Demand | undefined, tick: number, now: number): Demand {
  if (demand === undefined) return { tick, count: 1, now, before: now, smoothed: halfLives.map(() => now) };
  const passed = Math.max(1, tick - demand.tick);
  const count = demand.count + 1;
  const follows = passed === 1 ? followed : halfLives.map((halfLife) => 1 - 0.5 ** (passed / halfLife));
  const smoothed: number[] = [];
  for (const old of demand.smoothed)
    smoothed.push(old + Math.max(follows[smoothed.length] ?? 1, 1 / count) * (now - old));
  return { tick, count, now, before: passed === 1 ? demand.now : now, smoothed };
}

/** Keeps the profiles of the day and the week up to date. */
export function followSeason(model: LookAheadModel, seconds: number, demand: number): LookAheadModel {
  const { regressions, losses } = model;
  const seen = { seconds, demand };
  return {
    regressions,
    losses,
    day: addToProfile(model.day, daily, seen),
    week: addToProfile(model.week, weekly, seen),
  };
}

/**
 * Looks `aheadTicks` ahead. Several guesses (two regressions on recent changes and on what the season does over the same span, persistence, smoothed
 * demand) are mixed by how small their errors were lately. No guess is trusted by its nature: the regressions start as persistence and
 * learn whether there is a trend or a season.
 */
export function lookAhead(
  model: LookAheadModel,
  demand: Demand,
  time: { readonly tickSeconds: number; readonly aheadTicks: number },
): LookAhead {
  const features = featuresOf(model, demand, time);
  const learnt = model.regressions.map((regression) => demand.now + dot(regression.weights, features));
  const guesses = [...learnt, demand.now, ...smoothedGuesses.map((index) => demand.smoothed[index] ?? demand.now)];
  const shares = mixingShares(model.losses);
  const expected = guesses.reduce((sum, guess, index) => sum + Math.max(0, guess) * (shares[index] ?? 0), 0);
  return { expected: rounded(expected), guesses: allRounded(guesses), features: allRounded(features) };
}

/** Learns from a look-ahead whose time has come: `came` is the demand that came, `scale` the error scale that was expected. */
export function learnLookAhead(
  model: LookAheadModel,
  past: { readonly guesses: readonly number[]; readonly features: readonly number[] },
  outcome: { readonly came: number; readonly scale: number },
): LookAheadModel {
  const { came, scale } = outcome;
  const regressions = model.regressions.map((regression, index) => {
    const error = came - (past.guesses[index] ?? came);
    const trust = Math.min(1, (3 * scale) / (Math.abs(error) + 1e-12)) / scale ** 2;
    return learn(regression, { inputs: past.features, error, weight: trust, memory: memories[index] ?? 1 });
  });
  const losses: number[] = [];
  for (const loss of model.losses) {
    const scaled = (came - (past.guesses[losses.length] ?? came)) / scale;
    losses.push(lossMemory * loss + (1 - lossMemory) * Math.min(worstSquare, scaled * scaled));
  }
  return { regressions, losses, day: model.day, week: model.week };
}

function featuresOf(
  model: LookAheadModel,
  demand: Demand,
  { tickSeconds, aheadTicks }: { readonly tickSeconds: number; readonly aheadTicks: number },
): number[] {
  const span = { from: demand.tick * tickSeconds, to: (demand.tick + aheadTicks) * tickSeconds };
  const changes = demand.smoothed.map((value) => value - demand.now);
  const knowsDay = demand.count * tickSeconds > secondsPerDay;
  const seasons = knowsDay
    ? [...seasonFeatures(model.day, daily, demand, span), ...seasonFeatures(model.week, weekly, demand, span)]
    : [0, 0, 0, 0];
  return [...changes, demand.now - demand.before, ...seasons];
}

/** What the season changes over the span, scaled to today's level, and how far demand is from where the season will be. */
function seasonFeatures(
  profile: Profile,
  season: Season,
  demand: Demand,
  span: { readonly from: number; readonly to: number },
): [number, number] {
  const here = profileAt(profile, season, span.from);
  const there = profileAt(profile, season, span.to);
  if (here === undefined || there === undefined) return [0, 0];
  const level = demand.smoothed[levelIndex] ?? demand.now;
  const change = here > 0.2 * level ? level * (there / here - 1) : there - here;
  return [clamp(change, { least: -level, most: 4 * level }), there - demand.now];
}

function mixingShares(losses: readonly number[]): number[] {
  const least = Math.min(...losses) + 1e-9;
  const shares: number[] = [];
  let sum = 0;
  for (const loss of losses) {
    const weight = Math.exp(-sharpness * (loss / least - 1));
    shares.push(weight);
    sum += weight;
  }
  if (!(sum > 0 && Number.isFinite(sum))) return shares.fill(1 / losses.length);
  for (let index = 0; index < shares.length; index += 1) shares[index] = (shares[index] as number) / sum;
  return shares;
}
