import { basename } from 'node:path';
import { isoFromInstant, secondsBetween } from '../../core/amounts.ts';
import { durationLabel, momentLabel } from '../demo/time-axis.ts';
import { assumptionsOf } from './assumptions.ts';
import type { BacktestReport, BacktestRequest } from './backtest.ts';
import { colourOf, leftOutOf, plotData } from './plot-data.ts';
import { plotScript } from './plot-script.ts';
import { plotStyle } from './plot-style.ts';
import { cellsOf, columnNames, layersOf, rowsOf } from './text-report.ts';

/** What a report is made with. */
export interface HtmlReportOf {
  readonly request: BacktestRequest;
  readonly loads: readonly string[];
}

/** A back-test as one HTML file without anything beside it: the comparison, then load, needs and fleets over time with the decisions under the pointer. */
export function htmlReport(report: BacktestReport, { request, loads }: HtmlReportOf): string {
  const files = report.files.map(({ file }) => file).join(', ');
  const on = loads.map((load) => basename(load)).join(', ');
  const length = durationLabel(secondsBetween(report.start, report.end));
  const data = plotData(report, request);
  const panels = layersOf(report).map((layer, index) => panel(layer, { index, report }));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Back-test of ${escaped(files)}</title><style>${plotStyle}</style></head>
<body><main>
<header><h1>Back-test of ${escaped(files)}</h1>
<p>${escaped(on)}, ${length}: ${momentLabel(report.start)} to ${momentLabel(report.end)} UTC${learning(report)}</p></header>
${comparison(report)}
<section class="plots"><p class="hint">Point at a moment to read the decision of that moment. Drag to look closer, double-click to see all. Arrow keys step through decisions.${leftOutOf(
    report,
  )
    .map((sentence) => ` ${escaped(sentence)}`)
    .join('')}</p>
${data.load === undefined ? '' : `<figure><figcaption><b>${escaped(data.load.name)}</b> <span>as recorded</span></figcaption><canvas data-plot="load" tabindex="0"></canvas></figure>`}
${panels.join('\n')}</section>
<section><h2>What this rests on</h2><ul>${assumptionsOf(report, request)
    .map((sentence) => `<li>${escaped(sentence)}</li>`)
    .join('')}</ul></section>
</main><div id="tip" role="status"></div>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script>${plotScript}</script></body></html>
`;
}

function learning({ start, scored }: BacktestReport): string {
  return start === scored.from ? '' : `; scored from ${isoFromInstant(scored.from)} on`;
}

function comparison(report: BacktestReport): string {
  const head = ['', ...columnNames].map((name) => `<th scope="col">${name}</th>`).join('');
  const bodies = layersOf(report).map((layer) => {
    const rows = rowsOf(layer, report);
    const cheapest = Math.min(...rows.map(({ report: { usd } }) => usd));
    const lines = rows.map(({ name, report: of }) => {
      const colour = colourOf(name, report);
      const cells = cellsOf(of).map((cell, column) => {
        const isBest = column === 1 && of.usd === cheapest && rows.length > 1;
        return `<td${isBest ? ' class="best"' : ''}>${cell}</td>`;
      });
      return `<tr><th scope="row"><i style="background:var(${colour})"></i>${escaped(name)}</th>${cells.join('')}</tr>`;
    });
    return `<tbody><tr class="layer"><th colspan="${columnNames.length + 1}">${escaped(layer)} <span>${escaped(saysOf(layer, report))}</span></th></tr>${lines.join('')}</tbody>`;
  });
  return `<section class="table"><table><thead><tr>${head}</tr></thead>${bodies.join('')}</table>
<p class="hint">short: share of the time with fewer in service than needed. missing, spare: what is missing or too much on average, as a share of what is needed. flaps: changes of direction within ten minutes.</p></section>`;
}

function saysOf(layer: string, report: BacktestReport): string {
  const says = [...new Set(rowsOf(layer, report).flatMap(({ report: { needed } }) => needed?.says ?? []))];
  return says.length === 0 ? 'nothing tells how many are needed' : `needed: ${says.join(' / ')}`;
}

function panel(layer: string, { index, report }: { readonly index: number; readonly report: BacktestReport }): string {
  const legend = rowsOf(layer, report).map(
    ({ name }) => `<span><i style="background:var(${colourOf(name, report)})"></i>${escaped(name)}</span>`,
  );
  const needed = rowsOf(layer, report).some((row) => row.report.needed !== undefined);
  const needs = needed ? '<span><i class="area"></i>needed</span>' : '';
  return `<figure><figcaption><b>${escaped(layer)}</b> <span>instances in service</span><span class="legend">${needs}${legend.join('')}<span><i class="short"></i>short</span></span></figcaption><canvas data-plot="${index}" tabindex="0"></canvas></figure>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
