import { traceStart } from '../local/world.ts';
import { type Bucket, bucketsOf, mostOf, niceCeiling } from './buckets.ts';
import type { Figures } from './figures.ts';
import type { Played } from './play.ts';
import { area, line, round, text } from './svg-shapes.ts';
import { durationLabel, type TimeMark, timeMarks } from './time-axis.ts';

const page = { width: 1200, left: 64, right: 24 };
const plotWidth = page.width - page.left - page.right;
const gap = 38;
const firstPanelAt = 128;

const colours = {
  ink: '#1f2933',
  faint: '#7b8794',
  grid: '#e4e7eb',
  load: '#3e7cb1',
  capacity: '#e08e2b',
  short: '#d64545',
  other: '#5c6f82',
};

/** One plot of the page; all share the axis of time. */
interface Panel {
  readonly title: string;
  readonly height: number;
  readonly top: number;
  readonly body: (y: (value: number) => number) => readonly string[];
}

/** A picture of a run for people: load and capacity of the front layer, response times, the other layers. Plain SVG without scripts. */
export function svgPlot(played: Played, figures: Figures): string {
  const marks = timeMarks(traceStart, played.run.virtualSeconds, 12);
  const panels = [loadPanel(played), responsePanel(played), ...otherPanels(played)];
  const drawn: string[] = [];
  let y = firstPanelAt;
  for (const panel of panels) {
    drawn.push(...drawPanel(panel, { offset: y, marks }));
    y += panel.height + gap;
  }
  const height = y + 16;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${page.width} ${height}" width="${page.width}" height="${height}" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12" fill="${colours.ink}">`,
    `<rect width="${page.width}" height="${height}" fill="#ffffff"/>`,
    ...heading(played, figures),
    ...drawn,
    ...axisLabels(marks, y - gap),
    '</svg>',
    '',
  ].join('\n');
}

function heading({ play, world }: Played, figures: Figures): readonly string[] {
  const { load } = world;
  const title = `${play.application.application} under ${figures.trace}, ${durationLabel(figures.virtualSeconds)}, seed ${figures.seed}`;
  const facts = [
    `short ${figures.tauUPercent.toFixed(2)} % of the time`,
    `${figures.thetaOPercent.toFixed(0)} % to spare on average`,
    `${figures.billedInstanceHours.toFixed(0)} instance-hours, $${figures.costUsd.toFixed(2)}`,
    `${figures.decisions.out + figures.decisions.in} changes in ${figures.evaluations} evaluations`,
  ].join('   ·   ');
  const definition = `needed: fewest ${load.front} instances with 95 % of requests answered within ${load.sloSeconds} s`;
  const legend = [
    swatch(0, { colour: colours.load, label: 'needed for the load (pale: its peaks)' }),
    swatch(270, { colour: colours.capacity, label: 'in service' }),
    swatch(376, { colour: colours.short, label: 'short' }),
  ];
  return [
    text(page.left, 34, title, 'font-size="20" font-weight="600"'),
    text(page.left, 56, facts, `fill="${colours.faint}"`),
    `<g transform="translate(${page.left} 76)">${legend.join('')}</g>`,
    text(page.width - page.right, 86, definition, `fill="${colours.faint}" text-anchor="end"`),
  ];
}

function swatch(x: number, { colour, label }: { readonly colour: string; readonly label: string }): string {
  return `<rect x="${x}" y="0" width="22" height="11" rx="2" fill="${colour}"/>${text(x + 30, 10, label)}`;
}

function loadPanel({ world, run }: Played): Panel {
  const { front } = world.load;
  const { history } = run;
  const needed = bucketsOf(history.needed, plotWidth);
  const inService = bucketsOf(history.layers.get(front)?.inService ?? [], plotWidth);
  const top = niceCeiling(mostOf([...needed, ...inService]) * 1.05);
  const short = Float32Array.from(history.needed, (need, minute) =>
    Number((history.layers.get(front)?.inService[minute] ?? 0) < need),
  );
  return {
    title: `${front} instances`,
    height: 300,
    top,
    body: (y) => [
      area(
        { buckets: needed, y: ({ most }) => y(most), width: plotWidth },
        { base: y(0), fill: colours.load, opacity: 0.35 },
      ),
      area(
        { buckets: needed, y: ({ mean }) => y(mean), width: plotWidth },
        { base: y(0), fill: colours.load, opacity: 0.85 },
      ),
      line(
        { buckets: inService, y: ({ least }) => y(least), width: plotWidth },
        { colour: colours.capacity, thickness: 1.6 },
      ),
      ...shortMarks(bucketsOf(short, plotWidth), y(0)),
    ],
  };
}

function responsePanel({ world, run }: Played): Panel {
  const { sloSeconds, front } = world.load;
  const top = 4 * sloSeconds;
  const buckets = bucketsOf(run.history.p95Seconds, plotWidth);
  return {
    title: `${front}: 95 % of requests answered within, seconds (dashed: the service level)`,
    height: 110,
    top,
    body: (y) => [
      `<line x1="0" x2="${plotWidth}" y1="${round(y(sloSeconds))}" y2="${round(y(sloSeconds))}" stroke="${colours.short}" stroke-dasharray="4 4"/>`,
      line(
        { buckets, y: ({ most }) => y(Math.min(most, top)), width: plotWidth },
        { colour: colours.other, thickness: 1 },
      ),
    ],
  };
}

function otherPanels({ world, run }: Played): readonly Panel[] {
  const others = world.load.layers.filter(({ layer }) => layer !== world.load.front).slice(0, 3);
  return others.map(({ layer, role }) => {
    const buckets = bucketsOf(run.history.layers.get(layer)?.inService ?? [], plotWidth);
    const backlog = bucketsOf(run.history.backlog, plotWidth);
    const most = mostOf(backlog);
    const top = niceCeiling(mostOf(buckets) * 1.1);
    const waits = role === 'worker' && most >= 1;
    return {
      title: waits ? `${layer} instances (grey: work that waits, at most ${Math.round(most)})` : `${layer} instances`,
      height: 90,
      top,
      body: (y) => [
        ...(waits
          ? [
              area(
                { buckets: backlog, y: (bucket) => y((top * bucket.most) / most), width: plotWidth },
                {
                  base: y(0),
                  fill: colours.faint,
                  opacity: 0.4,
                },
              ),
            ]
          : []),
        line({ buckets, y: ({ mean }) => y(mean), width: plotWidth }, { colour: colours.capacity, thickness: 1.6 }),
      ],
    };
  });
}

function drawPanel(
  { title, height, top, body }: Panel,
  { offset, marks }: { readonly offset: number; readonly marks: readonly TimeMark[] },
): readonly string[] {
  const y = (value: number): number => height - (height * value) / top;
  const shares = height >= 200 ? [0, 0.25, 0.5, 0.75, 1] : [0, 0.5, 1];
  const rows = shares.map((share) => {
    const at = round(y(share * top));
    const value = String(Number((share * top).toPrecision(3)));
    const label = text(-8, at + 4, value, `text-anchor="end" fill="${colours.faint}"`);
    return `<line x1="0" x2="${plotWidth}" y1="${at}" y2="${at}" stroke="${colours.grid}"/>${label}`;
  });
  const columns = marks.map(({ place }) => {
    const x = round(place * plotWidth);
    return `<line x1="${x}" x2="${x}" y1="0" y2="${height}" stroke="${colours.grid}"/>`;
  });
  return [
    `<g transform="translate(${page.left} ${offset})">`,
    text(0, -10, title, 'font-weight="600"'),
    ...columns,
    ...rows,
    ...body(y),
    '</g>',
  ];
}

function axisLabels(marks: readonly TimeMark[], bottom: number): readonly string[] {
  return marks.map(({ place, label }) => {
    const x = round(page.left + place * plotWidth);
    const anchor = place > 0.95 ? 'end' : place < 0.02 ? 'start' : 'middle';
    return text(x, bottom + 18, label, `text-anchor="${anchor}" fill="${colours.faint}"`);
  });
}

/** One thin bar for each column with a short minute, as high as its share of short minutes. */
function shortMarks(buckets: readonly Bucket[], base: number): readonly string[] {
  const step = plotWidth / buckets.length;
  return buckets.flatMap(({ mean }, index) => {
    if (!(mean > 0)) return [];
    const height = 4 + 14 * mean;
    return [
      `<rect x="${round(index * step)}" y="${round(base - height)}" width="${round(Math.max(step, 1.5))}" height="${round(height)}" fill="${colours.short}"/>`,
    ];
  });
}
