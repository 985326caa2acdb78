import { describe, expect, test } from 'vitest';
import type { CliWorld } from '../../apps/cli/cli-world.ts';
import { explainCommand } from '../../apps/cli/explain.ts';
import type { DecisionRecord, FileRecord, ScalingRecord, StoredRecord } from '../../core/records.ts';
import { decided } from '../core/explain-decision/gallery.ts';
import { makeReading, readingsOf } from '../factories/situation.ts';
import { makeTable } from '../factories/stage-ports.ts';
import { later, noon } from '../factories/stored.ts';

const cpu = { name: 'keep cpu near 60', kpi: 'cpu', targetValue: 60 };
const base = { application: 'shop', version: 1 } as const;

/** A decision of `web` so many seconds after noon, at this CPU. */
function decisionAt(seconds: number, value: number): DecisionRecord {
  const readings = readingsOf(makeReading({ value, at: later(seconds - 60) }));
  const settings = { rules: [cpu], scaleIn: { stabilizationSeconds: 0 } };
  const { decision } = decided('', { now: later(seconds), readings, settings });
  return { ...base, kind: 'decision', decision, expiresAt: later(1e6) };
}

const { application } = decided('', { settings: { rules: [cpu], scaleIn: { stabilizationSeconds: 0 } } });
const file: FileRecord = {
  ...base,
  kind: 'file',
  file: { ...application, application: 'shop' },
  parameters: {},
  vanished: {},
  appliedAt: noon,
};
const hold: ScalingRecord = {
  ...base,
  kind: 'scaling',
  layer: 'web',
  memory: { wishes: [], inService: [] },
  hold: { reason: 'wanted', because: 'Hold web at 4: later.', since: later(120), times: 9 },
};
const records: readonly StoredRecord[] = [file, decisionAt(0, 91), decisionAt(60, 30), decisionAt(120, 60), hold];

/** What shadow rules of `web` decided, and the hold that stands. */
const trial: readonly StoredRecord[] = [
  { ...decisionAt(90, 60), kind: 'shadow-decision' },
  {
    ...base,
    kind: 'shadow',
    layer: 'web',
    since: noon,
    decidedAt: later(90),
    fleet: { count: 4, coming: [] },
    memory: { wishes: [], inService: [] },
    hold: { reason: 'wanted', because: 'Hold web at 4: later.', since: later(90), times: 5 },
    expiresAt: later(1e6),
  },
];

/** A terminal with a table behind it, and the same as a file beside it. */
async function makeTerminal(environment: CliWorld['environment'] = { CONCERTINA_TABLE: 'concertina' }) {
  const { table, clock } = await makeTable([]);
  for (const record of records) await table.commit('shop', { put: [record] });
  const [out, errors]: [string[], string[]] = [[], []];
  const files: Readonly<Record<string, string>> = {
    'decisions.json': [...records, ...trial].map((record) => `${JSON.stringify(record)}\n`).join(''),
    'bad.json': '{"kind":"decision"}\n',
    'worse.json': '\nnonsense\n',
  };
  const world: CliWorld = {
    environment,
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
      return text;
    },
    openPorts: () => ({ clock, chance: { hex: (bytes) => 'ab'.repeat(bytes) }, table }),
    print: (text) => out.push(text),
    printError: (text) => errors.push(text),
  };
  const run = (...words: readonly string[]) => explainCommand(words, world);
  return { run, out, errors, table };
}

const newest = `2026-11-21T12:02:00Z, and the same 8 times more
Hold web at 4: "keep cpu near 60" wants 4 (cpu 60 is within 10 % of 60).
  Out to 5 with cpu above 66.
  In to 3 with cpu at 45 or below.
`;

describe('explain', () => {
  test('tells the newest decision of each layer, and that a hold was counted on', async () => {
    const { run, out, errors } = await makeTerminal();

    expect(await run('shop')).toBe(0);
    expect([out, errors]).toEqual([[newest], []]);
  });

  test('tells the same from a file as from a table', async () => {
    const { run, out } = await makeTerminal({});

    expect(await run('shop', 'web', '--file', 'decisions.json')).toBe(0);
    expect(out).toEqual([newest]);
  });

  test.each([
    [
      ['--last', '2'],
      ['12:01', '12:02'],
    ],
    [['--at', '2026-11-21T12:01:59Z'], ['12:01']],
    [['--at', '2026-11-21T12:01:00Z'], ['12:01']],
    [
      ['--since', '2026-11-21T12:01:00Z'],
      ['12:01', '12:02'],
    ],
    [
      ['--since', '1m'],
      ['12:01', '12:02'],
    ],
    [
      ['--since', '119s'],
      ['12:01', '12:02'],
    ],
    [
      ['--since', '1h'],
      ['12:00', '12:01', '12:02'],
    ],
  ])('tells with %j those of %j, in order of time', async (words, times) => {
    const { run, out } = await makeTerminal();

    expect(await run('shop', 'web', '--file', 'decisions.json', ...words)).toBe(0);
    expect(out.map((text) => text.slice(11, 16))).toEqual(times);
  });

  test('draws a tree, or prints one JSON object a line', async () => {
    const { run, out } = await makeTerminal();

    expect(await run('shop', '--tree')).toBe(0);
    expect(await run('shop', '--json', '--last', '3')).toBe(0);

    expect(out[0]).toMatch(/^Hold web at 4: 2026-11-21T12:02:00Z\n├─ asked by: /);
    expect(out[0]).toContain('├─ the same 8 times more: last, Hold web at 4: later.\n');
    const [first, , last] = out.slice(1).map((line): unknown => JSON.parse(line));
    expect(first).toMatchObject({ application: 'shop', decision: { outcome: 'out' } });
    expect(first).not.toHaveProperty('hold');
    expect(last).toMatchObject({
      hold: { times: 9 },
      explanation: { otherAnswers: ['Out to 5 with cpu above 66.', expect.any(String)] },
    });
  });

  test('tells what shadow rules decided when asked, from a table and from a file', async () => {
    const { run, out, errors, table } = await makeTerminal();
    const shadow = { liveCount: 4, liveInService: 4, inService: 4, restated: [], taken: [] };
    const onTrial = { ...decisionAt(180, 91), kind: 'shadow-decision' } as const;
    await table.commit('shop', { put: [{ ...onTrial, decision: { ...onTrial.decision, shadow } }] });

    expect(await run('shop', 'web', '--shadow')).toBe(0);
    expect(out.map((text) => text.slice(11, 16))).toEqual(['12:03']);
    expect(await run('shop', 'web')).toBe(0);
    expect(out.at(-1)).toBe(newest);
    expect(await run('shop', 'web', '--shadow', '--file', 'decisions.json')).toBe(0);
    expect(out.at(-1)).toContain('2026-11-21T12:01:30Z, and the same 4 times more');
    expect(await run('shop', 'web', '--shadow', '--at', '2026-11-21T11:00:00Z')).toBe(2);
    expect(errors[0]).toContain('no decision of shadow rules');
  });

  test('explains by the version of the file that decided, not by the newest', async () => {
    const { run, out, table } = await makeTerminal();
    const { web: _, ...layers } = file.file.layers;
    const next = { ...file, version: 2, file: { ...file.file, layers } };
    await table.commit('shop', { put: [next] });

    expect(await run('shop', 'web')).toBe(0);
    expect(out).toEqual([newest]);
  });

  test.each([
    [[], 'APPLICATION'],
    [['shop', 'web', 'more'], '(command)'],
    [['shop', '--last', '0'], '--last'],
    [['shop', '--last', '1001'], '--last'],
    [['shop', '--at', 'noon'], '--at'],
    [['shop', '--since', '2 days'], '--since'],
    [['shop', '--last', '2', '--since', '1h'], '--last --since'],
    [['shop', '--tree', '--json'], '--tree --json'],
    [['shop', '--table', 'a', '--file', 'b'], '--table --file'],
    [['shop', '--colour'], '(command)'],
    [['blog'], 'APPLICATION'],
    [['shop', 'db'], 'shop db'],
    [['shop', '--at', '2026-11-20'], 'shop'],
    [['shop', '--file', 'nowhere.json'], '--file'],
    [['shop', '--file', 'bad.json'], '--file'],
    [['shop', '--file', 'worse.json'], '--file'],
  ])('refuses %j, and says that it is %s', async (words, path) => {
    const { run, out, errors } = await makeTerminal();

    expect(await run(...words)).toBe(2);
    expect(out).toEqual([]);
    expect(errors.join('\n')).toContain(`\n\n${path}\n  found`);
  });

  test('asks for a table when none is named', async () => {
    const { run, errors } = await makeTerminal({});

    expect(await run('shop')).toBe(2);
    expect(errors[0]).toContain('CONCERTINA_TABLE');
  });

  test('ends with 1 when the table cannot be read', async () => {
    const { run, errors, table } = await makeTerminal();
    table.load = () => Promise.reject(new Error('denied'));

    expect(await run('shop')).toBe(1);
    expect(errors).toEqual(['explain: the decisions of shop could not be read: Error: denied']);
  });

  test('says how it is used', async () => {
    const { run, out } = await makeTerminal();

    expect(await run('--help')).toBe(0);
    expect(out[0]).toContain('--since INSTANT');
  });
});
