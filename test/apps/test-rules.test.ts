import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { testRulesCommand } from '../../apps/cli/test-rules.ts';
import { fileText } from '../factories/application-text.ts';
import { makeRuleTest, testsText } from '../factories/rule-tests.ts';

const failing = makeRuleTest({ name: 'CPU at 90', readings: { cpu: 90 }, expect: { count: 7, limits: ['max'] } });
const laterOn = makeRuleTest({
  name: 'CPU at 90, and then gone',
  afterwards: [{ afterSeconds: 60, readings: { cpu: 'missing' }, expect: { because: 'all is well' } }],
});
const files: Readonly<Record<string, string>> = {
  'shop.json': fileText(),
  'shop.tests.json': testsText(makeRuleTest(), failing, laterOn),
  'good.tests.json': testsText(makeRuleTest()),
  'bad.tests.json': testsText(makeRuleTest({ layer: 'wep' }), makeRuleTest({ name: 'x', readings: { cpi: 1 } })),
  'broken.json': fileText({ 'layers.web.rules.0.kpi': 'cpi' }),
  'broken.tests.json': testsText(makeRuleTest()),
};

function makeTerminal(readFile = (path: string) => files[path]) {
  const [out, errors]: [string[], string[]] = [[], []];
  const world = {
    readFile: (path: string) => {
      const text = readFile(path);
      if (text === undefined) throw new Error(`ENOENT: ${path}`);
      return text;
    },
    print: (text: string) => out.push(text),
    printError: (text: string) => errors.push(text),
  };
  return { out, errors, run: (...words: readonly string[]) => testRulesCommand(words, world) };
}

describe('test-rules', () => {
  test('ends with 1 when a decision is not as expected, and shows both and the sentence', async () => {
    const { run, out, errors } = makeTerminal();

    expect([await run('shop.json'), errors]).toEqual([1, []]);

    await expect(`${out.join('\n')}\n`).toMatchFileSnapshot('golden/test-rules.txt');
  });

  test('ends with 0 when all are as expected', async () => {
    const { run, out } = makeTerminal();

    expect(await run('shop.json', '--tests', 'good.tests.json')).toBe(0);
    expect(await run('shop.tests.json', '--name', 'at its')).toBe(0);
    expect(out).toEqual([
      'good.tests.json: 1 of 1 test as expected\n  ✓ CPU at its target',
      'shop.tests.json: 1 of 1 test as expected\n  ✓ CPU at its target',
    ]);
  });

  test('takes the tests as well as the application for FILE', async () => {
    const [byApplication, byTests] = [makeTerminal(), makeTerminal()];

    await byApplication.run('shop.json');
    await byTests.run('shop.tests.json');

    expect(byTests.out).toEqual(byApplication.out);
  });

  test('prints one object a test with --json', async () => {
    const { run, out } = makeTerminal();

    expect(await run('shop.json', '--json')).toBe(1);

    const objects = out.map((text) => JSON.parse(text));
    expect(objects.map(({ isPassed }) => isPassed)).toEqual([true, false, false]);
    expect(objects[1].steps).toEqual([
      {
        step: 1,
        outcome: 'out',
        count: 6,
        limits: [],
        because: expect.stringContaining('Scale out web 4 → 6'),
        mismatches: [
          { what: 'count', expected: '7', got: '6' },
          { what: 'limits', expected: 'max', got: 'none' },
        ],
      },
    ]);
  });

  test.each([
    ['no file', [], /FILE\n {2}found {4}nothing/],
    ['two files', ['a.json', 'b.json'], /FILE\n {2}found {4}a.json b.json/],
    ['an unknown option', ['shop.json', '--strict'], /--strict/],
    [
      'an application that is not there',
      ['none.json'],
      /2 problems, nothing decided[\s\S]*ENOENT: none.json[\s\S]*ENOENT: none.tests.json/,
    ],
    ['tests that are not there', ['shop.json', '--tests', 'none.tests.json'], /--tests\n[\s\S]*ENOENT/],
    [
      'an application that is wrong',
      ['broken.json'],
      /^broken.json: 1 problem, nothing decided\n\nlayers.web.rules\[0\].kpi/,
    ],
    [
      'tests that are wrong',
      ['shop.json', '--tests', 'bad.tests.json'],
      /^bad.tests.json: 2 problems, nothing decided\n\ntests\[0\].layer[\s\S]*tests\[1\].readings.cpi/,
    ],
    ['a name that no test has', ['shop.json', '--name', 'nobody'], /--name\n {2}found {4}"nobody"/],
  ])('with %s ends with 2 and decides nothing', async (_, words, message) => {
    const { run, out, errors } = makeTerminal();

    expect(await run(...words)).toBe(2);
    expect(errors.join()).toMatch(message);
    expect(out).toEqual([]);
  });

  test('is answered with how it is meant when help is asked for', async () => {
    const { run, out } = makeTerminal();

    expect(await run('--help')).toBe(0);
    expect(out.join()).toContain('npm run test-rules -- FILE');
  });

  test('finds the shipped example as its tests expect', async () => {
    const { run, out } = makeTerminal((path) => readFileSync(path, 'utf8'));

    expect(await run('examples/shop.json')).toBe(0);
    expect(out.join()).toContain('12 of 12 tests as expected');
  });
});
