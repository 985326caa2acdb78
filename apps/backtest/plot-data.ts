import { type Instant, secondsBetween } from '../../core/amounts.ts';
import type { Outcome } from '../../core/decision.ts';
import type { BacktestReport, BacktestRequest } from './backtest.ts';
import { loadColumn } from './choose-sources.ts';
import type { LayerReport } from './layer-report.ts';
import type { Needed } from './needed.ts';
import { type Column, valuesOn } from './recording.ts';
import type { CountChange } from './score.ts';
import { layersOf, ranName, rowsOf } from './text-report.ts';

/** From this second of the recording on, so many; null where nobody knows. */
export type Steps = readonly (readonly [number, number | null])[];

/** A decision: second, outcome, sentence. */
export type PlottedDecision = readonly [number, Outcome, string];

/** What one file did with one layer. */
export interface PlottedFleet {
  readonly name: string;
  readonly colour: string;
  readonly isRan: boolean;
  readonly inService: Steps;
  readonly needed: Steps | undefined;
  readonly decisions: readonly PlottedDecision[];
}

/** What the script of a report draws. */
export interface PlotData {
  readonly start: Instant;
  readonly seconds: number;
  readonly load:
    | { readonly name: string; readonly stepSeconds: number; readonly values: readonly (number | null)[] }
    | undefined;
  readonly layers: readonly { readonly layer: string; readonly fleets: readonly PlottedFleet[] }[];
}

/** With more stored decisions than this, holds are left out, so that the page stays small enough to open. */
const mostDecisions = 6000;

/** Packs a report for its page: steps where something changes, sentences as they were stored. */
export function plotData(report: BacktestReport, { recording }: BacktestRequest): PlotData {
  const { start, end, files } = report;
  const demand = recording.columns.get(loadColumn) ?? [...recording.columns.values()].find(isPlotted(report));
  return {
    start,
    seconds: secondsBetween(start, end),
    load: demand && loadOf(demand, report),
    layers: layersOf(report).map((layer) => ({
      layer,
      fleets: rowsOf(layer, report).map(({ name, report: of }) => ({
        name,
        colour: colourOf(name, { files }),
        isRan: name === ranName,
        inService: stepsOf(of.inService, start),
        needed: of.needed && neededSteps(of.needed),
        decisions: decisionsOf(of, start),
      })),
    })),
  };
}

/** The custom property that holds the colour of a file, by its place. */
export function colourOf(name: string, { files }: Pick<BacktestReport, 'files'>): string {
  if (name === ranName) return '--ran';
  return `--file-${files.findIndex(({ file }) => file === name) % 6}`;
}

/** Without a column `load`: the first that a KPI was recorded in. */
function isPlotted({ files }: BacktestReport): (column: Column) => boolean {
  const names = files.flatMap(({ kpis }) =>
    kpis.flatMap(({ from }) => (from.kind === 'modelled' ? [] : [from.column.name])),
  );
  return ({ name }) => name === names[0];
}

function loadOf(column: Column, { start, end }: BacktestReport): PlotData['load'] {
  const stepSeconds = Math.max(60, column.stepSeconds);
  const values = valuesOn({ start, end, stepSeconds }, column, 'mean');
  return {
    name: column.name,
    stepSeconds,
    values: Array.from(values, (value) => (Number.isNaN(value) ? null : Number(value.toPrecision(5)))),
  };
}

function stepsOf(changes: readonly CountChange[], start: Instant): Steps {
  return changes.map(({ at, count }) => [secondsBetween(start, at), count]);
}

function neededSteps({ values, stepSeconds }: Needed): Steps {
  const steps: (readonly [number, number | null])[] = [];
  let last: number | null | undefined;
  for (const [step, value] of values.entries()) {
    const now = Number.isNaN(value) ? null : value;
    if (now !== last) steps.push([step * stepSeconds, now]);
    last = now;
  }
  return steps;
}

/** Of which plots holds are left out, in sentences; none for most reports. */
export function leftOutOf(report: BacktestReport): readonly string[] {
  return layersOf(report).flatMap((layer) =>
    rowsOf(layer, report).flatMap(({ name, report: { told } }) => {
      if (told.length <= mostDecisions) return [];
      const stored = told.length.toLocaleString('en');
      const most = mostDecisions.toLocaleString('en');
      return [`${layer}, ${name}: holds are left out of the plot, as ${stored} decisions were stored, over ${most}.`];
    }),
  );
}

function decisionsOf({ told }: LayerReport, start: Instant): readonly PlottedDecision[] {
  const kept = told.length > mostDecisions ? told.filter(({ outcome }) => outcome !== 'hold') : told;
  return kept.map(({ at, outcome, because }) => [Math.round(secondsBetween(start, at)), outcome, because]);
}
