import { enter } from './account.ts';
import { learnContest } from './choose-policy.ts';
import { servedIn } from './hold.ts';
import { followDemand, followSeason, learnLookAhead } from './look-ahead.ts';
import { rounded } from './round.ts';
import type { ForecastState, Foreseen } from './state.ts';

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
}

/** Half-lives of the smoothed absolute error, in compared look-aheads: lately, and in the long run. */
const errorHalfLives = [20, 1000] as const;

/** Enters a complete tick: the outcome of what was foreseen for it, the risk account, and the demand itself. */
export function learnTick(before: ForecastState, tick: Tick, aim: Aim): ForecastState {
  const now = rounded(tick.samples.reduce((sum, sample) => sum + sample, 0) / tick.samples.length);
  const needs = tick.samples.map((sample) => instancesFor(sample, aim.perInstance));
  const { foreseen, answers } = before;
  const taught = learnErrors(before, tick, now);
  const { riskRatio, perInstance, bootTicks } = aim;
  const outcome = { tick: tick.tick, needs, foreseen, answers, riskRatio, perInstance, bootTicks };
  // Every field by name, here and below: a tick has some twenty of these objects, and copies by spreading took more time than all arithmetic.
  return {
    version: before.version,
    tickSeconds: before.tickSeconds,
    unitLoad: before.unitLoad,
    gathering: before.gathering,
    demand: followDemand(before.demand, tick.tick, now),
    lookAhead: followSeason(taught.lookAhead, tick.tick * before.tickSeconds, now),
    errors: taught.errors,
    contest: learnContest(before.contest, outcome),
    foreseen: taught.foreseen,
    answers,
    account: accountFor(before, outcome, aim),
  };
}

/** What the look-ahead for this tick teaches: how to look ahead, and how large errors are. */
function learnErrors(
  state: ForecastState,
  { tick, samples }: Tick,
  now: number,
): Pick<ForecastState, 'lookAhead' | 'errors' | 'foreseen'> {
  const foreseen = state.foreseen.find((outlook) => outlook.tick === tick);
  if (foreseen?.lesson === undefined) return state;
  const size = samples.reduce((sum, sample) => sum + Math.abs(sample - foreseen.expected), 0) / samples.length;
  const count = state.errors.count + 1;
  const [lately, always] = errorHalfLives;
  const follow = (old: number, halfLife: number) => old + Math.max(1 - 0.5 ** (1 / halfLife), 1 / count) * (size - old);
  const errors = { count, lately: follow(state.errors.lately, lately), always: follow(state.errors.always, always) };
  const { expected, sizings } = foreseen;
  const forgetting = (outlook: Foreseen) =>
    outlook === foreseen ? { tick, expected, sizings, lesson: undefined } : outlook;
  return {
    lookAhead: learnLookAhead(state.lookAhead, foreseen.lesson, { came: now, scale: errorScale(errors) }),
    errors,
    foreseen: state.foreseen.map(forgetting),
  };
}

/** The error to expect, in square roots of demand; 1 while nothing is known. */
export function errorScale({ count, lately, always }: ForecastState['errors']): number {
  return count === 0 ? 1 : Math.max(1e-6, Math.sqrt(lately * always));
}

function accountFor(
  state: ForecastState,
  { tick, needs }: { readonly tick: number; readonly needs: readonly number[] },
  aim: Aim,
): ForecastState['account'] {
  const served = servedIn(state.answers, tick, aim.bootTicks);
  if (served === undefined) return state.account;
  return enter(state.account, {
    shortShare: needs.filter((need) => need > served).length / needs.length,
    riskRatio: aim.riskRatio,
    tickSeconds: state.tickSeconds,
    learntTicks: state.demand?.count ?? 0,
  });
}

/** Instances for one sample, a square root of demand in units; 1 at least. */
function instancesFor(sample: number, perInstance: number): number {
  return Math.max(1, Math.ceil((sample * sample) / perInstance - 1e-9));
}
