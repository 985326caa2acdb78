import { basename } from 'node:path';
import { isoFromInstant, secondsBetween } from '../../core/amounts.ts';
import type { Paint } from '../demo/paint.ts';
import { wrap } from '../demo/summary.ts';
import { durationLabel } from '../demo/time-axis.ts';
import { assumptionsOf } from './assumptions.ts';
import type { BacktestReport, BacktestRequest } from './backtest.ts';
import type { LayerReport } from './layer-report.ts';
import { flapSeconds } from './score.ts';

/** What the report of a back-test is made with. */
export interface TextReportOf {
  readonly request: BacktestRequest;
  readonly loads: readonly string[];
  /** Of processor time. */
  readonly seconds: number;
  readonly paint: Paint;
  readonly columns: number;
}

/** The name of the row of what really ran. */
export const ranName = 'what really ran';

/** What a person reads when a back-test is over: a table for each layer, then what it rests on. */
export function textReport(report: BacktestReport, of: TextReportOf): string {
  const { paint, columns, seconds, request } = of;
  const width = Math.min(Math.max(columns, 60), 120);
  const length = durationLabel(secondsBetween(report.start, report.end));
  const title = `${paint.strong(report.files.map(({ file }) => file).join(', '))} on ${paint.strong(of.loads.map((load) => basename(load)).join(', '))}`;
  const sections = [
    [title, `${length} from ${isoFromInstant(report.start)} to ${isoFromInstant(report.end)}`],
    ...tables(report, paint),
    [
      ...wrap(
        `short: share of the time with fewer in service than needed. missing, spare: what is missing or too much on average, as a share of what is needed. flaps: changes of direction within ${flapSeconds / 60} minutes. decisions: of every evaluation, also those between the minutes while something moves.`,
        width,
      ).map(paint.faint),
    ],
    [
      paint.strong('What this rests on'),
      ...assumptionsOf(report, request).flatMap((sentence) => bullet(sentence, width)),
    ],
    [`${paint.faint(`${seconds.toFixed(1)} s of processor time`)}`],
  ];
  return sections.map((lines) => lines.join('\n')).join('\n\n');
}

/** Every layer of every file, in their order. */
export function layersOf({ files }: BacktestReport): readonly string[] {
  return [...new Set(files.flatMap(({ layers }) => layers.map(({ layer }) => layer)))];
}

/** How each file, and what really ran, did with one layer. */
export function rowsOf(
  layer: string,
  { files, ran }: BacktestReport,
): readonly { readonly name: string; readonly report: LayerReport }[] {
  const found = files.flatMap(({ file, layers }) =>
    layers.filter((report) => report.layer === layer).map((report) => ({ name: file, report })),
  );
  return [...found, ...ran.filter((report) => report.layer === layer).map((report) => ({ name: ranName, report }))];
}

function tables(report: BacktestReport, paint: Paint): readonly (readonly string[])[] {
  const layers = layersOf(report).map((layer) => {
    const rows = rowsOf(layer, report);
    const says = [...new Set(rows.flatMap(({ report: { needed } }) => needed?.says ?? []))];
    return { layer, says, cells: rows.map(({ name, report: of }) => [name, ...cellsOf(of)]) };
  });
  const all = layers.flatMap(({ layer, cells }) => [[layer, ...columnNames], ...cells]);
  const widths = columnNames.map((_, column) => Math.max(...all.map((row) => row[column + 1]?.length ?? 0)));
  const first = Math.max(...all.map(([name = '']) => name.length));
  const line = ([name = '', ...row]: readonly string[]): string =>
    [name.padEnd(first), ...row.map((cell, column) => cell.padStart(widths[column] ?? 0))].join('   ');
  return layers.map(({ layer, says, cells }) => {
    const head = `${paint.strong(layer.padEnd(first))}${paint.faint(line(['', ...columnNames]).slice(first))}`;
    const needs = says.length === 0 ? 'needed: nothing tells' : `needed: ${says.join(' / ')}`;
    return [`  ${head}`, ...cells.map((row) => `  ${line(row)}`), `  ${paint.faint(needs)}`];
  });
}

/** What a table shows of each row. */
export const columnNames = ['billed', 'cost', 'short', 'missing', 'spare', 'flaps', 'out', 'in', 'hold'];

/** The cells of a row, in the order of `columnNames`. */
export function cellsOf({ billedHours, usd, elasticity, flaps, decisions }: LayerReport): readonly string[] {
  const percent = (value: number | undefined, digits: number): string =>
    value === undefined ? '–' : `${value.toFixed(digits)} %`;
  return [
    `${billedHours.toFixed(1)} h`,
    `$${usd.toFixed(2)}`,
    percent(elasticity?.tauUPercent, 2),
    percent(elasticity?.thetaUPercent, 2),
    percent(elasticity?.thetaOPercent, 1),
    String(flaps),
    ...(decisions === undefined ? ['–', '–', '–'] : [decisions.out, decisions.in, decisions.hold].map(String)),
  ];
}

function bullet(sentence: string, width: number): readonly string[] {
  return wrap(sentence, width - 4).map((line, index) => `  ${index === 0 ? '·' : ' '} ${line}`);
}
