import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Table } from '../../adapters/ports.ts';
import { applyCommand } from '../../apps/cli/apply.ts';
import type { CliWorld } from '../../apps/cli/cli-world.ts';
import { fileText } from '../factories/application-text.ts';
import { makeTable } from '../factories/stage-ports.ts';

const badFile = readFileSync('test/apps/bad-shop.json', 'utf8');

interface Terminal {
  readonly world: CliWorld;
  readonly table: Table;
  readonly out: string[];
  readonly errors: string[];
  readonly opened: string[];
}

/** A terminal with these files beside it and a table behind it. */
async function makeTerminal(
  overrides: { files?: Readonly<Record<string, string>>; table?: Table; environment?: CliWorld['environment'] } = {},
): Promise<Terminal> {
  const { table, clock } = await makeTable([]);
  const [out, errors, opened]: [string[], string[], string[]] = [[], [], []];
  const files = overrides.files ?? { 'shop.json': fileText(), 'bad.json': badFile };
  const world: CliWorld = {
    environment: overrides.environment ?? { CONCERTINA_TABLE: 'concertina' },
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
      return text;
    },
    openPorts: (tableName) => {
      opened.push(tableName);
      return { clock, chance: { hex: (bytes) => 'ab'.repeat(bytes) }, table: overrides.table ?? table };
    },
    print: (text) => out.push(text),
    printError: (text) => errors.push(text),
  };
  return { world, table, out, errors, opened };
}

describe('apply', () => {
  test('says which version it stored, and that a second time changes nothing', async () => {
    const { world, out, errors } = await makeTerminal();

    const codes = [await applyCommand(['shop.json'], world), await applyCommand(['shop.json'], world)];

    expect(codes).toEqual([0, 0]);
    expect(out).toEqual(['shop: applied as version 1', 'shop: unchanged, version 1 stays']);
    expect(errors).toEqual([]);
  });

  test('warns of what is allowed and hardly meant, with --check and without, and applies it', async () => {
    const shop: { layers: { web: object } } = JSON.parse(fileText());
    const web = { ...shop.layers.web, ready: 'status-checks', readySeconds: 90 };
    const text = JSON.stringify({ ...shop, layers: { ...shop.layers, web } });
    const { world, out } = await makeTerminal({ files: { 'shop.json': text } });

    expect(await applyCommand(['--check', 'shop.json'], world)).toBe(0);
    expect(await applyCommand(['shop.json'], world)).toBe(0);

    const warning = '\n  warning  layers.web.readySeconds: 90 s may be too short';
    expect(out[0]).toContain(`shop.json: no problems${warning}`);
    expect(out[1]).toContain(`shop: applied as version 1${warning}`);
  });

  test('gives parameters their values, up to the last equals sign', async () => {
    const { world, table } = await makeTerminal();

    const code = await applyCommand(['shop.json', '--set', 'siteName=a=b', '--set', 'size=7'], world);

    expect(code).toBe(0);
    expect((await table.load('shop')).file?.parameters).toEqual({ siteName: 'a=b', size: 7 });
  });

  test('says what becomes of layers that are no longer in the file', async () => {
    const without = fileText({ 'layers.db': undefined, limits: [] });
    const { world, out } = await makeTerminal({ files: { 'shop.json': fileText(), 'new.json': without } });
    await applyCommand(['shop.json'], world);

    await applyCommand(['new.json'], world);
    await applyCommand(['new.json', '--drain-layer', 'db'], world);

    expect(out.slice(1)).toEqual([
      'shop: applied as version 2\n  layer db is no longer in the file and stays as it is; --drain-layer db ends it',
      'shop: applied as version 3\n  layer db drains',
    ]);
  });

  test('takes the table from the command before the environment', async () => {
    const { world, opened } = await makeTerminal();

    await applyCommand(['shop.json', '--table', 'other'], world);
    await applyCommand(['shop.json'], world);

    expect(opened).toEqual(['other', 'concertina']);
  });

  test('ends with 2 on a bad file, tells every problem and writes nothing', async () => {
    const { world, table, out, errors } = await makeTerminal();

    const code = await applyCommand(['bad.json'], world);

    expect(code).toBe(2);
    expect(out).toEqual([]);
    expect(await table.applications()).toEqual([]);
    await expect(`${errors.join('\n')}\n`).toMatchFileSnapshot('golden/apply-bad-file.txt');
  });

  test('ends with 1 when AWS fails, and names the table', async () => {
    const broken = new Error('Requested resource not found');
    broken.name = 'ResourceNotFoundException';
    const { table } = await makeTerminal();
    const failing: Table = {
      applications: () => table.applications(),
      load: () => Promise.reject(broken),
      commit: (name, change) => table.commit(name, change),
      file: (name, version) => table.file(name, version),
      decisions: (name, query) => table.decisions(name, query),
    };
    const { world, errors } = await makeTerminal({ table: failing });

    const code = await applyCommand(['shop.json'], world);

    expect(code).toBe(1);
    expect(errors).toEqual([
      'shop.json: could not be applied to the table concertina: ResourceNotFoundException: Requested resource not found',
    ]);
  });
});

describe('apply --check', () => {
  test('checks the file and the values without a table', async () => {
    const { world, out, opened } = await makeTerminal({ environment: {} });

    const code = await applyCommand(['--check', 'shop.json', '--set', 'size=3'], world);

    expect([code, out, opened]).toEqual([0, ['shop.json: no problems'], []]);
  });

  test.each([
    ['a bad file', ['bad.json'], 'bad.json: 13 problems, nothing written'],
    ['a bad value', ['shop.json', '--set', 'size=x'], 'shop.json: 1 problem, nothing written'],
  ])('ends with 2 on %s', async (_, words, title) => {
    const { world, errors } = await makeTerminal({ environment: {} });

    const code = await applyCommand(['--check', ...words], world);

    expect(code).toBe(2);
    expect(errors.join().split('\n', 1)).toEqual([title]);
  });
});

describe('a command that cannot be meant', () => {
  test.each([
    ['no file', [], '--- FILE\n  found    nothing\n  allowed  one application file'],
    ['two files', ['a', 'b'], '--- FILE\n  found    a b\n  allowed  one application file'],
    ['an option that does not exist', ['--force', 'shop.json'], /--force/],
    [
      'a value without a name',
      ['shop.json', '--set', 'size'],
      '--- --set size\n  found    size\n  allowed  name=value',
    ],
    [
      'a parameter twice',
      ['shop.json', '--set', 'size=1', '--set', 'size=2'],
      '--- --set size\n  found    the same name twice\n  allowed  each parameter once',
    ],
    [
      'a file that is not there',
      ['nope.json'],
      /^--- FILE\n {2}found {4}"nope.json"\n {2}allowed {2}a file that can be read\n {2}hint {5}Error: ENOENT/,
    ],
    ['no table', ['shop.json'], /^--- --table\n {2}found {4}nothing\n/],
  ])('with %s ends with 2 and says what is allowed', async (_, words, expected) => {
    const { world, errors, opened } = await makeTerminal({ environment: {} });

    const code = await applyCommand(words, world);

    const told = `--- ${errors.join().split('\n\n').slice(1).join('\n\n')}`;
    expect(code).toBe(2);
    expect(opened).toEqual([]);
    if (typeof expected === 'string') expect(told).toBe(expected);
    else expect(told).toMatch(expected);
  });

  test('is answered with how it is meant when help is asked for', async () => {
    const { world, out } = await makeTerminal();

    expect(await applyCommand(['--help'], world)).toBe(0);
    expect(out.join()).toContain('npm run apply -- FILE [--set name=value]...');
  });
});
