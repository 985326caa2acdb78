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
/** Look-aheads over which the usual spread of the local scale is averaged. */
const regimeCount = 2000;
/** How far from the usual error the local one may be at first, as a logarithm; experience widens it. */
const firstLogRange = 0.3;
/** Error of a look-ahead relative to demand, before any was seen; it counts as much as so many errors. */
const firstErrorRatio = 0.2;
const firstErrorCount = 10;

/** No error seen yet. */
export function startScale(): ScaleModel {
  return {
    regression: startRegression(firstWeights, ridge),
    count: 0,
    smoothed: halfLives.map(() => 0),
    halfHours: new Array<number>(halfHoursPerDay).fill(-1),
    logMean: 0,
    logVariance: 0.2,
  };
}

/** The long-run mean absolute error; before errors are known, a share of the demand. */
export function usualError(model: ScaleModel, demand: number): number {
  const seen = Math.min(1, model.count / firstErrorCount);
  return seen * (model.smoothed.at(-1) ?? 0) + (1 - seen) * firstErrorRatio * demand + 1e-6;
}

/** The size of the error to expect of one look-ahead, in square roots of demand. */
export interface ErrorScale {
  /** The mean absolute error expected here and now: what divides errors. */
  readonly scale: number;
  /** Where that lies among the scales of the past, -1 to 1; the shape of errors depends on it (error-shape.ts). */
  readonly regime: number;
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
  return { scale: usual * Math.exp(factor), regime: regimeOf(model, factor), inputs };
}

/** Learns from the size of one error and the scale that was expected for it. */
export function learnScale(
  model: ScaleModel,
  past: { readonly size: number; readonly scale: number; readonly inputs: readonly number[] },
  seconds: number,
): ScaleModel {
  const count = model.count + 1;
  const surprise = Math.min(8, past.size / past.scale) - 1;
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
  const log = Math.log(past.scale / usualError(model, 0));
  const follow = Math.max(1 / regimeCount, 1 / count);
  const logMean = model.logMean + follow * (log - model.logMean);
  const logVariance = model.logVariance + follow * ((log - logMean) ** 2 - model.logVariance);
  return { regression, count, smoothed, halfHours, logMean, logVariance };
}

/** Where the local scale lies among those of the past: -1 unusually calm, 0 as usual, 1 unusually restless. */
function regimeOf(model: ScaleModel, log: number): number {
  return rounded(clamp((log - model.logMean) / Math.sqrt(model.logVariance + 0.01), { least: -1, most: 1 }));
}

function halfHourOf(seconds: number): number {
  return Math.floor(seconds / 1800) % halfHoursPerDay;
}
