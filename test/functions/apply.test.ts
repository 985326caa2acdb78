import { describe, expect, test } from 'vitest';
import type { Table } from '../../adapters/ports.ts';
import { applyStage } from '../../functions/apply/stage.ts';
import { fileText } from '../factories/application-text.ts';
import { makeTable } from '../factories/stage-ports.ts';
import { later, noon } from '../factories/stored.ts';

const chance = { hex: (bytes: number) => 'ab'.repeat(bytes) };
const nothing = { parameters: {}, drainLayers: [] };
const withoutDb = { 'layers.db': undefined, limits: [], 'participants.lb.hears': ['web'] };

async function makePorts() {
  const { table, clock } = await makeTable([]);
  return { table, clock, chance };
}

/** A table on which somebody else is faster, so many times. */
function contested(table: Table, times: number): Table {
  let left = times;
  return {
    applications: () => table.applications(),
    load: (application) => table.load(application),
    file: (application, version) => table.file(application, version),
    decisions: (application, query) => table.decisions(application, query),
    commit: async (application, change) => {
      left -= 1;
      return left >= 0 ? 'conflict' : table.commit(application, change);
    },
  };
}

describe('the first apply', () => {
  test('stores the file and the head of the application, and no desired count', async () => {
    const ports = await makePorts();

    const report = await applyStage(ports, { ...nothing, text: fileText(), parameters: { siteName: 'kiosk' } });

    const stored = await ports.table.load('shop');
    expect(report).toEqual({ outcome: 'applied', application: 'shop', fileVersion: 1, vanished: [] });
    expect(stored.file).toMatchObject({
      version: 1,
      parameters: { siteName: 'kiosk' },
      vanished: {},
      appliedAt: noon,
      file: { application: 'shop' },
    });
    expect(stored.head).toEqual({
      kind: 'head',
      application: 'shop',
      version: 1,
      bornAt: noon,
      tokenKey: 'ab'.repeat(32),
      membershipVersion: 0,
      nextSlotNumber: {},
    });
    expect(stored.desired.size).toBe(0);
  });
});

describe('a further apply', () => {
  test('of the same file changes nothing, whatever the order of its keys', async () => {
    const ports = await makePorts();
    await applyStage(ports, { ...nothing, text: fileText() });
    ports.clock.advanceTo(later(60));
    const [web, db] = ['web', 'db'].map((name) => JSON.parse(fileText()).layers[name]);

    const report = await applyStage(ports, { ...nothing, text: fileText({ layers: { db, web } }) });

    expect(report).toEqual({ outcome: 'unchanged', application: 'shop', fileVersion: 1, vanished: [] });
    expect((await ports.table.load('shop')).file?.appliedAt).toBe(noon);
  });

  test('of another file is the next version and leaves the head alone', async () => {
    const ports = await makePorts();
    await applyStage(ports, { ...nothing, text: fileText() });
    const { head } = await ports.table.load('shop');
    ports.clock.advanceTo(later(60));

    const report = await applyStage(ports, { ...nothing, text: fileText({ 'layers.web.count.max': 30 }) });

    const stored = await ports.table.load('shop');
    expect(report).toMatchObject({ outcome: 'applied', fileVersion: 2 });
    expect(stored.file).toMatchObject({ version: 2, appliedAt: later(60) });
    expect(stored.head).toEqual(head);
  });

  test('with other values of the parameters is the next version', async () => {
    const ports = await makePorts();
    await applyStage(ports, { ...nothing, text: fileText(), parameters: { siteName: 'kiosk' } });

    const report = await applyStage(ports, { ...nothing, text: fileText() });

    expect(report).toMatchObject({ outcome: 'applied', fileVersion: 2 });
    expect((await ports.table.load('shop')).file?.parameters).toEqual({});
  });

  test('with other rules in another order is the next version', async () => {
    const ports = await makePorts();
    const rules = [
      { name: 'a', alarm: 'x', add: 1 },
      { name: 'b', alarm: 'y', add: 1 },
    ];
    await applyStage(ports, { ...nothing, text: fileText({ 'layers.web.rules': rules }) });

    const report = await applyStage(ports, { ...nothing, text: fileText({ 'layers.web.rules': rules.toReversed() }) });

    expect(report).toMatchObject({ outcome: 'applied', fileVersion: 2 });
  });
});

describe('a layer that vanished from the file', () => {
  test('is kept as it last was, and drains only when that is asked for by name', async () => {
    const ports = await makePorts();
    await applyStage(ports, { ...nothing, text: fileText() });

    const kept = await applyStage(ports, { ...nothing, text: fileText(withoutDb) });
    const drained = await applyStage(ports, { ...nothing, text: fileText(withoutDb), drainLayers: ['db'] });

    expect(kept).toMatchObject({ outcome: 'applied', fileVersion: 2, vanished: [{ layer: 'db', drain: false }] });
    expect(drained).toMatchObject({ outcome: 'applied', fileVersion: 3, vanished: [{ layer: 'db', drain: true }] });
    expect((await ports.table.load('shop')).file?.vanished['db']?.layer).toMatchObject({ count: { min: 1, max: 3 } });
  });

  test('may be drained by the very apply that takes it out', async () => {
    const ports = await makePorts();
    await applyStage(ports, { ...nothing, text: fileText() });

    const report = await applyStage(ports, { ...nothing, text: fileText(withoutDb), drainLayers: ['db'] });

    expect(report).toMatchObject({ outcome: 'applied', fileVersion: 2, vanished: [{ layer: 'db', drain: true }] });
  });

  test('goes on draining when a later apply does not name it, and naming it again changes nothing', async () => {
    const ports = await makePorts();
    await applyStage(ports, { ...nothing, text: fileText() });
    await applyStage(ports, { ...nothing, text: fileText(withoutDb), drainLayers: ['db'] });

    const unnamed = await applyStage(ports, { ...nothing, text: fileText(withoutDb) });
    const named = await applyStage(ports, { ...nothing, text: fileText(withoutDb), drainLayers: ['db'] });

    expect([unnamed.outcome, named.outcome]).toEqual(['unchanged', 'unchanged']);
    expect(unnamed).toMatchObject({ vanished: [{ layer: 'db', drain: true }] });
  });

  test('is forgotten when it is in the file again', async () => {
    const ports = await makePorts();
    await applyStage(ports, { ...nothing, text: fileText() });
    await applyStage(ports, { ...nothing, text: fileText(withoutDb), drainLayers: ['db'] });

    const report = await applyStage(ports, { ...nothing, text: fileText() });

    expect(report).toMatchObject({ outcome: 'applied', fileVersion: 3, vanished: [] });
  });
});

describe('a refused apply', () => {
  test.each([
    ['text that is no JSON', { text: '{' }, ['line 1, column 2']],
    [
      'a bad file',
      { text: fileText({ 'layers.web.count.max': 0, 'layers.db.count.max': 0 }) },
      ['layers.web.count.max', 'layers.db.count.max'],
    ],
    [
      'values of parameters and layers to drain that do not exist',
      { text: fileText(), parameters: { x: '1' }, drainLayers: ['web', 'cache'] },
      ['--set x', '--drain-layer web', '--drain-layer cache'],
    ],
    [
      'user data that becomes too long',
      {
        text: fileText({ 'layers.web.launch.userData': '${siteName}'.repeat(9) }),
        parameters: { siteName: 'x'.repeat(2000) },
      },
      ['layers.web.launch.userData', 'layers.web.launch.tags["site"]'],
    ],
    [
      'a file that the table cannot hold',
      { text: fileText({ 'layers.web.launch.tags': {}, kpis: hugeKpis(), 'layers.web.rules': [] }) },
      ['(top level)'],
    ],
  ])('for %s tells every problem and writes nothing', async (_, request, paths) => {
    const ports = await makePorts();

    const report = await applyStage(ports, { ...nothing, ...request });

    expect(report.outcome === 'refused' && report.problems.map(({ path }) => path)).toEqual(paths);
    expect(await ports.table.applications()).toEqual([]);
  });

  test('leaves the earlier version in place', async () => {
    const ports = await makePorts();
    await applyStage(ports, { ...nothing, text: fileText() });

    await applyStage(ports, { ...nothing, text: fileText({ 'layers.web.count.min': 50 }) });

    expect((await ports.table.load('shop')).file).toMatchObject({
      version: 1,
      file: { layers: { web: { count: { min: 2 } } } },
    });
  });

  test('says of a layer to drain that it is still in the file, or which ones are not', async () => {
    const ports = await makePorts();
    await applyStage(ports, { ...nothing, text: fileText() });

    const report = await applyStage(ports, { ...nothing, text: fileText(withoutDb), drainLayers: ['web', 'bd'] });

    expect(report).toEqual({
      outcome: 'refused',
      problems: [
        {
          path: '--drain-layer web',
          found: '"web", which is still in the file',
          allowed: 'a layer that the file no longer has',
        },
        {
          path: '--drain-layer bd',
          found: '"bd"',
          allowed: 'one of the layers that vanished from the file "db"',
          message: 'did you mean "db"?',
        },
      ],
    });
  });
});

describe('somebody who applies at the same time', () => {
  test('is met by reading and deciding again', async () => {
    const ports = await makePorts();

    const report = await applyStage({ ...ports, table: contested(ports.table, 4) }, { ...nothing, text: fileText() });

    expect(report).toMatchObject({ outcome: 'applied', fileVersion: 1 });
  });

  test('makes it fail in the end, with nothing written', async () => {
    const ports = await makePorts();

    const applying = applyStage({ ...ports, table: contested(ports.table, 5) }, { ...nothing, text: fileText() });

    await expect(applying).rejects.toThrow('shop was applied by others 5 times meanwhile');
    expect(await ports.table.applications()).toEqual([]);
  });
});

function hugeKpis(): object {
  return Object.fromEntries(
    Array.from({ length: 400 }, (_, kpi) => [`k${kpi}`, { expression: `${'1+'.repeat(500)}TIME_SERIES(1)` }]),
  );
}
