import { sayComparisonShortly } from '../cli/say-shadow.ts';
import { peakShareOfMax } from '../local/load-model.ts';
import { ordinaryInstance, saturationPerSecond } from '../local/response-times.ts';
import { feedsOf } from '../local/signals.ts';
import { traceStart } from '../local/world.ts';
import { bucketsOf, mostOf } from './buckets.ts';
import type { Figures } from './figures.ts';
import { notableMoves } from './notable.ts';
import type { Paint } from './paint.ts';
import type { Played } from './play.ts';
import { plotLoad, sparkline } from './terminal-plot.ts';
import { durationLabel, momentLabel } from './time-axis.ts';

const mostMoves = 8;
const margin = 5;
const plotRows = 12;
const mostSparklines = 4;

/** What a person reads when a demo is over; `columns` is the width of the terminal. */
export function summaryOf(
  played: Played,
  figures: Figures,
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): string {
  const width = Math.min(Math.max(columns, 60), 120);
  const sections = [
    titleSection(played, figures, paint),
    plotSection(played, { width, paint }),
    layerSection(played, paint),
    decisionSection(played, { width, paint }),
    figureSection(played, figures, paint),
    ...(figures.shadows.length === 0 ? [] : [shadowSection(figures, { width, paint })]),
    promiseSection(figures, { width, paint }),
  ];
  return sections.map((lines) => lines.join('\n')).join('\n\n');
}

function titleSection({ play, trace, world }: Played, figures: Figures, paint: Paint): readonly string[] {
  const { load } = world;
  const front = load.layers.find(({ layer }) => layer === load.front);
  const max = play.application.layers[load.front]?.count.max ?? 0;
  const recorded = trace.recordedStepSeconds;
  const peak = load.requestsPerSecondPerLoad * trace.load.reduce((most, value) => Math.max(most, value), 0);
  const interpolated =
    recorded > trace.stepSeconds
      ? [`Recorded every ${recorded} s, interpolated on straight lines to ${trace.stepSeconds} s.`]
      : [];
  return [
    `${paint.strong(play.application.application)} under ${paint.strong(trace.name)}, ${durationLabel(figures.virtualSeconds)}, seed ${play.seed}`,
    `Scaled so that the peak, ${peak.toFixed(0)} requests/s, needs ${front?.peakInstances} ${load.front} instances: ${100 * peakShareOfMax} % of its max of ${max}.`,
    ...interpolated,
    ...unfedLines(play.application),
  ];
}

function unfedLines(application: Played['play']['application']): readonly string[] {
  const { unfed } = feedsOf(application);
  if (unfed.length === 0) return [];
  return [`No data for ${unfed.join(', ')}: the simulated world does not know what would move them.`];
}

function plotSection(
  { world, run }: Played,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): readonly string[] {
  const { history } = run;
  const front = world.load.front;
  const inService = history.layers.get(front)?.inService ?? [];
  const columns = width - margin;
  const plot = plotLoad({ start: traceStart, needed: history.needed, inService }, { columns, rows: plotRows }, paint);
  const legend = `${front} instances   ${paint.load('█')} needed for the load   ${paint.faint('░')} to spare   ${paint.short('▂▄█')} short`;
  return [`${' '.repeat(margin)}${legend}`, ...plot, '', ...sparklines(world, run, { columns, paint })];
}

function sparklines(
  { load }: Played['world'],
  { history }: Played['run'],
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): readonly string[] {
  const others = load.layers.filter(({ layer }) => layer !== load.front).slice(0, mostSparklines);
  const rows: readonly (readonly [string, ArrayLike<number>, string])[] = [
    [`${load.front} p95`, history.p95Seconds, ' s'],
    ['queue', history.backlog, ''],
    ...others.map(({ layer }) => [layer, history.layers.get(layer)?.inService ?? [], ''] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, series, unit]) => {
    const most = mostOf(bucketsOf(series, 1));
    const line = sparkline(series, columns + margin - width - 9);
    return `${paint.faint(name.padStart(width))} ${line} ${paint.faint(`≤ ${Number(most.toPrecision(3))}${unit}`)}`;
  });
}

function layerSection({ play, run, world }: Played, paint: Paint): readonly string[] {
  const rows = Object.entries(play.application.layers).map(([layer, { count, sizes }]) => {
    const { inService = [] } = run.history.layers.get(layer) ?? {};
    const served = Array.from(inService);
    const bill = run.billOfLayer.get(layer);
    const mean = served.reduce((sum, value) => sum + value, 0) / Math.max(1, served.length);
    return [
      layer,
      sizes[0]?.type ?? '',
      `${count.min}–${count.max}`,
      `${Math.min(...served.slice(0, 1), ...rangeOf(served))}–${rangeOf(served)[1]}`,
      mean.toFixed(1),
      String(world.diary.maxCount.get(layer) ?? 0),
      (bill?.instanceHours ?? 0).toFixed(1),
      `$${(bill?.usd ?? 0).toFixed(2)}`,
    ];
  });
  const header = ['layer', 'size', 'allowed', 'in service', 'mean', 'most at once', 'hours', 'cost'];
  return tableOf(header, rows, paint);
}

function rangeOf(values: readonly number[]): readonly [number, number] {
  return values.reduce<readonly [number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, 0],
  );
}

function tableOf(header: readonly string[], rows: readonly (readonly string[])[], paint: Paint): readonly string[] {
  const widths = header.map((title, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? title.length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ');
  return [`  ${paint.faint(line(header))}`, ...rows.map((row) => `  ${line(row)}`)];
}

function decisionSection(
  { world }: Played,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): readonly string[] {
  const { moves, mishaps } = world.diary;
  const notable = notableMoves(moves, mostMoves);
  if (notable.length === 0) return ['No decision changed anything.'];
  const title = `${notable.length} of ${moves.length} decisions that changed something:`;
  const told = notable.flatMap(({ at, because }) => {
    const [first = '', ...rest] = wrap(because, width - 22);
    return [
      `  ${paint.faint(momentLabel(at).padEnd(16))}  ${first}`,
      ...rest.map((line) => `${' '.repeat(20)}${line}`),
    ];
  });
  return [paint.strong(title), ...told, ...mishapLines(mishaps)];
}

function mishapLines(mishaps: Played['world']['diary']['mishaps']): readonly string[] {
  const counts = new Map<string, number>();
  for (const { what } of mishaps) counts.set(what, (counts.get(what) ?? 0) + 1);
  if (counts.size === 0) return [];
  const told = [...counts].sort((a, b) => b[1] - a[1]).map(([what, count]) => `${count} × ${what}`);
  return [`  The cloud's own mishaps, all made good: ${told.join(', ')}.`];
}

function figureSection({ run, world, play }: Played, figures: Figures, paint: Paint): readonly string[] {
  const { load } = world;
  const front = load.layers.find(({ layer }) => layer === load.front);
  const hours = figures.virtualSeconds / 3600;
  const frontHours = run.billOfLayer.get(load.front)?.instanceHours ?? 0;
  const neededHours = Array.from(run.history.needed).reduce((sum, need) => sum + need, 0) / 60;
  const fixedHours = (front?.peakInstances ?? 0) * hours;
  const limit = front?.perInstancePerSecond ?? 0;
  const saturation = saturationPerSecond(ordinaryInstance);
  const { decisions, notices } = figures;
  const rows: readonly (readonly [string, string])[] = [
    [
      'time short',
      `${figures.tauUPercent.toFixed(2)} % of the time (${durationLabel(load.score.shortSeconds)}), by ${figures.thetaUPercent.toFixed(2)} % on average over all time`,
    ],
    ['to spare', `${figures.thetaOPercent.toFixed(1)} % more than needed on average`],
    [
      'billed',
      `${figures.billedInstanceHours.toFixed(1)} instance-hours from launch, $${figures.costUsd.toFixed(2)} ($${(figures.costUsd / hours).toFixed(2)} an hour; the budget is ${budgetOf(play.application)})`,
    ],
    [
      `${load.front} alone`,
      `${frontHours.toFixed(0)} h; the load itself needed ${neededHours.toFixed(0)} h, a fleet fixed at its peak ${fixedHours.toFixed(0)} h`,
    ],
    [
      'decisions',
      `${decisions.out} out, ${decisions.in} in, ${decisions.hold} hold, in ${figures.evaluations} evaluations`,
    ],
    [
      'machines',
      `${figures.launched} launched, ${figures.terminated} terminated, ${figures.failedLaunches} launches failed`,
    ],
    ['notices', `${notices.sent} sent; ${notices.acknowledged} acknowledged in time, ${notices.expired} not`],
    [
      'needed',
      `fewest instances with 95 % answered within ${load.sloSeconds} s: ${limit.toFixed(1)} requests/s each, of ${saturation.toFixed(0)} at most (M/M/${ordinaryInstance.servers}/${ordinaryInstance.places}, even load balancing)`,
    ],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [...rows.map(([name, text]) => `  ${paint.faint(name.padEnd(width))}  ${text}`), ...degradedLines(world)];
}

function shadowSection(
  { shadows }: Figures,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): readonly string[] {
  const told = shadows.flatMap((comparison) => {
    const [first = '', ...rest] = wrap(sayComparisonShortly(comparison), width - 12);
    return [`  ${paint.faint('shadow')}  ${first}`, ...rest.map((line) => `${' '.repeat(10)}${line}`)];
  });
  return [paint.strong('Beside them, the shadow rules, which never acted:'), ...told];
}

function budgetOf({ budget }: Played['play']['application']): string {
  return budget === undefined ? 'open' : `$${budget.maxHourlyUsd}`;
}

function degradedLines({ diary }: Played['world']): readonly string[] {
  return [...diary.degraded].map(([reason, times]) => `  ${times} evaluations had to do without ${reason}`);
}

function promiseSection(
  { violations, settled, virtualSeconds, wallSeconds }: Figures,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): readonly string[] {
  const time = `${durationLabel(virtualSeconds)} took ${wallSeconds.toFixed(1)} s`;
  if (violations.length === 0) {
    return [`${paint.good('✓')} Every promise was kept${settled ? ', and everything settled' : ''}; ${time}.`];
  }
  const told = violations
    .slice(0, 10)
    .flatMap(({ promise, at, what }) => wrap(`  promise ${promise}, ${at}: ${what}`, width));
  return [paint.short(`✗ ${violations.length} promises were broken; ${time}.`), ...told];
}

/** Breaks a sentence between words. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
