import type { Instant } from './amounts.ts';

/**
 * Where a reading's value comes from: data of the newest complete period, a stand-in that `missing` allows (a value that silence stands for, the
 * last value, another KPI), or nowhere.
 */
export type ReadingSource = 'measured' | 'assumed' | 'held' | 'substituted' | 'missing';

/** One KPI as the rules of one evaluation see it. Made by compute-kpis.ts, stored in the decision. */
export interface Reading {
  readonly kpi: string;
  /** In the unit of the KPI; absent exactly when `source` is `missing`. */
  readonly value?: number;
  readonly source: ReadingSource;
  readonly periodSeconds: number;
  /** Start of the period that `value` was measured in; absent for `assumed` and `missing`. */
  readonly at?: Instant;
  /** From the end of that period to the evaluation. */
  readonly ageSeconds?: number;
  /** Share of the periods asked for that had data, 0 to 1. */
  readonly coverageRatio: number;
  /** The newest complete periods, newest last, stand-ins filled in as `missing` says; as many as the rules need ("M of N"). */
  readonly recent: readonly (number | undefined)[];
  /** The same without what only stands in; absent when that is no difference. A scale-in looks at these. */
  readonly recentTrusted?: readonly (number | undefined)[];
  /** The rung of `missing` that the value stands on, from 1; absent for `measured` and `missing`. */
  readonly rung?: number;
  /** The highest measured value of the last so many seconds, as freezes ask for it; one for each time that had any. */
  readonly peaks?: readonly { readonly withinSeconds: number; readonly value: number }[];
  /** Why fewer instances may not be asked for by this reading, though it has a value; absent when they may. */
  readonly onlyOut?: string;
}

/** What is wrong with a reading, in plain words; undefined when it is as good as the file asks for. */
export function degradedBecause({ value, onlyOut }: Reading): string | undefined {
  return value === undefined ? 'no data' : onlyOut;
}

/** Readings by KPI name. */
export type Readings = ReadonlyMap<string, Reading>;

/** State of a CloudWatch alarm that a rule names. */
export interface AlarmReading {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** Since when, as far as CloudWatch says. */
  readonly since?: Instant;
}

/** Alarm states by alarm name; an alarm that CloudWatch does not know is absent. */
export type AlarmReadings = ReadonlyMap<string, AlarmReading>;
