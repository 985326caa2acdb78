/**
 * What the risk rule has learnt about one layer's demand: plain JSON, stored with the layer. As JSON text 22 KB with a boot time of one minute, 26 KB with
 * ten, 37 KB with the longest look-ahead of 32 ticks; never over 64 KB (a test says so). All amounts of demand in it are square roots of
 * demand in units of `unitLoad`, and most are rounded to six decimals, so that they are short as text.
 */
export interface ForecastState {
  readonly version: 1;
  /** Samples are gathered into ticks of this length. */
  readonly tickSeconds: number;
  /** Demand that is counted as 1: what one instance carried when learning began. */
  readonly unitLoad: number;
  /** Samples of the tick that is not complete yet. */
  readonly gathering: Gathering;
  readonly demand: Demand | undefined;
  readonly lookAhead: LookAheadModel;
  readonly scale: ScaleModel;
  /** Discounted counts of scaled errors by bin, for calm, usual and restless times (error-shape.ts). */
  readonly shapes: readonly (readonly number[])[];
  /** Discounted counts of the prices that would have covered the demand, by bin (price.ts). */
  readonly prices: readonly number[];
  /** What was foreseen for ticks that have not come, or came within the last two boot times; by rising tick. */
  readonly foreseen: readonly Foreseen[];
  /** Newest last: what each past tick's look-ahead asked for, and what the rule then answered. */
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

/** What is known of the size of errors (error-scale.ts). */
export interface ScaleModel {
  readonly regression: Regression;
  /** Look-aheads that have been compared with what came. */
  readonly count: number;
  /** Smoothed absolute errors, one value a rate; the last is the long-run level. */
  readonly smoothed: readonly number[];
  /** Smoothed absolute error by half hour of the day, -1 where unknown. */
  readonly halfHours: readonly number[];
  /** Mean and variance of the logarithm of the local scale, relative to the usual one. */
  readonly logMean: number;
  readonly logVariance: number;
}

/** One look-ahead, kept until the demand it was for has come and no release depends on it. */
export interface Foreseen {
  readonly tick: number;
  /** Square root of demand. */
  readonly expected: number;
  readonly scale: number;
  /** How restless the time was, -1 to 1. */
  readonly regime: number;
  /** Present until the tick has come: what is needed to learn from it. */
  readonly lesson: Lesson | undefined;
}

/** What a look-ahead was made from. */
export interface Lesson {
  readonly features: readonly number[];
  readonly guesses: readonly number[];
  readonly scaleInputs: readonly number[];
}

/** One answer of the rule, kept while release or the risk account depends on it. */
export interface Answer {
  readonly tick: number;
  /** Instances for the look-ahead of this tick alone. */
  readonly asked: number;
  /** Instances after release was considered: what the rule answered. */
  readonly needed: number;
  /** The tick that `needed` is for. */
  readonly forTick: number;
}

/** How often this rule alone would have been short, against how often it may; old minutes fade over 30 days. */
export interface RiskAccount {
  readonly allowedTicks: number;
  readonly shortTicks: number;
}
