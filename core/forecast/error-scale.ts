import { dot, learn, startRegression } from './regression.ts';
import { clamp, rounded } from './round.ts';
import type { Demand, ScaleModel } from './state.ts';

/** Half-lives of the smoothed absolute errors, in compared look-aheads; the last is the long-run level everything is relative to. */
const halfLives = [4, 20, 100, 1000];
const memory = 1 - 1 / 5000;
const ridge = 3;
/** First weights: constant, three smoothed errors, level of demand, recent change, half hour of the day. */
const firstWeights = [0, 0.4, 0.3, 0.3, 0, 0, 0];
const halfHoursPerDay = 48;
const halfHourFollow = 0.02;
/** The share of errors that counts as the tail, whose dependence on the local scale is learnt. */
const tailShare = 0.05;
const tailRate = 0.01;
const warmUpCount = 100;
/** How far from the usual error the local one may be at first, as a logarithm; experience widens it. */
const firstLogRange = 0.3;
/** Error of a look-ahead relative to demand, before any was seen; it counts as much as so many errors. */
const firstErrorRatio = 0.2;
const firstErrorCount = 10;

export function startScale(): ScaleModel {
  return {
    regression: startRegression(firstWeights, ridge),
    count: 0,
    smoothed: halfLives.map(() => 0),
    halfHours: new Array<number>(halfHoursPerDay).fill(-1),
    tailFollows: 0.7,
    tailQuantile: 2.5,
    logMean: 0,
    logVariance: 0.2,
  };
}

/** The long-run mean absolute error; before errors are known, a share of the demand. */
export function usualError(model: ScaleModel, demand: number): number {
  const seen = Math.min(1, model.count / firstErrorCount);
  return seen * (model.smoothed.at(-1) ?? 0) + (1 - seen) * firstErrorRatio * demand + 1e-6;
}

export interface ErrorScale {
  /** What divides errors: the long-run error times the local factor as far as the tail follows it. */
  readonly scale: number;
  /** The mean absolute error expected here and now. */
  readonly local: number;
  readonly inputs: readonly number[];
}

/**
 * The size of the error to expect of the look-ahead made now, as a log-linear model of how large errors were lately (as in autoregressive conditional
 * heteroscedasticity), how high demand is, how fast it moves and what errors were at that time of day.
 */
export function expectedScale(model: ScaleModel, demand: Demand, seconds: number): ErrorScale {
  const usual = usualError(model, demand.now);
  const relative = (value: number) => Math.log((value + 0.02 * usual) / usual);
  const [fast = 0, middle = 0, slow = 0] = model.smoothed;
  const [, recent = 0, , hours = 0, , long = 0] = demand.smoothed;
  const halfHour = model.halfHours[halfHourOf(seconds)] ?? -1;
  const inputs = [
    1,
    relative(fast),
    relative(middle),
    relative(slow),
    Math.log((recent + 0.05 * long + 1e-6) / (long + 1e-6)),
    relative(Math.abs(demand.now - hours)),
    halfHour < 0 ? 0 : relative(halfHour),
  ].map(rounded);
  const most = Math.min(5, firstLogRange + model.count / 50);
  const factor = clamp(dot(model.regression.weights, inputs), { least: -most, most });
  return { scale: usual * Math.exp(model.tailFollows * factor), local: usual * Math.exp(factor), inputs };
}

/** Learns from one error (what came less what was expected) and the scales that were expected for it. */
export function learnScale(
  model: ScaleModel,
  past: {
    readonly error: number;
    readonly size: number;
    readonly scale: number;
    readonly local: number;
    readonly inputs: readonly number[];
  },
  seconds: number,
): ScaleModel {
  const count = model.count + 1;
  const surprise = Math.min(8, past.size / past.local) - 1;
  const smoothed = model.smoothed.map((old, index) => {
    const follow = Math.max(1 - 0.5 ** (1 / (halfLives[index] ?? 1)), 1 / count);
    return old + follow * (past.size - old);
  });
  const at = halfHourOf(seconds);
  const halfHours = model.halfHours.map((old, index) => {
    if (index !== at) return old;
    return rounded(old < 0 ? past.size : old + halfHourFollow * (past.size - old));
  });
  const regression = learn(model.regression, { inputs: past.inputs, error: surprise, weight: 1, memory });
  return { ...model, ...learnTail(model, past), regression, count, smoothed, halfHours };
}

type Tail = Pick<ScaleModel, 'tailFollows' | 'tailQuantile' | 'logMean' | 'logVariance'>;

/**
 * If errors beyond a high quantile come mostly when the local scale is large, the tail follows the scale more than assumed, and less in the other
 * case: a step along the gradient of the pinball loss, so that being short does not depend on the scale.
 */
function learnTail(
  model: ScaleModel,
  past: { readonly error: number; readonly scale: number; readonly local: number },
): Tail {
  const { tailFollows, tailQuantile, logMean, logVariance } = model;
  if (model.count < warmUpCount) return { tailFollows, tailQuantile, logMean, logVariance };
  const surplus = (past.error / past.scale > tailQuantile ? 1 : 0) - tailShare;
  const log = Math.log(past.local / usualError(model, 0));
  const mean = logMean + (log - logMean) / 2000;
  const variance = logVariance + ((log - mean) ** 2 - logVariance) / 2000;
  return {
    tailFollows: clamp(tailFollows + (tailRate * surplus * (log - mean)) / (variance + 0.01), {
      least: 0.1,
      most: 1.3,
    }),
    tailQuantile: tailQuantile + ((0.02 * surplus) / (10 * tailShare)) * Math.max(1, tailQuantile),
    logMean: mean,
    logVariance: variance,
  };
}

function halfHourOf(seconds: number): number {
  return Math.floor(seconds / 1800) % halfHoursPerDay;
}
