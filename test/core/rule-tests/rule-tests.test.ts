import { describe, expect, it } from 'vitest';
import type { Application } from '../../../core/application/application-schema.ts';
import { readApplication } from '../../../core/application/read-application.ts';
import { readTests } from '../../../core/rule-tests/read-tests.ts';
import { runTest, type TestResult } from '../../../core/rule-tests/run-test.ts';
import { fileText } from '../../factories/application-text.ts';
import { makeRuleTest, shadowedText, testsText } from '../../factories/rule-tests.ts';

function applicationOf(text: string): Application {
  const read = readApplication(text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.application;
}

const small = applicationOf(fileText());

function problemsOf(text: string, application = small): readonly string[] {
  const read = readTests(text, application);
  if (read.ok) return [];
  return read.problems.map(({ path, found, message = '' }) => `${path} | ${found} | ${message}`);
}

function run(test: object, application = small): TestResult {
  const read = readTests(testsText(test), application);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const [first] = read.tests;
  if (first === undefined) throw new Error('no test');
  return runTest(application, first);
}

/** What was decided, step by step. */
function decidedBy(test: object, application = small): readonly string[] {
  return run(test, application).steps.map(({ decision }) => {
    const limits = decision.limits.map(({ limit }) => limit).join(', ');
    return `${decision.outcome} ${decision.to.count}${limits === '' ? '' : ` by ${limits}`}`;
  });
}

describe('a file of rule tests', () => {
  it.each([
    ['no JSON', '{', ['line 1, column 2 | the end of the file | ']],
    ['no tests', '{ "tests": [] }', ['tests | a list of 0 items | ']],
    [
      'several mistakes of its shape at once',
      testsText(
        makeRuleTest({ at: 'noon', expected: {}, state: { desired: -1 } }),
        makeRuleTest({ expect: { outcome: 'up' } }),
      ),
      [
        'tests[0].expected | an unknown key | did you mean "expect"?',
        'tests[0].at | "noon" | ',
        'tests[0].state.desired | -1 | ',
        'tests[1].expect.outcome | "up" | ',
      ],
    ],
    [
      'names that are not there, all at once',
      testsText(
        makeRuleTest({ readings: { cpi: 1 }, alarms: { queue: 'OK' }, expect: { proposals: { cpa: 3 } } }),
        makeRuleTest({
          name: 'other',
          state: { desired: 1, others: { web: { desired: 1 } } },
          afterwards: [{ afterSeconds: 60, readings: { load: 3 } }],
        }),
      ),
      [
        'tests[0].readings.cpi | the name "cpi" | did you mean "cpu"?',
        'tests[0].alarms.queue | the name "queue" | ',
        'tests[0].expect.proposals.cpa | the name "cpa" | did you mean "cpu"?',
        'tests[1].state.others.web | the name "web" | ',
        'tests[1].afterwards[0].readings.load | the name "load" | ',
      ],
    ],
    [
      'a layer that is not there',
      testsText(makeRuleTest({ layer: 'wep' })),
      ['tests[0].layer | "wep" | did you mean "web"?'],
    ],
    [
      'a layer named like what every object has',
      testsText(makeRuleTest({ layer: 'constructor' })),
      ['tests[0].layer | "constructor" | '],
    ],
    ['a name twice', testsText(makeRuleTest(), makeRuleTest()), ['tests[1].name | "CPU at its target" | ']],
    ['a shadow that is not there', testsText(makeRuleTest({ rules: 'shadow' })), ['tests[0].rules | "shadow" | ']],
    [
      'a day that is none',
      testsText(makeRuleTest({ at: '2026-13-45T12:00:00Z' })),
      ['tests[0].at | "2026-13-45T12:00:00Z" | '],
    ],
    ['a key twice', '{ "tests": [], "tests": [] }', ['tests | the same key twice | ', 'tests | a list of 0 items | ']],
  ])('may not have %s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  it('may test the shadow rules of a layer that has them', () => {
    const shadowed = applicationOf(shadowedText());
    const test = makeRuleTest({ rules: 'shadow', alarms: {}, expect: { count: 8 } });

    expect(run(test, shadowed)).toMatchObject({ isPassed: true });
    expect(run(makeRuleTest({ expect: { count: 4 } }), shadowed)).toMatchObject({ isPassed: true });
  });
});

describe('a rule test', () => {
  it.each([
    ['one value stands for all periods', { readings: { cpu: 90 } }, 'out 6'],
    ['a list is the newest periods, newest last', { readings: { cpu: [90, 90, 60] } }, 'out 6'],
    ['a period that is null has no data', { readings: { cpu: [90, null, 60] } }, 'hold 4'],
    ['missing is an answer without data', { readings: { cpu: 'missing' } }, 'hold 4'],
    ['a KPI that is not given has no data', { readings: {} }, 'hold 4'],
    ['an outage is no answer', { readings: 'outage' }, 'hold 4'],
    ['an alarm that is on adds', { alarms: { 'queue-age': 'ALARM' } }, 'out 7'],
    ['an alarm without data keeps', { readings: { cpu: 10 }, alarms: { 'queue-age': 'INSUFFICIENT_DATA' } }, 'hold 4'],
    ['an alarm that is not given does not exist', { readings: { cpu: 10 }, alarms: {} }, 'hold 4'],
    ['the layer was watched long enough', { readings: { cpu: 45 } }, 'in 3'],
    [
      'it may have been watched for a while only',
      { readings: { cpu: 45 }, state: { desired: 4, watchedSeconds: 60 } },
      'hold 4 by stabilization',
    ],
    ['or not at all', { readings: { cpu: 45 }, state: { desired: 4, watchedSeconds: 0 } }, 'hold 4 by stabilization'],
    [
      'wishes of the window count',
      { readings: { cpu: 35 }, state: { desired: 8, wishes: [{ secondsAgo: 200, count: 7 }] } },
      'in 7 by stabilization',
    ],
    [
      'and older ones do not',
      { readings: { cpu: 35 }, state: { desired: 8, wishes: [{ secondsAgo: 301, count: 7 }] } },
      'in 5',
    ],
    ['the others have their min', { readings: { cpu: 120 }, state: { desired: 8 } }, 'out 10 by limit'],
    [
      'unless it is said what they have',
      { readings: { cpu: 120 }, state: { desired: 8, others: { db: { desired: 3, inService: 2 } } } },
      'out 16',
    ],
    [
      'those who failed keep the others',
      { readings: { cpu: 20 }, state: { desired: 8, inService: 6, failed: 2 } },
      'hold 8 by unhealthy',
    ],
    ['the clock opens windows', { readings: { cpu: 20 }, at: '2026-11-23T08:00:00Z' }, 'hold 4'],
  ])('takes it that %s', (_, overrides, expected) => {
    expect(decidedBy(makeRuleTest(overrides))).toEqual([expected]);
  });

  it('minds how long ago the layer grew and shrank', () => {
    const slow = applicationOf(
      fileText({ 'layers.web.scaleOut': { cooldownSeconds: 120 }, 'layers.web.scaleIn': { cooldownSeconds: 120 } }),
    );
    const at = (readings: object, state: object) =>
      decidedBy(makeRuleTest({ readings, state: { desired: 4, ...state } }), slow);

    expect(at({ cpu: 90 }, { scaledOutSecondsAgo: 119 })).toEqual(['hold 4 by cooldown']);
    expect(at({ cpu: 90 }, { scaledOutSecondsAgo: 120 })).toEqual(['out 6']);
    expect(at({ cpu: 20 }, { scaledInSecondsAgo: 119 })).toEqual(['hold 4 by cooldown']);
    expect(at({ cpu: 20 }, { scaledInSecondsAgo: 120 })).toEqual(['in 3']);
  });

  it('goes on from what was decided and remembered, with what has changed', () => {
    const steps = decidedBy(
      makeRuleTest({
        readings: { cpu: 90 },
        afterwards: [
          { afterSeconds: 60, readings: { cpu: 60 } },
          { afterSeconds: 60, readings: { cpu: 35 } },
          { afterSeconds: 150 },
          { afterSeconds: 150 },
          { afterSeconds: 60, readings: 'outage' },
          { afterSeconds: 60 },
          { afterSeconds: 60, readings: { cpu: 120 }, state: { others: { db: { desired: 2 } } } },
          { afterSeconds: 60, alarms: { 'queue-age': 'ALARM' }, readings: { cpu: 60 }, state: { inService: 2 } },
        ],
      }),
    );

    expect(steps).toEqual([
      'out 6',
      'hold 6',
      'hold 6 by stabilization',
      'hold 6 by stabilization',
      'in 4',
      'hold 4',
      'hold 4',
      'out 8',
      'hold 8',
    ]);
  });

  it('measures what is decided next with those who came', () => {
    const afterwards = [{ afterSeconds: 60 }];

    expect(decidedBy(makeRuleTest({ readings: { cpu: 90 }, afterwards }))).toEqual(['out 6', 'out 9']);
    const late = [{ afterSeconds: 60, state: { inService: 4 } }];
    expect(decidedBy(makeRuleTest({ readings: { cpu: 90 }, afterwards: late }))).toEqual(['out 6', 'hold 6']);
  });

  it('uses what stands in for missing data, as the file says', () => {
    const assuming = applicationOf(fileText({ 'kpis.cpu.missing': { assume: 0 } }));
    const holding = applicationOf(fileText({ 'kpis.cpu.missing': { holdLastSeconds: 600 } }));
    const quiet = (readings: object) => makeRuleTest({ readings });

    expect(decidedBy(quiet({ cpu: 'missing' }), assuming)).toEqual(['in 3']);
    expect(decidedBy(makeRuleTest({ readings: 'outage' }), assuming)).toEqual(['hold 4']);
    expect(decidedBy(quiet({ cpu: [90, null, null, null, null] }), holding)).toEqual(['out 6']);
  });

  it('gives expressions their value, whatever their inputs repeat', () => {
    const held = applicationOf(
      fileText({
        'kpis.cpu.missing': { holdLastSeconds: 300 },
        'layers.web.rules': [{ name: 'load', kpi: 'load', targetValue: 60 }],
      }),
    );

    expect(decidedBy(makeRuleTest({ readings: { load: 90 }, alarms: {} }), held)).toEqual(['out 6']);
    expect(decidedBy(makeRuleTest({ readings: { load: 'missing' }, alarms: {} }), held)).toEqual(['hold 4']);
  });

  it('gives KPIs that ask the same what is stated of one of them', () => {
    const twins = applicationOf(
      fileText({
        'kpis.twin': { metric: { namespace: 'CWAgent', name: 'cpu_usage_active', stat: 'Average' } },
        'layers.web.rules.0.kpi': 'twin',
      }),
    );

    expect(decidedBy(makeRuleTest({ readings: { cpu: 90 } }), twins)).toEqual(['out 6']);
    expect(decidedBy(makeRuleTest({ readings: { twin: 90 } }), twins)).toEqual(['out 6']);
  });

  it('is told of everything in which the decision is not as expected', () => {
    const { isPassed, steps } = run(
      makeRuleTest({
        readings: { cpu: 90 },
        expect: {
          outcome: 'in',
          count: 7,
          limits: ['max'],
          because: ['wants 6', 'nobody'],
          proposals: { cpu: 7, hours: 'stay', alarm: 'agree' },
        },
        afterwards: [{ afterSeconds: 60, readings: { cpu: 60 }, expect: { outcome: 'out' } }],
      }),
    );

    expect(isPassed).toBe(false);
    expect(steps.map(({ step }) => step)).toEqual([1, 2]);
    expect(steps.map(({ mismatches }) => mismatches)).toEqual([
      [
        { what: 'outcome', expected: 'in', got: 'out' },
        { what: 'count', expected: '7', got: '6' },
        { what: 'limits', expected: 'max', got: 'none' },
        { what: 'because', expected: 'a sentence with "nobody"', got: steps[0]?.decision.because },
        { what: 'proposals["cpu"]', expected: '7', got: '6' },
        { what: 'proposals["hours"]', expected: 'stay', got: '2' },
      ],
      [{ what: 'outcome', expected: 'out', got: 'hold' }],
    ]);
  });
});
