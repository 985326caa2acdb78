import { clairvoyantBilledHours } from './clairvoyant.ts';
import { type Score, score } from './score.ts';
import { type Autoscaler, neededInstances, simulate, type World } from './simulate.ts';

/** One run of one autoscaler with one setting: a line of `--json`. */
export interface Row extends Score {
  readonly trace: string;
  readonly autoscaler: string;
  /** Target utilisation in percent; the percent asked for, for ours; percent of the peak for a fixed fleet. */
  readonly setting: number;
  readonly peakInstances: number;
  readonly bootSeconds: number;
  readonly delaySeconds: number;
  /** Billed hours over those of the clairvoyant optimum, which is never short. */
  readonly ratioToClairvoyant: number;
}

/** Plays one world with every setting of every autoscaler; the clairvoyant optimum comes as a row of its own. */
export function sweep(world: World, autoscalers: readonly Autoscaler[], progress: (row: Row) => void): Row[] {
  const needed = neededInstances(world);
  const optimalHours = clairvoyantBilledHours(world);
  const rows: Row[] = [];
  const add = (autoscaler: string, setting: number, scored: Score) => {
    const row = toRow(world, { autoscaler, setting, scored, optimalHours });
    rows.push(row);
    progress(row);
  };
  add('clairvoyant', 0, { ...neverShort, billedInstanceHours: optimalHours });
  for (const autoscaler of autoscalers)
    for (const setting of autoscaler.settings)
      add(autoscaler.name, setting, score(world, simulate(world, autoscaler.start(world, setting)), needed));
  return rows;
}

const neverShort = { tauUPercent: 0, thetaUPercent: 0, thetaOPercent: 0, actions: 0 };

function toRow(world: World, run: { autoscaler: string; setting: number; scored: Score; optimalHours: number }): Row {
  const { tauUPercent, thetaUPercent, thetaOPercent, billedInstanceHours, actions } = run.scored;
  return {
    trace: world.trace.name,
    autoscaler: run.autoscaler,
    setting: run.setting,
    peakInstances: world.peakInstances,
    bootSeconds: world.bootSeconds,
    delaySeconds: world.delaySeconds,
    tauUPercent,
    thetaUPercent,
    thetaOPercent,
    billedInstanceHours,
    ratioToClairvoyant: billedInstanceHours / run.optimalHours,
    actions,
  };
}
