import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applicationSchema } from '../../../core/application/application-schema.ts';
import { findProblems } from '../../../core/application/find-problems.ts';
import { readApplication } from '../../../core/application/read-application.ts';
import { fileText, problemsOf, shopText } from '../../factories/application-text.ts';

const rule = 'layers.web.rules.0';
const ruleKinds =
  'an object with exactly one of the keys "targetValue", "steps", "cron", "alarm", "followLayer", "shortfallPercent"';

describe('a good file', () => {
  test('is read with every default filled in', () => {
    const read = readApplication(
      fileText({
        parameters: undefined,
        participants: undefined,
        limits: undefined,
        budget: undefined,
        'layers.web.launch.userData': '',
        'layers.web.launch.tags': undefined,
      }),
    );

    expect(read.ok && read.application).toMatchObject({
      parameters: {},
      participants: {},
      limits: [],
      kpis: { cpu: { metric: { dimensions: {} }, periodSeconds: 60, missing: 'hold' } },
      layers: {
        web: {
          sizes: [{ capacity: 1 }],
          launch: { securityGroupIds: [], userData: '', tags: {}, spotPercent: 0 },
          readySeconds: 300,
          drainSeconds: 30,
          scaleOut: { cooldownSeconds: 0 },
          scaleIn: { cooldownSeconds: 0, stabilizationSeconds: 300, maxPercent: 100 },
          rules: [{ tolerancePercent: 10 }, { periods: '2 of 3' }, {}, {}],
        },
      },
    });
    expect(read.ok && 'budget' in read.application).toBe(false);
  });

  test('is the example that is shipped', () => {
    expect(problemsOf(shopText())).toEqual([]);
  });

  test('reads back as itself once its defaults are filled in', () => {
    const read = readApplication(shopText());

    expect(read.ok && readApplication(JSON.stringify(read.application))).toEqual(read);
  });

  test.each([
    [
      'an expression over a KPI and the counts of layers',
      { 'kpis.load.expression': 'cpu * web_in_service / MAX([db_desired, 1])' },
    ],
    ['an expression of its own period', { 'kpis.cpu.periodSeconds': 300 }],
    ['METRICS over metrics of one period', { 'kpis.load.expression': 'MAX(METRICS())' }],
    [
      'a "below" that touches the lowest "from"',
      {
        'layers.web.rules.1.kpi': 'load',
        'layers.web.rules.1.steps': [
          { from: 50, add: 1 },
          { below: 50, remove: 1 },
        ],
      },
    ],
    ['M equal to N', { 'layers.web.rules.1.periods': '20 of 20' }],
    ['min equal to max', { 'layers.web.count': { min: 4, max: 4 } }],
    ['a cron min equal to the max of the layer', { 'layers.web.rules.2.min': 20 }],
    ['a leap day', { 'layers.web.rules.2.cron': '0 0 29 2 *' }],
    ['names of days and months', { 'layers.web.rules.2.cron': '*/5 7-19 * JAN-NOV MON,TUE' }],
    ['an escaped placeholder', { 'layers.web.launch.userData': 'echo $${HOME} $HOME $1 $$ ${siteName}' }],
    ['a participant that hears all', { 'participants.lb.hears': ['*'] }],
    ['the same rule name in two layers', { 'layers.db.rules.0.name': 'cpu' }],
    ['a KPI that is missing for a while', { 'kpis.cpu.missing': { holdLastSeconds: 60 } }],
    ['periods below a minute', { 'kpis.cpu.periodSeconds': 10 }],
  ])('may have %s', (_, changes) => {
    expect(problemsOf(fileText(changes))).toEqual([]);
  });
});

describe('a bad value', () => {
  test.each([
    [
      { application: 'Shop' },
      'application | "Shop" | a lower-case letter, then up to 31 lower-case letters, digits or hyphens',
    ],
    [
      { application: undefined },
      'application | nothing | a lower-case letter, then up to 31 lower-case letters, digits or hyphens',
    ],
    [{ budget: {} }, 'budget.maxHourlyUsd | nothing | a number above 0, up to 1000000'],
    [{ 'layers.web.count.max': 2.5 }, 'layers.web.count.max | 2.5 | a whole number from 1 to 5000'],
    [{ 'layers.web.count.max': '9' }, 'layers.web.count.max | "9" | a whole number from 1 to 5000'],
    [{ 'layers.web.count': [] }, 'layers.web.count | a list of 0 items | an object with "min", "max"'],
    [
      { 'layers.web.launch.subnetIds': [] },
      'layers.web.launch.subnetIds | a list of 0 items | a list of 1 to 16 items',
    ],
    [
      { 'layers.web.launch.subnetIds.0': 'vpc-1' },
      'layers.web.launch.subnetIds[0] | "vpc-1" | a subnet id such as subnet-0a1b2c3d',
    ],
    [{ 'layers.web.sizes': [] }, 'layers.web.sizes | a list of 0 items | a list of exactly 1 item'],
    [
      { 'layers.web.image': { id: 'ami-xyz' } },
      'layers.web.image.id | "ami-xyz" | an AMI id such as ami-0123456789abcdef0',
    ],
    [
      { 'layers.web.launch.instanceProfile': null },
      'layers.web.launch.instanceProfile | null | a text of 1 to 128 characters',
    ],
    [{ 'layers.web.launch.spotPercent': 101 }, 'layers.web.launch.spotPercent | 101 | a number from 0 to 100'],
    [
      { 'kpis.cpu.missing': 'zero' },
      'kpis.cpu.missing | "zero" | "hold", or a list of 1 to 5 items, or an object with exactly one of the keys "assume", "holdLastSeconds", "kpi"',
    ],
    [
      { 'kpis.cpu.missing': {} },
      'kpis.cpu.missing | an empty object | "hold", or a list of 1 to 5 items, or an object with exactly one of the keys "assume", "holdLastSeconds", "kpi"',
    ],
    [
      { 'kpis.cpu.missing': { assume: 0, holdLastSeconds: 5 } },
      'kpis.cpu.missing | "assume", "holdLastSeconds" together | "hold", or a list of 1 to 5 items, or an object with exactly one of the keys "assume", "holdLastSeconds", "kpi"',
    ],
    [
      { 'kpis.cpu.periodSeconds': 45 },
      'kpis.cpu.periodSeconds | 45 | 1, 5, 10 or 30, or a whole number from 60 to 86400 that is a multiple of 60',
    ],
    [
      { 'kpis.cpu.periodSeconds': 90 },
      'kpis.cpu.periodSeconds | 90 | 1, 5, 10 or 30, or a whole number from 60 to 86400 that is a multiple of 60',
    ],
    [
      { 'kpis.cpu.metric.stat': 'Avg' },
      'kpis.cpu.metric.stat | "Avg" | Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p95',
    ],
    [{ 'kpis.pushed': { pushed: false } }, 'kpis.pushed.pushed | false | true'],
    [
      { 'kpis.none': {} },
      'kpis.none | an empty object | an object with exactly one of the keys "metric", "expression", "pushed"',
    ],
    [
      { 'kpis.Load_1': { pushed: true } },
      'kpis.Load_1 | the name "Load_1" | a name: a lower-case letter, then up to 31 letters or digits',
    ],
    [
      { 'kpis.web_in_service': { pushed: true } },
      'kpis.web_in_service | the name "web_in_service" | a name: a lower-case letter, then up to 31 letters or digits',
    ],
    [{ 'parameters.siteName.type': 'text' }, 'parameters.siteName.type | "text" | "string", "number" or "boolean"'],
    [{ 'parameters.size.default': '4' }, 'parameters.size.default | "4" | a number from -1e15 to 1e15'],
    [
      { 'parameters.size': {}, 'layers.web.launch.tags': {} },
      'parameters.size | an empty object | an object with exactly one of the keys "type", "secretArn"',
    ],
    [
      { 'parameters.password.secretArn': 'hunter2' },
      'parameters.password.secretArn | "hunter2" | the ARN of a Secrets Manager secret or an SSM parameter',
    ],
    [
      { 'participants.lb.acknowledge.onTimeout': 'go on' },
      'participants.lb.acknowledge.onTimeout | "go on" | "continue" or "stop"',
    ],
    [{ 'participants.lb.hears': [] }, 'participants.lb.hears | a list of 0 items | a list of 1 to 100 items'],
    [{ 'limits.0.atMost': 0 }, 'limits[0].atMost | 0 | a number above 0, up to 5000'],
    [
      { 'layers.web.rules.2.cron': '@hourly-ish' },
      'layers.web.rules[2].cron | "@hourly-ish" | five fields with one space between: minute, hour, day of month, month, day of week',
    ],
    [
      { 'layers.web.launch.tags': Object.fromEntries(Array.from({ length: 41 }, (_, tag) => [`tag${tag}`, ''])) },
      expect.stringMatching(/^layers\.web\.launch\.tags \| an object with "tag0".*… \| an object of at most 40 tags$/),
    ],
  ])('%j is told with its path, what was found and what is allowed', (changes, line) => {
    expect(problemsOf(fileText(changes))).toEqual([line]);
  });

  test('of every layer is told when there is none', () => {
    const problems = problemsOf(fileText({ layers: {}, participants: {}, limits: [], kpis: {} }));

    expect(problems).toEqual(['layers | an empty object | an object with at least one layer']);
  });

  test.each(['null', '7', '[]', '"shop"'])('is the whole file when it is %s', (text) => {
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^\(top level\) \| .* \| an object with "application", "layers"$/),
    ]);
  });
});

describe('an unknown key', () => {
  test('is refused with the nearest key that exists', () => {
    expect(problemsOf(fileText({ 'participants.lb.acknowledge.onTimout': 'stop' }))).toEqual([
      'participants.lb.acknowledge.onTimout | an unknown key | the keys "withinSeconds", "onTimeout", "atLeastPercent" | did you mean "onTimeout"?',
    ]);
  });

  test('that is a name of JavaScript itself is unknown as well', () => {
    expect(problemsOf(fileText({ 'layers.web.count.toString': 5 }))).toEqual([
      'layers.web.count.toString | an unknown key | the keys "min", "max"',
    ]);
  });
});

describe('a rule', () => {
  test('of no kind is told which kinds there are, and everything that is wrong for all of them', () => {
    const problems = problemsOf(fileText({ [rule]: { name: '', kpi: 'cpu', targetvalue: 60 } }));

    expect(problems).toEqual([
      `layers.web.rules[0] | an object with "name", "kpi", "targetvalue" | ${ruleKinds}`,
      expect.stringMatching(
        /^layers\.web\.rules\[0\]\.targetvalue \| an unknown key \| .* \| did you mean "targetValue"\?$/,
      ),
      'layers.web.rules[0].name | "" | a text of 1 to 60 characters',
    ]);
  });

  test('of two kinds is told which two', () => {
    const problems = problemsOf(fileText({ [`${rule}.alarm`]: 'x' }));

    expect(problems).toEqual([`layers.web.rules[0] | "targetValue", "alarm" together | ${ruleKinds}`]);
  });

  test('of one kind is told what is wrong with that kind only', () => {
    const problems = problemsOf(fileText({ [rule]: { name: 'cpu', kpi: 'cpu', targetValue: -1, ratio: 2 } }));

    expect(problems).toEqual([
      'layers.web.rules[0].ratio | an unknown key | the keys "name", "kpi", "targetValue", "tolerancePercent", "withoutData"',
      'layers.web.rules[0].targetValue | -1 | a number above 0, up to 1e15',
    ]);
  });

  test('that is no object is told which kinds there are', () => {
    expect(problemsOf(fileText({ [rule]: 7 }))).toEqual([`layers.web.rules[0] | 7 | ${ruleKinds}`]);
  });

  test.each([
    [
      { name: 'a', alarm: 'x' },
      'layers.web.rules[0] | an object with "name", "alarm" | exactly one of the keys "add", "addPercent"',
    ],
    [
      { name: 'a', alarm: 'x', add: 1, addPercent: 5 },
      'layers.web.rules[0] | "add", "addPercent" together | exactly one of the keys "add", "addPercent"',
    ],
    [
      { name: 'a', kpi: 'cpu', steps: [{ from: 1 }] },
      'layers.web.rules[0].steps[0] | an object with "from" | exactly one of the keys "add", "addPercent"',
    ],
    [
      { name: 'a', kpi: 'cpu', steps: [{ add: 1 }] },
      'layers.web.rules[0].steps[0] | an object with "add" | an object with exactly one of the keys "from", "below"',
    ],
    [
      { name: 'a', kpi: 'cpu', steps: [{ from: 'x', add: 1 }] },
      'layers.web.rules[0].steps[0].from | "x" | a number from -1e15 to 1e15',
    ],
    [
      { name: 'a', kpi: 'cpu', steps: [{ below: 5, removePercent: 200 }] },
      'layers.web.rules[0].steps[0].removePercent | 200 | a number above 0, up to 100',
    ],
  ])('%j is told which of the ways to act is missing or too many', (value, line) => {
    expect(problemsOf(fileText({ [rule]: value }))).toEqual([line]);
  });
});

describe('all problems', () => {
  test('are told at once, references beside broken neighbours included', () => {
    const problems = problemsOf(
      fileText({
        application: 'Shop',
        'kpis.cpu.missing': { holdLast: 5 },
        'kpis.load': { expression: 'cpuu', missing: 3 },
        [rule]: { name: 'cpu', kpi: 'nope', targetValue: 'x' },
        'layers.web.count': { min: 9, max: 4 },
        'layers.web.launch': { userData: '${nope}' },
        'layers.db.rules.0': { name: 5, followLayer: 'nope', ratio: 1 },
        'limits.0': { layer: 'nope', per: 'db' },
        'participants.lb': { hears: ['nope'], acknowledge: {} },
      }),
    );

    const paths = problems.map((line) => line.split(' | ', 1).join());
    expect(paths).toEqual([
      'application',
      'kpis.cpu.missing',
      'kpis.cpu.missing.holdLast',
      'kpis.load.missing',
      'layers.web.launch.subnetIds',
      'layers.web.rules[0].targetValue',
      'layers.db.rules[0].name',
      'participants.lb.acknowledge.withinSeconds',
      'limits[0].atMost',
      'layers.web.count.min',
      'layers.web.launch.userData',
      'kpis.load.expression',
      'layers.web.rules[0].kpi',
      'layers.db.rules[0].followLayer',
      'participants.lb.hears[0]',
      'limits[0].layer',
    ]);
  });

  test('of text that is no JSON are one, with line and column', () => {
    expect(problemsOf('{\n  "application": "shop",\n  "layers": {},\n}')).toEqual([
      'line 4, column 1 | "}" | a key in double quotes | a comma stands before it: none may follow the last item',
    ]);
  });

  test('include a layer that stands in the file twice', () => {
    const text = fileText().replace('"db":{', '"web":{');

    expect(problemsOf(text)).toContain('layers.web | the same key twice | "web" once: the earlier one would be lost');
  });
});

/** Every path of the value, from the top down. */
function pathsOf(value: unknown, path = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const inner = path === '' ? key : `${path}.${key}`;
    return [inner, ...pathsOf(item, inner)];
  });
}

describe('whatever is broken', () => {
  const paths = pathsOf(JSON.parse(fileText()));
  const strange = fc.oneof(
    fc.constantFrom<unknown>(
      undefined,
      null,
      true,
      0,
      -1,
      1e300,
      '',
      '*',
      'web',
      [],
      {},
      [null],
      { from: 1 },
      { assume: 1 },
      { metric: {} },
    ),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const broken = fc.dictionary(fc.constantFrom(...paths, 'x', 'layers.web.x'), strange, {
    minKeys: 1,
    maxKeys: 4,
    noNullPrototype: true,
  });

  test('problems are told exactly when the schema refuses, in words, and without a throw', () => {
    fc.assert(
      fc.property(broken, (changes) => {
        const text = fileText(changes);
        const value: unknown = JSON.parse(text);
        const problems = findProblems(applicationSchema, value);
        expect(problems.length === 0).toBe(applicationSchema.safeParse(value).success);
        for (const problem of [...problems, ...problemsOf(text).map((found) => ({ found, allowed: found }))]) {
          expect(problem.found).not.toBe('');
          expect(problem.allowed).not.toMatch(/invalid|undefined|\[object|NaN/i);
        }
      }),
      { numRuns: 200 },
    );
  }, 30_000);
});
