import { baselines } from './autoscalers.ts';
import { frontier, ranking } from './compare.ts';
import type { Row } from './sweep.ts';

const chart = { width: 560, height: 320, left: 52, right: 12, top: 12, bottom: 40 };
/** Risk on a logarithmic axis; what is lower is drawn at the left edge. */
const riskRange = { from: 0.02, to: 30 };
const names = baselines.map(({ name }) => name);

/** The whole benchmark as one HTML file without anything beside it: per world the curves of cost against risk, and the ranking at equal risk. */
export function report(rows: readonly Row[]): string {
  const worlds = groupBy(rows, (row) => `${row.trace}, peak ${row.peakInstances}, boot ${row.bootSeconds} s`);
  const sections = [...worlds].map(([title, played]) => section(title, played));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Concertina: decisions benchmark</title><style>${style}</style></head>
<body><h1>Cost against risk</h1>
<p>Billed instance-hours relative to the clairvoyant optimum (which knows the load and is never short), against the share of time with fewer
instances in service than needed. Each baseline's curve is its best target in hindsight; concertina's points are the risks that were asked for.</p>
${sections.join('\n')}</body></html>
`;
}

const style = `body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:72rem;color:#1b1f24;background:#fff}
section{display:flex;flex-wrap:wrap;gap:1.5rem;align-items:flex-start;border-top:1px solid #d0d7de;padding:1rem 0}h2{flex-basis:100%;margin:0;font-size:1.05rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:.15rem .6rem;text-align:right;border-bottom:1px solid #eaeef2}td:first-child,th:first-child{text-align:left}
.own{font-weight:600}text{font:11px system-ui,sans-serif;fill:#57606a}.axis{stroke:#8c959f}.grid{stroke:#eaeef2}`;

function section(title: string, rows: readonly Row[]): string {
  return `<section><h2>${asHtml(title)}</h2>${curves(rows)}${rankings(rows)}</section>`;
}

function curves(rows: readonly Row[]): string {
  const own = rows.filter((row) => row.autoscaler === 'concertina');
  const highest = Math.max(1.5, ...own.map((row) => row.ratioToClairvoyant)) * 1.6;
  const lowest = Math.min(1, ...own.map((row) => row.ratioToClairvoyant)) * 0.95;
  const x = (risk: number) => {
    const share = Math.log(Math.max(risk, riskRange.from) / riskRange.from) / Math.log(riskRange.to / riskRange.from);
    return chart.left + Math.min(1, share) * (chart.width - chart.left - chart.right);
  };
  const y = (cost: number) => {
    const share = (Math.max(lowest, Math.min(cost, highest)) - lowest) / (highest - lowest);
    return chart.height - chart.bottom - share * (chart.height - chart.top - chart.bottom);
  };
  const lines = names.map((name, index) => {
    const points = frontier(rows.filter((row) => row.autoscaler === name));
    const path = points.map((point) => `${x(point.tauUPercent).toFixed(1)},${y(point.ratioToClairvoyant).toFixed(1)}`);
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${colour(index)}" stroke-width="1.5"><title>${asHtml(name)}</title></polyline>`;
  });
  const dots = own.map(
    (row) =>
      `<circle cx="${x(row.tauUPercent).toFixed(1)}" cy="${y(row.ratioToClairvoyant).toFixed(1)}" r="5" fill="#cf222e"><title>concertina, asked ${row.setting} %: short ${row.tauUPercent.toFixed(3)} %, cost ${row.ratioToClairvoyant.toFixed(3)}</title></circle>`,
  );
  return `<svg width="${chart.width}" height="${chart.height}" role="img" aria-label="cost against risk">${axes(x, y, { lowest, highest })}${lines.join('')}${dots.join('')}</svg>`;
}

function axes(
  x: (risk: number) => number,
  y: (cost: number) => number,
  range: { lowest: number; highest: number },
): string {
  const bottom = chart.height - chart.bottom;
  const risks = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20].map(
    (risk) =>
      `<line class="grid" x1="${x(risk)}" x2="${x(risk)}" y1="${chart.top}" y2="${bottom}"/><text x="${x(risk)}" y="${bottom + 14}" text-anchor="middle">${risk}</text>`,
  );
  const costs = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const cost = range.lowest + share * (range.highest - range.lowest);
    return `<line class="grid" x1="${chart.left}" x2="${chart.width - chart.right}" y1="${y(cost)}" y2="${y(cost)}"/><text x="${chart.left - 6}" y="${y(cost) + 4}" text-anchor="end">${cost.toFixed(2)}</text>`;
  });
  return `${risks.join('')}${costs.join('')}<text x="${chart.width / 2}" y="${chart.height - 6}" text-anchor="middle">short, % of time (log)</text>`;
}

function rankings(rows: readonly Row[]): string {
  const own = rows.filter((row) => row.autoscaler === 'concertina');
  const others = rows.filter((row) => names.includes(row.autoscaler));
  const head = own.map((row) => `<th>at ${row.tauUPercent.toFixed(2)} % (asked ${row.setting})</th>`).join('');
  const ownCells = own.map((row) => `<td>${row.ratioToClairvoyant.toFixed(3)}</td>`).join('');
  const costs = own.map(
    (row) =>
      new Map(ranking(others, row.tauUPercent).map((standing) => [standing.autoscaler, standing.ratioToClairvoyant])),
  );
  const lines = names.map((name, index) => {
    const cells = costs.map((cost) => `<td>${cost.get(name)?.toFixed(3) ?? '–'}</td>`).join('');
    return `<tr><td><span style="color:${colour(index)}">■</span> ${asHtml(name)}</td>${cells}</tr>`;
  });
  return `<table><tr><th>cost ÷ optimum</th>${head}</tr><tr class="own"><td><span style="color:#cf222e">●</span> concertina</td>${ownCells}</tr>${lines.join('')}</table>`;
}

function colour(index: number): string {
  return `hsl(${Math.round((index * 360) / names.length)} 55% 45%)`;
}

function groupBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return groups;
}

function asHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
