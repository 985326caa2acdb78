import { describe, expect, it } from 'vitest';
import { type BacktestWorld, backtestCommand } from '../../apps/backtest/command.ts';
import { backtestUsage } from '../../apps/backtest/read-options.ts';
import { noPaint } from '../../apps/demo/paint.ts';

const layer = {
  image: { id: 'ami-0123456789abcdef0' },
  sizes: [{ type: 'm7g.large', capacity: 10, hourlyUsd: 0.1 }],
  count: { min: 1, max: 20 },
  launch: { subnetIds: ['subnet-a', 'subnet-b'] },
  readySeconds: 240,
};
const kpis = {
  requests: { metric: { namespace: 'AWS/ApplicationELB', name: 'RequestCount', stat: 'Sum' } },
  cpu: { metric: { namespace: 'CWAgent', name: 'cpu_usage_active', stat: 'Average', dimensions: { Layer: 'web' } } },
};
const participants = { lb: { hears: ['web'], acknowledge: { withinSeconds: 60 } } };

function fileOf(rules: readonly object[], more: object = {}): string {
  return JSON.stringify({ application: 'shop', kpis, layers: { web: { ...layer, rules } }, participants, ...more });
}

const risk = fileOf([{ name: 'carry the load', kpi: 'requests', perCapacityUnit: 1, shortfallPercent: 1 }]);
const target = fileOf([{ name: 'keep cpu near 60', kpi: 'cpu', targetValue: 60 }], {
  parameters: { site: { type: 'string' } },
});

/** Six hours that rise and fall, with what ran: as many as a fixed schedule had. */
const recorded = [
  't_seconds,requests,cpu,web_in_service',
  ...Array.from({ length: 360 }, (_, minute) => {
    const requests = Math.round(45 + 35 * Math.sin((2 * Math.PI * minute) / 360) + (minute % 5));
    const count = minute < 180 ? 10 : 6;
    return `${60 * minute},${requests},${((100 * requests) / (count * 12)).toFixed(1)},${count}`;
  }),
].join('\n');

/** As many as requests ask for, ten each: a rule that learns nothing, so that its figures stand. */
const ten = JSON.stringify({
  ...JSON.parse(fileOf([{ name: 'ten each', kpi: 'each', targetValue: 9 }])),
  kpis: {
    requests: { ...kpis.requests, missing: { holdLastSeconds: 120 } },
    each: { expression: 'requests / MAX([web_in_service, 1])' },
  },
});

const files: Readonly<Record<string, string>> = {
  'risk.json': risk,
  'ten.json': ten,
  'target.json': target,
  'day.csv': recorded,
};

function makeWorld(own: Readonly<Record<string, string>> = {}) {
  const said: string[] = [];
  const wrong: string[] = [];
  const written = new Map<string, string>();
  const world: BacktestWorld = {
    readFile: (path) => {
      const text = own[path] ?? files[path];
      if (text === undefined) throw new Error('ENOENT: no such file');
      return text;
    },
    writeFile: (path, text) => {
      if (path.startsWith('/')) throw new Error('EROFS: read-only');
      written.set(path, text);
    },
    print: (text) => void said.push(text),
    printError: (text) => void wrong.push(text),
    progress: { isTerminal: false, write: (text) => void wrong.push(text), paint: noPaint, millis: () => 0 },
    columns: 110,
    paint: noPaint,
    processorSeconds: () => 0,
  };
  return { world, said, wrong, written };
}

const all = ['ten.json', 'target.json', '--load', 'day.csv', '--set', 'site=a'];
const alone = ['risk.json', '--load', 'day.csv'];

describe('npm run backtest', () => {
  it('compares files side by side and with what really ran, and says what that rests on', async () => {
    const { world, said, wrong } = makeWorld();

    expect(await backtestCommand([...all, '--boot', '120', '--learn-days', '0.05'], world)).toBe(0);
    await expect(said.join('\n')).toMatchFileSnapshot('golden/backtest.txt');
    expect(wrong.join('')).toBe(' 25 %  ten.json\n 50 %  ten.json\n 75 %  target.json\n100 %  target.json\n');
  });

  it('ends with the figures as one line of JSON, the same every time', async () => {
    const [once, again] = [makeWorld(), makeWorld()];
    await backtestCommand([...alone, '--json'], once.world);
    await backtestCommand([...alone, '--json'], again.world);
    const figures = JSON.parse(once.said.at(-1) ?? '');

    expect(again.said).toEqual(once.said);
    expect(figures).toMatchObject({
      files: [
        {
          file: 'risk.json',
          layers: [{ layer: 'web', scoredPercent: 100, neededBy: 'requests ÷ 10 that one carries' }],
        },
      ],
      ran: [{ layer: 'web', billedHours: 48, usd: 4.8, flaps: 0, decisions: null }],
      start: '2026-08-01T00:00:00Z',
      end: '2026-08-01T06:00:00Z',
      seconds: 0,
    });
    expect(Object.keys(figures.files[0].layers[0])).toEqual(
      expect.arrayContaining([
        'billedHours',
        'usd',
        'tauUPercent',
        'thetaUPercent',
        'thetaOPercent',
        'flaps',
        'decisions',
      ]),
    );
  });

  it('plays the part that is asked for', async () => {
    const { world, said } = makeWorld();
    const part = ['--from', '2026-08-01T01:00:30Z', '--to', '2026-08-01T05:00:00Z', '--days', '0.125'];

    expect(await backtestCommand([...alone, ...part, '--json'], world)).toBe(0);
    expect(JSON.parse(said.at(-1) ?? '')).toMatchObject({ start: '2026-08-01T01:01:00Z', end: '2026-08-01T04:01:00Z' });
  });

  it('joins several recordings by time', async () => {
    const counts = [
      'time,web_in_service',
      ...Array.from(
        { length: 12 },
        (_, step) => `2026-08-01T0${Math.floor(step / 4)}:${15 * (step % 4) || '00'}:00Z,9`,
      ),
    ];
    const requests = recorded.split('\n').map((line) => line.split(',').slice(0, 2).join(','));
    const { world, said } = makeWorld({ 'counts.csv': counts.join('\n'), 'day.csv': requests.join('\n') });

    expect(await backtestCommand([...alone, '--load', 'counts.csv', '--json'], world)).toBe(0);
    expect(JSON.parse(said.at(-1) ?? '')).toMatchObject({ end: '2026-08-01T03:00:00Z', ran: [{ billedHours: 27 }] });
  });

  it('writes a report that needs nothing from outside and holds every decision of its plots', async () => {
    const { world, written, said } = makeWorld();
    await backtestCommand([...alone, '--html', 'report.html'], world);
    const html = written.get('report.html') ?? '';
    const data = JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? '');

    expect(said.at(-1)).toContain('report.html');
    expect(html).not.toMatch(/https?:|<link|src=|@import|url\(/);
    expect(html).toContain('<td>48.0 h</td><td>$4.80</td>');
    expect(data.layers[0].fleets.map(({ name }: { name: string }) => name)).toEqual(['risk.json', 'what really ran']);
    expect(data.layers[0].fleets[0].decisions[0][2]).toMatch(/^(Hold|Scale)/);
    expect(data.load).toMatchObject({ name: 'requests', stepSeconds: 60 });
    expect(data.load.values).toHaveLength(360);
  });

  it('lets no name of a file become part of the page', async () => {
    const { world, written } = makeWorld({ '<b>.json': risk });
    await backtestCommand(['<b>.json', '--load', 'day.csv', '--html', 'report.html'], world);

    expect(written.get('report.html')).not.toContain('<b>.json');
    expect(written.get('report.html')).toContain('&lt;b&gt;.json');
  });

  it('leaves out the rules on a KPI that is ignored', async () => {
    const { world } = makeWorld({
      'target.json': fileOf([{ name: 'a', kpi: 'cpu', targetValue: 60 }, ...JSON.parse(risk).layers.web.rules]),
    });
    const words = ['target.json', '--load', 'load.csv', '--json'];
    const noColumn = makeWorld({
      'load.csv': `t_seconds,other\n${Array.from({ length: 20 }, (_, i) => `${60 * i},1`).join('\n')}`,
      'target.json': world.readFile('target.json'),
    });

    expect(await backtestCommand([...words, '--ignore', 'cpu', '--ignore', 'requests'], noColumn.world)).toBe(0);
    expect(await backtestCommand(words, noColumn.world)).toBe(2);
    expect(noColumn.wrong.at(-1)).toContain('no column cpu');
  });

  it('prints its usage', async () => {
    const { world, said } = makeWorld();

    expect(await backtestCommand(['--help'], world)).toBe(0);
    expect(said).toEqual([backtestUsage]);
  });
});

describe('what is wrong', () => {
  it('is told all at once, each with its file', async () => {
    const { world, wrong, said } = makeWorld({
      'bad.json': '{"application": "Shop"}',
      'bad.csv': 't_seconds,load\n0,1\n60,x\n',
    });

    expect(await backtestCommand(['bad.json', 'none.json', '--load', 'bad.csv'], world)).toBe(2);
    await expect(wrong.join('\n')).toMatchFileSnapshot('golden/backtest-problems.txt');
    expect(said).toEqual([]);
  });

  it.each([
    ['no file', ['--load', 'day.csv'], 'FILE'],
    ['no recording', ['risk.json'], '--load'],
    ['an unknown option', [...alone, '--speed', '3'], '--speed'],
    ['a wrong number', [...alone, '--boot', 'soon'], '--boot'],
    ['a share that leaves nothing', [...alone, '--refuse', '100'], '--refuse'],
    ['a broken seed', [...alone, '--seed', '1.5'], '--seed'],
    ['a wrong time', [...alone, '--from', 'monday'], '--from'],
    ['an unknown kind', [...alone, '--kind', 'cpu=hot'], '--kind'],
    ['a boot longer than the layer waits', [...alone, '--boot', '240'], '--boot'],
    ['nothing left to score', [...alone, '--learn-days', '1'], '--learn-days'],
    ['no time in common', [...alone, '--from', '2026-08-02T00:00:00Z'], '--load'],
    ['a column in two files', [...alone, '--load', 'day.csv'], '--load'],
    ['an unknown KPI', [...alone, '--kpi', 'visits'], 'risk.json: --kpi'],
    ['an unknown parameter', [...alone, '--set', 'site=a'], 'risk.json: --set site'],
    ['a report that cannot be written', [...alone, '--html', '/report.html'], '--html'],
  ])('is told for %s', async (_, words, path) => {
    const { world, wrong } = makeWorld();

    expect(await backtestCommand(words, world)).toBe(2);
    expect(wrong.at(-1)?.split('\n').slice(0, 3)).toEqual(['backtest: 1 problem', '', path]);
  });

  it('is a negative count', async () => {
    const { world, wrong } = makeWorld({ 'day.csv': recorded.replace(/,10$/m, ',-1') });

    expect(await backtestCommand(alone, world)).toBe(2);
    expect(wrong.at(-1)).toContain('column web_in_service\n  found    -1');
  });
});
