import { describe, expect, test } from 'vitest';
import { MemoryTable } from '../../adapters/memory/memory-table.ts';
import type { Table } from '../../adapters/ports.ts';
import type { CliWorld } from '../../apps/cli/cli-world.ts';
import { readDecisions } from '../../apps/cli/read-decisions.ts';
import { shadowCommand } from '../../apps/cli/shadow.ts';
import type { DecisionRecord, ShadowRecord, StoredRecord } from '../../core/records.ts';
import { makeTable } from '../factories/stage-ports.ts';
import { later, makeRecords } from '../factories/stored.ts';
import { makeDecisionRecord } from '../factories/table.ts';

/** Counts that are decided, minute by minute, of one rule set. */
function decisions(counts: readonly number[], kind: DecisionRecord['kind']): readonly DecisionRecord[] {
  let from = counts[0] ?? 0;
  return counts.map((count, index) => {
    const record = makeDecisionRecord({ application: 'shop', seconds: 60 * index });
    const outcome = count === from ? 'hold' : count > from ? 'out' : 'in';
    const decision = {
      ...record.decision,
      from: { count: from, revision: 1 },
      to: { count, revision: 1 },
      outcome,
      because: `${kind} ${from} → ${count}.`,
      hourlyUsdBefore: from * 0.1,
      hourlyUsdAfter: count * 0.1,
    } as const;
    from = count;
    return { ...record, kind, decision, expiresAt: later(1e7 + index) };
  });
}

function shadowRecord(minutes: number, more: Partial<ShadowRecord> = {}): ShadowRecord {
  return {
    kind: 'shadow',
    application: 'shop',
    version: 1,
    layer: 'web',
    since: later(0),
    decidedAt: later(60 * minutes),
    fleet: { count: 3, coming: [] },
    memory: { wishes: [], inService: [] },
    expiresAt: later(1e7),
    ...more,
  };
}

interface Terminal {
  readonly world: CliWorld;
  readonly out: string[];
  readonly errors: string[];
}

async function makeTerminal(of: {
  readonly records: readonly StoredRecord[];
  readonly minutes: number;
  readonly around?: (table: Table) => Table;
  readonly environment?: CliWorld['environment'];
}): Promise<Terminal> {
  const { table, clock } = await makeTable(of.records);
  clock.advanceTo(later(60 * of.minutes));
  const [out, errors]: [string[], string[]] = [[], []];
  const world: CliWorld = {
    environment: of.environment ?? { CONCERTINA_TABLE: 'concertina' },
    readFile: () => '',
    openPorts: () => ({ clock, chance: { hex: () => '' }, table: of.around?.(table) ?? table }),
    print: (text) => out.push(text),
    printError: (text) => errors.push(text),
  };
  return { world, out, errors };
}

const risk = {
  kpi: 'requests',
  until: later(7200),
  hours: [
    { from: later(0), knownSeconds: 3600, liveShortSeconds: 0, shadowShortSeconds: 360 },
    { from: later(3600), knownSeconds: 3600, liveShortSeconds: 36, shadowShortSeconds: 360 },
  ],
};

const twoHours = (more: Partial<ShadowRecord> = {}): readonly StoredRecord[] => [
  ...makeRecords({}),
  shadowRecord(120, more),
  ...decisions([4, 4, 6, 6, 4], 'decision'),
  ...decisions([4, 4, 4, 3, 3], 'shadow-decision'),
];

describe('shadow', () => {
  test('tells decisions, cost, risk and the largest disagreements of both', async () => {
    const { world, out, errors } = await makeTerminal({ records: twoHours({ risk }), minutes: 120 });

    expect([await shadowCommand(['shop'], world), errors]).toEqual([0, []]);

    await expect(`${out.join('\n')}\n`).toMatchFileSnapshot('golden/shadow.txt');
  });

  test('prints one object a layer with --json', async () => {
    const { world, out } = await makeTerminal({ records: twoHours(), minutes: 120 });

    expect(await shadowCommand(['shop', '--json', '--layer', 'web'], world)).toBe(0);

    expect(out).toHaveLength(1);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({
      layer: 'web',
      live: { decisionsOut: 1, decisionsIn: 1 },
      shadow: { decisionsOut: 0, decisionsIn: 1 },
      knownHours: 0,
    });
  });

  test('looks back as far as is asked, and never before the shadow began', async () => {
    const { world, out } = await makeTerminal({ records: twoHours({ since: later(-3600) }), minutes: 120 });

    await shadowCommand(['shop', '--json', '--hours', '1'], world);
    await shadowCommand(['shop', '--json', '--hours', '9'], world);

    expect(out.map((text) => JSON.parse(text).from)).toEqual([later(3600), later(-3600)]);
  });

  test('ends where the shadow last decided when it is gone since', async () => {
    const { world, out } = await makeTerminal({ records: twoHours(), minutes: 600 });

    await shadowCommand(['shop', '--json'], world);

    expect(JSON.parse(out[0] ?? '')).toMatchObject({ from: later(0), until: later(7260) });
  });

  test('reads through more decisions than one query gives', async () => {
    const counts = Array.from({ length: 2500 }, (_, minute) => 4 + (minute % 2));
    const records = [
      ...makeRecords({}),
      shadowRecord(2500),
      ...decisions(counts, 'decision'),
      ...decisions([4], 'shadow-decision'),
    ];
    const { world, out } = await makeTerminal({ records, minutes: 2500 });

    expect(await shadowCommand(['shop', '--json', '--hours', '720'], world)).toBe(0);

    expect(JSON.parse(out[0] ?? '').live).toMatchObject({ decisionsOut: 1250, decisionsIn: 1249 });
  });

  test('ends with 1 when AWS fails, and names the table', async () => {
    const around = (table: Table): Table =>
      Object.assign(new MemoryTable({ now: () => later(0) }), {
        load: (name: string) => table.load(name),
        decisions: () => Promise.reject(new Error('AccessDenied')),
      });
    const { world, errors } = await makeTerminal({ records: twoHours(), minutes: 120, around });

    expect(await shadowCommand(['shop'], world)).toBe(1);
    expect(errors).toEqual(['shop: the table concertina could not be read: Error: AccessDenied']);
  });

  test.each([
    ['no application', [], /APPLICATION\n {2}found {4}nothing/],
    [
      'an application that is not there',
      ['shob'],
      /found {4}"shob"\n {2}allowed {2}one of the applications "shop"\n {2}hint {5}did you mean "shop"\?/,
    ],
    [
      'a layer without a shadow',
      ['shop', '--layer', 'db'],
      /--layer\n {2}found {4}"db"\n {2}allowed {2}one of the layers whose shadow rules have decided "web"/,
    ],
    [
      'hours that are none',
      ['shop', '--hours', '0', 'x'],
      /2 problems[\s\S]*--hours\n {2}found {4}"0"\n {2}allowed {2}a number above 0, up to 720/,
    ],
    ['an unknown option', ['shop', '--force'], /--force/],
  ])('with %s ends with 2 and says what is allowed', async (_, words, message) => {
    const { world, errors } = await makeTerminal({ records: twoHours(), minutes: 120 });

    expect(await shadowCommand(words, world)).toBe(2);
    expect(errors.join()).toMatch(message);
  });

  test('says that there is no shadow, and that no table was named', async () => {
    const plain = await makeTerminal({ records: makeRecords({}), minutes: 120 });
    const nameless = await makeTerminal({ records: twoHours(), minutes: 120, environment: {} });

    expect(await shadowCommand(['shop'], plain.world)).toBe(2);
    expect(plain.errors.join()).toContain('an application with a layer whose "shadow" has decided at least once');
    expect(await shadowCommand(['shop'], nameless.world)).toBe(2);
    expect(nameless.errors.join()).toContain('--table');
    expect(await shadowCommand(['shop', '--table', 'other'], nameless.world)).toBe(0);
  });

  test('is answered with how it is meant when help is asked for', async () => {
    const { world, out } = await makeTerminal({ records: [], minutes: 0 });

    expect(await shadowCommand(['--help'], world)).toBe(0);
    expect(out.join()).toContain('npm run shadow -- APPLICATION [--layer NAME]');
  });
});

describe('decisions of a layer', () => {
  test('are read oldest first, in a half-open time, of one layer and one rule set', async () => {
    const { table } = await makeTable([
      ...decisions([4, 5, 6, 7], 'decision'),
      ...decisions([1, 2, 3], 'shadow-decision'),
      makeDecisionRecord({ application: 'shop', seconds: 90, layer: 'db' }),
    ]);
    const time = { layer: 'web', from: later(60), until: later(180) };

    const live = await readDecisions(table, 'shop', time);
    const shadow = await readDecisions(table, 'shop', { ...time, of: 'shadow' });

    expect([live, shadow].map((found) => found.map(({ to }) => to.count))).toEqual([
      [5, 6],
      [2, 3],
    ]);
  });
});
