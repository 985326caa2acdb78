import { describe, expect, it } from 'vitest';
import { recordedTable } from '../../apps/cli/recorded-table.ts';
import { type DemoWorld, demoCommand } from '../../apps/demo/demo.ts';
import { ansiPaint, noPaint, paintFor } from '../../apps/demo/paint.ts';
import { questionOf } from '../../core/explain-decision/question.ts';
import { smallApplication } from '../factories/demo-world.ts';

const hill = Array.from({ length: 40 }, (_, minute) => `${minute * 60},${20 + 4 * Math.min(minute, 39 - minute)}`);
const requests = { metric: { namespace: 'AWS/ApplicationELB', name: 'RequestCount', stat: 'Sum' } };
const measured = { ...smallApplication, kpis: { ...smallApplication.kpis, requests } };
const shadow = {
  rules: [
    { name: 'keep cpu near 40', kpi: 'cpu', targetValue: 40 },
    { name: 'carry the load', kpi: 'requests', perCapacityUnit: 3000, shortfallPercent: 1 },
  ],
};
const files: Readonly<Record<string, string>> = {
  'shop.json': JSON.stringify(smallApplication),
  'measured.json': JSON.stringify(measured),
  'shadowed.json': JSON.stringify({
    ...measured,
    layers: { ...measured.layers, web: { ...measured.layers.web, shadow } },
  }),
  'hill.csv': ['t_seconds,load', ...hill].join('\n'),
  'halfhours.csv': 't_seconds,load\n0,10\n1800,20\n',
  'seconds.csv': ['t_seconds,load', ...Array.from({ length: 300 }, (_, second) => `${second},${second % 7}`)].join(
    '\n',
  ),
  'bad.csv': 't_seconds,load\n0,10\n60,many\n120,-4\n',
  'gap.csv': 't_seconds,load\n0,10\n60,10\n180,10\n',
  'headless.csv': '0,10\n60,10\n',
  'bad.json': JSON.stringify({ application: 'shop', layers: {} }),
};

/** A demo whose files are in memory; `millis` counts calls, so nothing depends on real time. */
function makeDemo({ isTerminal = false } = {}) {
  const printed: string[] = [];
  const errors: string[] = [];
  const progress: string[] = [];
  const written = new Map<string, string>();
  let millis = 0;
  const world: DemoWorld = {
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`ENOENT: ${path}`);
      return text;
    },
    writeFile: (path, text) => {
      if (path.startsWith('/nowhere')) throw new Error('EACCES');
      written.set(path, text);
    },
    print: (text) => printed.push(text),
    printError: (text) => errors.push(text),
    progress: { isTerminal, write: (text) => progress.push(text), paint: noPaint, millis: () => (millis += 100) },
    columns: 100,
    paint: noPaint,
  };
  return { world, printed, errors, progress, written };
}

const common = ['--application', 'shop.json', '--trace', 'hill.csv'];

async function figuresOf(...words: readonly string[]) {
  const demo = makeDemo();
  expect(await demoCommand([...common, '--json', ...words], demo.world)).toBe(0);
  const { wallSeconds, ...figures } = JSON.parse(demo.printed.at(-1) ?? '');
  expect(wallSeconds).toBeGreaterThan(0);
  return figures;
}

describe('demo', { timeout: 60_000 }, () => {
  it('ends with the figures as one JSON object', async () => {
    const figures = await figuresOf('--seed', '2');

    expect(figures).toEqual({
      trace: 'hill.csv',
      seed: 2,
      virtualSeconds: 2400,
      evaluations: expect.any(Number),
      decisions: { out: expect.any(Number), in: expect.any(Number), hold: expect.any(Number) },
      launched: expect.any(Number),
      terminated: expect.any(Number),
      failedLaunches: expect.any(Number),
      notices: { sent: expect.any(Number), acknowledged: expect.any(Number), expired: expect.any(Number) },
      tauUPercent: expect.any(Number),
      thetaUPercent: expect.any(Number),
      thetaOPercent: expect.any(Number),
      billedInstanceHours: expect.any(Number),
      costUsd: expect.any(Number),
      settled: true,
      maxCount: { web: expect.any(Number), worker: expect.any(Number) },
      shadows: [],
      violations: [],
    });
    expect(figures.evaluations).toBeGreaterThanOrEqual(40);
    expect(figures.decisions.out).toBeGreaterThan(1);
    expect(figures.maxCount.web).toBeGreaterThan(2);
    expect(figures.maxCount.web).toBeLessThanOrEqual(12);
  });

  it('gives the same figures for the same seed, others for another', async () => {
    const [once, again, other] = [
      await figuresOf('--seed', '5'),
      await figuresOf('--seed', '5'),
      await figuresOf('--seed', '6'),
    ];

    expect(again).toEqual(once);
    expect({ ...other, seed: 5 }).not.toEqual(once);
  });

  it('tells a person what happened, with sentences, a plot and the definition of its figures', async () => {
    const demo = makeDemo();

    await demoCommand(common, demo.world);

    const [summary = ''] = demo.printed;
    expect(demo.printed).toHaveLength(1);
    expect(summary).toContain('small under hill.csv, 40 min, seed 1');
    expect(summary).toMatch(/needs 7 web instances: 60 % of its max of 12/);
    expect(summary).toMatch(/[▁▂▃▄▅▆▇█]{20}/);
    expect(summary).toMatch(/Scale out web \d+ → \d+: "keep cpu near 60" wants/);
    expect(summary).toMatch(/fewest instances with 95 % answered within 0.5 s: \d+\.\d requests\/s each/);
    expect(summary).toContain('Every promise was kept, and everything settled');
    expect(Math.max(...summary.split('\n').map((line) => line.length))).toBeLessThanOrEqual(160);
  });

  it('compares the shadow rules of a file with what happened, which they change in nothing', async () => {
    const demo = makeDemo();

    await demoCommand(['--application', 'shadowed.json', '--trace', 'hill.csv', '--json'], demo.world);

    const { wallSeconds: _, shadows, ...figures } = JSON.parse(demo.printed.at(-1) ?? '');
    expect(demo.printed[0]).toMatch(
      /shadow {2}web wanted the live count \d+\.\d % of the time; \d+ h \(\$\d+\.\d\d\) against/,
    );
    expect(shadows).toMatchObject([{ layer: 'web', live: { shortPercent: expect.any(Number) } }]);
    expect(shadows[0].shadow.instanceHours).toBeGreaterThan(shadows[0].live.instanceHours);
    expect({ ...figures, shadows: [] }).toEqual(await figuresOf('--application', 'measured.json'));
  });

  it('plays only the days that are asked for', async () => {
    expect((await figuresOf('--days', '0.01')).virtualSeconds).toBe(840);
  });

  it('interpolates a coarse trace and says so; plays a fine one second by second', async () => {
    const [coarse, fine] = [makeDemo(), makeDemo()];

    await demoCommand(['--application', 'shop.json', '--trace', 'halfhours.csv'], coarse.world);
    await demoCommand(['--application', 'shop.json', '--trace', 'seconds.csv'], fine.world);

    expect(coarse.printed[0]).toContain('Recorded every 1800 s, interpolated on straight lines to 60 s.');
    expect(coarse.printed[0]).toContain('halfhours.csv, 1 h, seed 1');
    expect(fine.printed[0]).toContain('seconds.csv, 5 min, seed 1');
    expect(fine.printed[0]).not.toContain('interpolated');
  });

  it('writes every decision, and explain tells why of each layer', async () => {
    const demo = makeDemo();
    expect(await demoCommand([...common, '--decisions', 'out.json'], demo.world)).toBe(0);

    expect(demo.printed.join('\n')).toContain('npm run explain -- small --file out.json');
    const text = demo.written.get('out.json') ?? '';
    const table = recordedTable(text);
    const decisions = await table.decisions('small', { limit: 1000 });
    expect(new Set(decisions.map(({ decision }) => decision.layer)).size).toBeGreaterThan(1);
    for (const { decision } of decisions) {
      const file = await table.file('small', decision.fileVersion);
      expect([decision.because, typeof questionOf(decision, file?.file)]).toEqual([decision.because, 'object']);
    }
  });

  it('writes a picture', async () => {
    const demo = makeDemo();

    expect(await demoCommand([...common, '--svg', 'out.svg'], demo.world)).toBe(0);

    const svg = demo.written.get('out.svg') ?? '';
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 1200 \d+"/);
    expect(svg).toContain('web instances');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('shows progress on one line of a terminal, on ten lines elsewhere', async () => {
    const [terminal, pipe] = [makeDemo({ isTerminal: true }), makeDemo()];

    await demoCommand(common, terminal.world);
    await demoCommand(common, pipe.world);

    expect(terminal.progress.every((text) => text.startsWith('\r') && !text.includes('\n'))).toBe(true);
    expect(pipe.progress.filter((text) => text.endsWith('\n'))).toHaveLength(pipe.progress.length);
    expect(pipe.progress.length).toBeGreaterThan(7);
    expect(pipe.progress.length).toBeLessThanOrEqual(10);
    expect(pipe.progress[0]).toMatch(/10 %.*requests\/s.*web \d/);
  });

  it('prints its help', async () => {
    const demo = makeDemo();

    expect(await demoCommand(['--help'], demo.world)).toBe(0);

    expect(demo.printed[0]).toContain('--trace FILE');
  });

  it.each([
    [['--sede', '3'], /--sede[\s\S]*an unknown option[\s\S]*--seed/],
    [['--seed', '-1'], /--seed/],
    [['--seed', '1.5'], /--seed[\s\S]*a whole number/],
    [['--days', '0'], /--days[\s\S]*above 0/],
    [['--days', 'x', '--seed', 'y'], /2 problems/],
    [['trace.csv'], /"trace.csv"/],
    [['--trace', 'absent.csv'], /--trace[\s\S]*ENOENT/],
    [['--trace', 'bad.csv'], /bad.csv: line 3[\s\S]*bad.csv: line 4/],
    [['--trace', 'gap.csv'], /line 4[\s\S]*second 180 after 60/],
    [['--trace', 'headless.csv'], /line 1[\s\S]*the header t_seconds,load/],
    [['--application', 'bad.json'], /bad.json: layers/],
    [['--application', 'bad.json', '--trace', 'bad.csv'], /3 problems/],
  ])('refuses %j and plays nothing', async (words, message) => {
    const demo = makeDemo();

    expect(await demoCommand([...common, ...words], demo.world)).toBe(2);

    expect(demo.errors.join('\n')).toMatch(message);
    expect(demo.printed).toEqual([]);
  });

  it('says that a picture cannot be written', async () => {
    const demo = makeDemo();

    expect(await demoCommand([...common, '--days', '0.01', '--svg', '/nowhere/x.svg'], demo.world)).toBe(2);

    expect(demo.errors[0]).toMatch(/--svg[\s\S]*EACCES/);
  });
});

describe('colours', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, false, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ])('with %j on a terminal: %s → coloured: %s', (environment, isTerminal, isColoured) => {
    expect(paintFor(environment, { isTerminal })).toBe(isColoured ? ansiPaint : noPaint);
  });
});
