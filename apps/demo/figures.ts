import type { ShadowComparison } from '../../core/decide-shadow/compare-shadow.ts';
import type { Outcome } from '../../core/decision.ts';
import type { Violation } from '../local/check-promises.ts';
import type { Played } from './play.ts';

/** The figures of one run: what `--json` prints. All but `wallSeconds` follow from the seed. */
export interface Figures {
  readonly trace: string;
  readonly seed: number;
  readonly virtualSeconds: number;
  readonly wallSeconds: number;
  readonly evaluations: number;
  readonly decisions: Readonly<Record<Outcome, number>>;
  readonly launched: number;
  readonly terminated: number;
  readonly failedLaunches: number;
  readonly notices: { readonly sent: number; readonly acknowledged: number; readonly expired: number };
  readonly tauUPercent: number;
  readonly thetaUPercent: number;
  readonly thetaOPercent: number;
  readonly billedInstanceHours: number;
  readonly costUsd: number;
  readonly settled: boolean;
  readonly maxCount: Readonly<Record<string, number>>;
  /** Of each layer with shadow rules. */
  readonly shadows: readonly ShadowComparison[];
  readonly violations: readonly Violation[];
}

/** Adds a run up. `wallSeconds` is real time. */
export function figuresOf({ play, trace, world, run, shadows }: Played, wallSeconds: number): Figures {
  const { diary, load, check } = world;
  const elasticity = load.score.result();
  const layers = Object.keys(play.application.layers);
  return {
    trace: trace.name,
    seed: play.seed,
    virtualSeconds: run.virtualSeconds,
    wallSeconds: rounded(wallSeconds, 3),
    evaluations: run.evaluations,
    decisions: { ...diary.decisions },
    launched: diary.launched,
    terminated: diary.terminated,
    failedLaunches: diary.failedLaunches,
    notices: { ...diary.notices },
    tauUPercent: rounded(elasticity.tauUPercent, 4),
    thetaUPercent: rounded(elasticity.thetaUPercent, 4),
    thetaOPercent: rounded(elasticity.thetaOPercent, 4),
    billedInstanceHours: rounded(run.bill.instanceHours, 3),
    costUsd: rounded(run.bill.usd, 4),
    settled: run.settledAfterSeconds !== undefined,
    maxCount: Object.fromEntries(layers.map((layer) => [layer, diary.maxCount.get(layer) ?? 0])),
    shadows,
    violations: check.violations,
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
