import { enter } from './account.ts';
import { learnScale } from './error-scale.ts';
import { addErrors, survivals } from './error-shape.ts';
import { followDemand, followSeason, learnLookAhead } from './look-ahead.ts';
import { addPrices, type Chances, launchFactor, priceOfSize } from './price.ts';
import { priceWithRelease, servedIn } from './release.ts';
import { rounded } from './round.ts';
import type { ForecastState, Foreseen, Lesson } from './state.ts';

/** A complete tick: its number and its samples as square roots of demand in units. */
export interface Tick {
  readonly tick: number;
  readonly samples: readonly number[];
}

/** What the rule is set to, in the words of ticks. */
export interface Aim {
  readonly riskRatio: number;
  /** Demand in units that one instance carries. */
  readonly perInstance: number;
  readonly bootTicks: number;
  /** The price in use; scores far below it are not worked out in full. */
  readonly price: number;
}

/** Compared look-aheads before errors are trusted. */
export const learningCount = 30;
/** Scores below this share of the price in use cannot matter for it. */
const shareThatMatters = Math.exp(-1.5);

/** Enters a complete tick: the outcome of what was foreseen for it, the risk account, and the demand itself. */
export function learnTick(before: ForecastState, tick: Tick, aim: Aim): ForecastState {
  const now = rounded(tick.samples.reduce((sum, sample) => sum + sample, 0) / tick.samples.length);
  const seconds = tick.tick * before.tickSeconds;
  const foreseen = before.foreseen.find((outlook) => outlook.tick === tick.tick);
  const taught =
    foreseen?.lesson === undefined
      ? before
      : learnOutcome(before, tick, { now, aim, foreseen, lesson: foreseen.lesson });
  return {
    ...taught,
    demand: followDemand(before.demand, tick.tick, now),
    lookAhead: followSeason(taught.lookAhead, seconds, now),
    account: accountFor(before, tick, aim),
  };
}

function learnOutcome(
  state: ForecastState,
  { tick, samples }: Tick,
  { now, aim, foreseen, lesson }: { now: number; aim: Aim; foreseen: Foreseen; lesson: Lesson },
): ForecastState {
  const { expected, scale } = foreseen;
  const errors = samples.map((sample) => sample - expected);
  const size = errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length;
  const chances = { survivalIn: survivals(state.shapes), perInstance: aim.perInstance };
  const scores = samples.map((sample) => scoreOf(state, { sample, foreseen }, { aim, chances }));
  const scaled = errors.map((error) => error / scale);
  const isLearning = state.scale.count < learningCount;
  const past = { size, scale, inputs: lesson.scaleInputs };
  return {
    ...state,
    lookAhead: learnLookAhead(state.lookAhead, lesson, { came: now, scale }),
    scale: learnScale(state.scale, past, tick * state.tickSeconds),
    shapes: isLearning ? state.shapes : addErrors(state.shapes, foreseen.regime, scaled),
    prices: isLearning ? state.prices : addPrices(state.prices, scores),
    foreseen: state.foreseen.map((outlook) => (outlook === foreseen ? { ...foreseen, lesson: undefined } : outlook)),
  };
}

/** The price that would have covered one sample. */
function scoreOf(
  state: ForecastState,
  { sample, foreseen }: { readonly sample: number; readonly foreseen: Foreseen },
  { aim, chances }: { readonly aim: Aim; readonly chances: Chances },
): number {
  const needed = instancesFor(sample, aim.perInstance);
  const own = priceOfSize(foreseen, chances, needed);
  if (own * launchFactor < aim.price * shareThatMatters || !Number.isFinite(own)) return own * launchFactor;
  return priceWithRelease(state.foreseen, { tick: foreseen.tick, needed, own }, { chances, bootTicks: aim.bootTicks });
}

function accountFor(state: ForecastState, { tick, samples }: Tick, aim: Aim): ForecastState['account'] {
  const served = servedIn(state.answers, tick, aim.bootTicks);
  if (served === undefined) return state.account;
  const short = samples.filter((sample) => instancesFor(sample, aim.perInstance) > served).length;
  return enter(state.account, {
    shortShare: short / samples.length,
    riskRatio: aim.riskRatio,
    tickSeconds: state.tickSeconds,
    learntTicks: state.demand?.count ?? 0,
  });
}

/** Instances for one sample, a square root of demand in units; 1 at least. */
function instancesFor(sample: number, perInstance: number): number {
  return Math.max(1, Math.ceil((sample * sample) / perInstance - 1e-9));
}
