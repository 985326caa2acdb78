import { addSeconds, type Instant, instantFromMillis } from '../amounts.ts';
import { correctedRisk, startAccount } from './account.ts';
import { asksOf, entrantName, heldOf, shareShort, startContest } from './choose-policy.ts';
import { ticksHeld } from './hold.ts';
import { errorScale, learnTick, type Tick } from './learn-tick.ts';
import { lookAhead, startLookAhead } from './look-ahead.ts';
import { sizingsOf } from './policies.ts';
import { rounded } from './round.ts';
import { seasonAt } from './season.ts';
import type { Demand, ForecastState, Foreseen } from './state.ts';

/** What one step is told. */
export interface RiskQuestion {
  readonly at: Instant;
  /** The newest complete sample of demand since the last step: its period's start and its load. Undefined when none came. */
  readonly sample: { readonly from: Instant; readonly load: number } | undefined;
  readonly periodSeconds: number;
  /** Load that one instance carries. */
  readonly perInstance: number;
  /** 0 to 50, exclusive: the share of time in which demand may exceed what is in service. */
  readonly shortfallPercent: number;
  /** From launch to in service, as measured lately. */
  readonly bootSeconds: number;
  /** Instances there are, booting ones included: none is given up while the rule still learns. */
  readonly running: number;
}

/** What it answers, with the numbers that explain it. */
export interface RiskAnswer {
  /** Instances to have, booting ones included. */
  readonly needed: number;
  /** `held`: no new tick of demand, the last answer stands. `learning`: never below what demand needs now. `learnt`: by the learnt risk. */
  readonly basis: 'held' | 'learning' | 'learnt';
  readonly outlook: Outlook | undefined;
}

/** What was looked ahead, in the unit of the load, and how the answer follows from it. */
export interface Outlook {
  /** The end of the time that this answer is for: launches of now serve then. */
  readonly until: Instant;
  readonly load: number;
  readonly expectedLoad: number;
  /** The expected load, one expected error down and up. */
  readonly bandLoad: readonly [number, number];
  /** Instances for this look-ahead alone; `needed` is more while release waits. */
  readonly asked: number;
  /** `needed` is what it was: less would do, and too little less for a release. */
  readonly isTooLittleLess?: true;
  readonly chanceShortPercent: number;
  /** The way of sizing that is in use: the cheapest lately of those that compete. */
  readonly policy: string;
  /** The risk aimed for, after correction by how often the rule was short. */
  readonly aimedPercent: number;
}

/** Ticks are no shorter than this, so that seconds are gathered. */
const shortestTickSeconds = 15;
/** Ticks are made longer until the look-ahead is no more than so many of them: the state stays small. */
const mostTicksAhead = 32;
/** Compared look-aheads before the answer may fall below what runs. */
const learningCount = 30;
/** Until then no more is added than so many times what demand needs now: what a few look-aheads say of a rare risk is not worth more. */
const mostWhileLearning = 1.25;
/** The share of a rush that lasts which is always answered, whatever risk is left. */
const answeredRush = 0.9;
/** Less by under this share of the headroom is not worth a release: under a steady noisy load it would soon be asked for again. */
const leastRelease = 0.1;

/** No knowledge yet. */
export function startForecast(
  question: Pick<RiskQuestion, 'periodSeconds' | 'bootSeconds' | 'perInstance'>,
): ForecastState {
  return {
    version: 3,
    tickSeconds: tickSecondsFor(question),
    unitLoad: question.perInstance,
    gathering: { tick: 0, samples: [] },
    demand: undefined,
    lookAhead: startLookAhead(),
    errors: { count: 0, lately: 0, always: 0 },
    contest: startContest(),
    foreseen: [],
    answers: [],
    account: startAccount(),
  };
}

/** The state to store, and the answer. */
export interface Step {
  readonly state: ForecastState;
  readonly answer: RiskAnswer;
}

/**
 * One step of the risk rule: takes a sample of demand, learns from the look-aheads whose time has come, looks ahead over the boot time, and says how many
 * instances keep the share of time short at what was asked for, at the least billed time. Pure; under a millisecond at 15 days of history.
 *
 * Missing samples: the last answer stands, so nothing is released. Gaps: smoothed values move on by the time that passed, look-aheads into the gap
 * are dropped. A state of another version, or of another tick length, starts anew but for what it knows of the day and the week.
 */
export function stepRisk(before: ForecastState, question: RiskQuestion): Step {
  const fitting = withTicksFor(before, question);
  const { state, isNew } = question.sample === undefined ? { state: fitting, isNew: false } : gather(fitting, question);
  const last = state.answers.at(-1);
  if (isNew && state.demand !== undefined) return answerNow(state, state.demand, question);
  if (last !== undefined) return { state, answer: { needed: last.needed, basis: 'held', outlook: undefined } };
  const least = Math.max(question.running, plainNeed(question.sample?.load ?? 0, question));
  return { state, answer: { needed: least, basis: 'learning', outlook: undefined } };
}

function answerNow(state: ForecastState, demand: Demand, question: RiskQuestion): Step {
  const { tickSeconds, unitLoad, contest } = state;
  const bootTicks = bootTicksOf(question, tickSeconds);
  const decisionTick = tickOf(question.at, tickSeconds);
  const perInstance = question.perInstance / unitLoad;
  const { outlook, riskRatio } = lookAheadNow(state, demand, question);
  const asks = asksOf(contest, outlook.sizings, { riskRatio, perInstance });
  const held = heldOf(state.answers, asks, bootTicks);
  const isLearning = state.errors.count < learningCount;
  const { least, needed, isTooLittleLess } = sizeNow(state, demand, {
    question,
    isLearning,
    led: held[contest.leader] ?? 1,
  });
  const oldestTick = demand.tick - ticksHeld(bootTicks);
  const foreseen = state.foreseen.filter(({ tick }) => tick < outlook.tick && tick > oldestTick);
  const answers = state.answers.filter(({ forTick, tick }) => forTick >= demand.tick && tick < decisionTick);
  const loadOf = (root: number) => Math.max(0, root) ** 2 * unitLoad;
  const error = errorScale(state.errors);
  return {
    state: changed(state, {
      foreseen: [...foreseen, outlook],
      answers: [...answers, { tick: decisionTick, asks, held, needed, forTick: outlook.tick }],
    }),
    answer: {
      needed,
      basis: isLearning ? 'learning' : 'learnt',
      outlook: {
        until: instantFromMillis((outlook.tick + 1) * tickSeconds * 1000),
        load: loadOf(demand.now),
        expectedLoad: loadOf(outlook.expected),
        bandLoad: [loadOf(outlook.expected - error), loadOf(outlook.expected + error)],
        asked: Math.max(least, asks[contest.leader] ?? 1),
        ...(isTooLittleLess ? { isTooLittleLess } : {}),
        chanceShortPercent: 100 * shareShort(contest, outlook.sizings, needed * perInstance),
        policy: entrantName(contest.leader),
        aimedPercent: 100 * riskRatio,
      },
    },
  };
}

/** What the leader would have (`led`), within what is asked for in any case; a little less than the last answer is no release. */
function sizeNow(
  state: ForecastState,
  demand: Demand,
  {
    question,
    isLearning,
    led,
  }: { readonly question: RiskQuestion; readonly isLearning: boolean; readonly led: number },
): { readonly least: number; readonly needed: number; readonly isTooLittleLess: boolean } {
  const now = plainNeed(demand.now ** 2 * state.unitLoad, question);
  const least = isLearning ? Math.max(question.running, now) : lastingNeed(demand, question, state.unitLoad);
  const most = isLearning ? Math.ceil(mostWhileLearning * now) : Number.POSITIVE_INFINITY;
  const wished = Math.max(least, Math.min(most, led));
  const last = state.answers.at(-1)?.needed ?? 1;
  const isTooLittleLess = wished < last && last - wished < leastRelease * (wished - now);
  return { least, needed: isTooLittleLess ? last : wished, isTooLittleLess };
}

/** The look-ahead to the last tick that a launch of now serves alone, and the risk to aim for. */
function lookAheadNow(
  state: ForecastState,
  demand: Demand,
  question: RiskQuestion,
): { readonly outlook: Foreseen; readonly riskRatio: number } {
  const { tickSeconds } = state;
  const tick = lastTickServed(question, tickSeconds);
  const ahead = lookAhead(state.lookAhead, demand, { tickSeconds, aheadTicks: Math.max(1, tick - demand.tick) });
  const sizings = sizingsOf({
    demand,
    expected: ahead.expected,
    usual: seasonAt(state.lookAhead, tick * tickSeconds) ?? demand.smoothed[4] ?? demand.now,
    errors: state.errors,
    perInstance: question.perInstance / state.unitLoad,
  });
  const lesson = { features: ahead.features, guesses: ahead.guesses };
  return {
    outlook: { tick, expected: ahead.expected, sizings, lesson },
    riskRatio: correctedRisk(state.account, question.shortfallPercent / 100),
  };
}

/** Adds the sample to its tick; completes a tick when its last sample is in, or when a sample of a later tick comes. */
function gather(state: ForecastState, question: RiskQuestion): { state: ForecastState; isNew: boolean } {
  const { sample, periodSeconds } = question;
  if (sample === undefined) return { state, isNew: false };
  const tick = tickOf(sample.from, state.tickSeconds);
  const newest = state.demand?.tick ?? Number.NEGATIVE_INFINITY;
  if (tick <= newest || tick < state.gathering.tick) return { state, isNew: false };
  const root = rounded(Math.sqrt(Math.max(0, sample.load) / state.unitLoad));
  const continues = tick === state.gathering.tick;
  const left = !continues && state.gathering.samples.length > 0 ? state.gathering : undefined;
  const gathering = { tick, samples: continues ? [...state.gathering.samples, root] : [root] };
  const isComplete = tickOf(addSeconds(sample.from, periodSeconds), state.tickSeconds) > tick;
  const empty = { tick: tick + 1, samples: [] };
  let next = changed(state, { gathering: isComplete ? empty : gathering });
  for (const complete of [left, isComplete ? gathering : undefined])
    if (complete !== undefined) next = learn(next, complete, question);
  return { state: next, isNew: next.demand !== state.demand };
}

/** A copy with some of its parts anew; every field by name, as in learn-tick.ts. */
function changed(
  state: ForecastState,
  {
    gathering = state.gathering,
    foreseen = state.foreseen,
    answers = state.answers,
  }: Partial<Pick<ForecastState, 'gathering' | 'foreseen' | 'answers'>>,
): ForecastState {
  const { version, tickSeconds, unitLoad, demand, lookAhead, errors, contest, account } = state;
  return { version, tickSeconds, unitLoad, gathering, demand, lookAhead, errors, contest, foreseen, answers, account };
}

function learn(state: ForecastState, tick: Tick, question: RiskQuestion): ForecastState {
  const riskRatio = question.shortfallPercent / 100;
  return learnTick(state, tick, {
    riskRatio,
    perInstance: question.perInstance / state.unitLoad,
    bootTicks: bootTicksOf(question, state.tickSeconds),
  });
}

/** Ticks get longer at once when the look-ahead needs it, and shorter only when it is far below: a wavering boot time changes nothing. */
function withTicksFor(state: ForecastState, question: RiskQuestion): ForecastState {
  const fitting = tickSecondsFor(question);
  const keeps = fitting === state.tickSeconds || (fitting < state.tickSeconds && fitting * 4 > state.tickSeconds);
  if (state.version === 3 && keeps) return state;
  const { day, week } = state.lookAhead;
  const fresh = startForecast({ ...question, perInstance: state.unitLoad });
  return { ...fresh, lookAhead: { ...fresh.lookAhead, day, week } };
}

function tickSecondsFor({ periodSeconds, bootSeconds }: Pick<RiskQuestion, 'periodSeconds' | 'bootSeconds'>): number {
  let tickSeconds = periodSeconds * Math.max(1, Math.ceil(shortestTickSeconds / periodSeconds));
  while (bootSeconds > mostTicksAhead * tickSeconds) tickSeconds *= 2;
  return tickSeconds;
}

/** The last tick that a launch of now can change before the next answer's launches serve. */
function lastTickServed({ at, bootSeconds }: RiskQuestion, tickSeconds: number): number {
  return Math.ceil(at / 1000 / tickSeconds + bootSeconds / tickSeconds + 1 - 1e-9) - 1;
}

function bootTicksOf({ bootSeconds }: RiskQuestion, tickSeconds: number): number {
  return Math.ceil(bootSeconds / tickSeconds - 1e-9);
}

function tickOf(at: Instant, tickSeconds: number): number {
  return Math.floor(at / 1000 / tickSeconds);
}

/**
 * What nine tenths of both of the last two ticks needed: a rule that was never short for long has risk left to sit out a rush, and nobody who
 * watches a fleet at twice its load wants that. The tenth is for smooth loads, whose risk is spent an instance at a time.
 */
function lastingNeed({ now, before }: Demand, question: RiskQuestion, unitLoad: number): number {
  return plainNeed(answeredRush * Math.min(now, before) ** 2 * unitLoad, question);
}

/** What a plain reactive rule would ask for: the load of now over what an instance carries. */
function plainNeed(load: number, { perInstance }: RiskQuestion): number {
  return Math.max(1, Math.ceil(load / perInstance - 1e-9));
}
