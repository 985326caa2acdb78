import { isoFromInstant, secondsBetween } from '../../core/amounts.ts';
import type { Outcome } from '../../core/decision.ts';
import type { BacktestReport } from './backtest.ts';
import type { LayerReport } from './layer-report.ts';

/** What `--json` prints of one layer. Percentages are null when nothing tells how many were needed. */
export interface LayerFigures {
  readonly layer: string;
  readonly billedHours: number;
  readonly usd: number;
  readonly tauUPercent: number | null;
  readonly thetaUPercent: number | null;
  readonly thetaOPercent: number | null;
  /** Share of the time for which it is known how many were needed. */
  readonly scoredPercent: number;
  readonly flaps: number;
  readonly decisions: Readonly<Record<Outcome, number>> | null;
  readonly neededBy: string | null;
}

/** What `--json` prints. All but `seconds` follow from the options. */
export interface Figures {
  readonly files: readonly {
    readonly file: string;
    readonly refusedLaunches: number;
    readonly layers: readonly LayerFigures[];
  }[];
  /** What really ran, of the layers whose count was recorded. */
  readonly ran: readonly LayerFigures[];
  readonly start: string;
  readonly end: string;
  readonly scoredFrom: string;
  /** Of processor time. */
  readonly seconds: number;
}

/** Adds up a report; `seconds` is what it took. */
export function figuresOf(report: BacktestReport, seconds: number): Figures {
  const scoredSeconds = secondsBetween(report.scored.from, report.scored.until);
  return {
    files: report.files.map(({ file, refusedCalls, layers }) => ({
      file,
      refusedLaunches: refusedCalls,
      layers: layers.map((layer) => layerFigures(layer, scoredSeconds)),
    })),
    ran: report.ran.map((layer) => layerFigures(layer, scoredSeconds)),
    start: isoFromInstant(report.start),
    end: isoFromInstant(report.end),
    scoredFrom: isoFromInstant(report.scored.from),
    seconds: rounded(seconds, 2),
  };
}

function layerFigures(
  { layer, billedHours, usd, elasticity, flaps, decisions, needed }: LayerReport,
  seconds: number,
): LayerFigures {
  return {
    layer,
    billedHours: rounded(billedHours, 3),
    usd: rounded(usd, 4),
    tauUPercent: elasticity === undefined ? null : rounded(elasticity.tauUPercent, 4),
    thetaUPercent: elasticity === undefined ? null : rounded(elasticity.thetaUPercent, 4),
    thetaOPercent: elasticity === undefined ? null : rounded(elasticity.thetaOPercent, 4),
    scoredPercent: rounded((100 * (elasticity?.scoredSeconds ?? 0)) / seconds, 2),
    flaps,
    decisions: decisions ?? null,
    neededBy: needed?.says ?? null,
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
