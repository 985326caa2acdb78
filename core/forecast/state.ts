/**
 * What the risk rule has learnt about one layer's demand: plain JSON, stored with the layer. As JSON text 31 KB with a boot time of one minute, 37 KB with
 * ten, 53 KB with the longest look-ahead of 32 ticks (`npm run bench:decisions -- --weigh`); never over 64 KB (a test says so). All amounts of demand in it are square roots of
 * demand in units of `unitLoad`, and most are rounded to six decimals, so that they are short as text.
 */
export interface ForecastState {
  readonly version: 3;
  /** Samples are gathered into ticks of this length. */
  readonly tickSeconds: number;
  /** Demand that is counted as 1: what one instance carried when learning began. */
  readonly unitLoad: number;
  /** Samples of the tick that is not complete yet. */
  readonly gathering: Gathering;
  readonly demand: Demand | undefined;
  readonly lookAhead: LookAheadModel;
  readonly errors: Errors;
  readonly contest: Contest;
  /** What was foreseen for ticks that have not come, or can still decide a score; by rising tick. */
  readonly foreseen: readonly Foreseen[];
  /** Newest last: what was asked for, and what the rule then answered. */
  readonly answers: readonly Answer[];
  readonly account: RiskAccount;
}

/** Samples on their way to a tick. */
export interface Gathering {
  readonly tick: number;
  readonly samples: readonly number[];
}

/** The demand as of the newest complete tick. */
export interface Demand {
  readonly tick: number;
  /** Ticks seen since learning began, missing ones not counted. */
  readonly count: number;
  readonly now: number;
  readonly before: number;
  /** Exponentially smoothed, one value a rate. */
  readonly smoothed: readonly number[];
}

/** A linear model that is learnt step by step (regression.ts). */
export interface Regression {
  readonly weights: readonly number[];
  /** Row by row, symmetric. */
  readonly covariance: readonly number[];
}

/** A repeating profile: the mean in each slot of a day or a week, -1 where nothing was seen yet. */
export interface Profile {
  readonly slots: readonly number[];
  readonly filling: { readonly slot: number; readonly sum: number; readonly count: number };
}

/** What the look-ahead has learnt (look-ahead.ts). */
export interface LookAheadModel {
  readonly regressions: readonly Regression[];
  /** Recent mean squared scaled error of each guess. */
  readonly losses: readonly number[];
  readonly day: Profile;
  readonly week: Profile;
}

/** Smoothed absolute errors of look-aheads, in square roots of demand. */
export interface Errors {
  /** Look-aheads that have been compared with what came. */
  readonly count: number;
  readonly lately: number;
  readonly always: number;
}

/** Where a policy says that demand will be, and what its spread is proportional to: square roots of demand (policies.ts). */
export type Sizing = readonly [middle: number, width: number];

/** What is known of the policies that compete, each with each holding time (choose-policy.ts). */
export interface Contest {
  readonly tails: readonly Tail[];
  readonly tallies: readonly Tally[];
  /** Discounted sum of the risk asked for, in ticks. */
  readonly allowed: number;
  /** Ticks scored since learning began. */
  readonly ticks: number;
  /** Whose asks are answered with. */
  readonly leader: number;
}

/** Discounted counts of scores by bin (tail.ts); no bins before the first score. */
export interface Tail {
  readonly total: number;
  /** The bin that `counts` begins with. */
  readonly first: number;
  readonly counts: readonly number[];
}

/** Discounted sums over past ticks: instances it would have been billed for, and ticks in which it would have been short. */
export interface Tally {
  readonly billed: number;
  readonly short: number;
}

/** One look-ahead, kept until the demand it was for has come and no release depends on it. */
export interface Foreseen {
  readonly tick: number;
  /** Square root of demand. */
  readonly expected: number;
  /** One for each policy. */
  readonly sizings: readonly Sizing[];
  /** Present until the tick has come: what is needed to learn from it. */
  readonly lesson: Lesson | undefined;
}

/** What a look-ahead was made from. */
export interface Lesson {
  readonly features: readonly number[];
  readonly guesses: readonly number[];
}

/** One answer of the rule, kept while release or the risk account depends on it. */
export interface Answer {
  readonly tick: number;
  /** What each entrant asked for, and what it would have had with its holding time. */
  readonly asks: readonly number[];
  readonly held: readonly number[];
  /** What the rule answered. */
  readonly needed: number;
  /** The tick that `needed` is for. */
  readonly forTick: number;
}

/** How often this rule alone would have been short, against how often it may; old minutes fade over 30 days. */
export interface RiskAccount {
  readonly allowedTicks: number;
  readonly shortTicks: number;
}
