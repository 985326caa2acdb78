import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Application } from '../../../core/application/application-schema.ts';
import { checkOscillation } from '../../../core/application/check-oscillation.ts';
import { findOscillation } from '../../../core/application/find-oscillation.ts';
import type { Layer } from '../../../core/application/layer-schema.ts';
import { nextCount, type SteadyLayer, type TiedRule } from '../../../core/application/steady-count.ts';
import { decideScaling } from '../../../core/decide-scaling/decide-scaling.ts';
import { makeApplication, makeLayer } from '../../factories/application.ts';
import { fileText, problemsOf } from '../../factories/application-text.ts';
import { makeReading, makeSituation, readingsOf } from '../../factories/situation.ts';
import { later } from '../../factories/stored.ts';

const cpu = { metric: { namespace: 'AWS/EC2', name: 'CPUUtilization', stat: 'Average' } };

/** Production's decision for `count` instances that have shared a load for long; what `asked again` made of it is left out unless asked for. */
function decided(settings: Layer, count: number, load: number, keep: { readonly askedAgain: boolean }): number {
  const value = load / count;
  const recent = Array.from({ length: 5 }, () => value);
  const { decision } = decideScaling({
    ...makeSituation({
      count,
      memory: {
        wishes: [{ at: later(-60), count: 0 }],
        wishesSince: later(-100_000),
        inService: [{ at: later(-3600), count }],
      },
      readings: readingsOf(makeReading({ value, recent })),
    }),
    settings,
  });
  const guard = decision.limits.find(({ limit }) => limit === 'asked again');
  return guard === undefined || keep.askedAgain ? decision.to.count : guard.before;
}

/** Whether the count goes round in a circle when it starts at `count`. */
function goesRound(next: (count: number) => number, count: number): boolean {
  const seen = new Set<number>();
  let at = count;
  while (!seen.has(at)) {
    seen.add(at);
    const following = next(at);
    if (following === at) return false;
    at = following;
  }
  return true;
}

function applicationWith(layer: object): { readonly application: Application; readonly settings: Layer } {
  const application = makeApplication({ kpis: { cpu }, layers: { web: makeLayer(layer) } });
  const settings = application.layers['web'];
  if (settings === undefined) throw new Error('no layer');
  return { application, settings };
}

function problemsWith(layer: object): readonly string[] {
  const { application, settings } = applicationWith(layer);
  const path = ['layers', 'web', 'rules'];
  return checkOscillation(application, { layer: 'web', settings, path }).map(({ message = '' }) => message);
}

const level = fc.integer({ min: 1, max: 20 }).map((tenths) => tenths * 5);
const adding = fc.oneof(
  fc.record({ from: level, add: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ from: level, addPercent: fc.constantFrom(5, 10, 50, 100, 250) }),
);
const removing = fc.oneof(
  fc.record({ below: level, remove: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ below: level, removePercent: fc.constantFrom(5, 10, 34, 50, 100) }),
);
const stepsRule = fc.record({
  name: fc.constant('steps'),
  kpi: fc.constant('cpu'),
  steps: fc
    .tuple(fc.array(adding, { maxLength: 2 }), fc.array(removing, { maxLength: 2 }))
    .map(([out, back]) => [...out, ...back]),
  periods: fc.constantFrom('1 of 1', '2 of 3'),
});
const targetRule = fc.record({
  name: fc.constant('target'),
  kpi: fc.constant('cpu'),
  targetValue: level,
  tolerancePercent: fc.constantFrom(0, 10, 50),
});
const layers = fc.record({
  rules: fc
    .array(fc.oneof({ weight: 3, arbitrary: stepsRule }, { weight: 1, arbitrary: targetRule }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((rules) => rules.filter((rule) => !('steps' in rule) || rule.steps.length > 0)),
  count: fc
    .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 25 }))
    .map(([min, more]) => ({ min, max: min + more })),
  scaleIn: fc.record({ maxPercent: fc.constantFrom(100, 50, 10) }),
});

describe('the check for rules that undo each other', () => {
  test('refuses only what goes round with the production decisions, from the counts and at the load that it names', () => {
    let refused = 0;
    fc.assert(
      fc.property(layers, (layer) => {
        const { application, settings } = applicationWith(layer);
        const found = findOscillation(steadyOf(settings));
        expect(checkOscillation(application, { layer: 'web', settings, path: [] })).toHaveLength(found ? 1 : 0);
        if (found === undefined) return;
        refused += 1;
        const [first = 0, ...rest] = found.counts;
        let at = first;
        const followed = rest.map(() => {
          at = decided(settings, at, found.load, { askedAgain: false });
          return at;
        });
        expect(followed).toEqual(rest);
        expect(at).toBe(first);
        expect(new Set(rest).size).toBeGreaterThan(1);
      }),
      { numRuns: 1500 },
    );

    expect(refused).toBeGreaterThan(200);
  });

  test('accepts only what comes to rest, whatever the count and the constant load', () => {
    let accepted = 0;
    fc.assert(
      fc.property(layers, (layer) => {
        const { settings } = applicationWith(layer);
        const steady = steadyOf(settings);
        if (findOscillation(steady) !== undefined) return;
        accepted += 1;
        for (const load of thresholdLoads(settings)) {
          const next = (at: number): number => (at === 0 ? 0 : nextCount(steady, at, load));
          for (let count = Math.max(1, steady.min); count <= steady.max; count += 1) {
            if (goesRound(next, count)) throw new Error(`goes round from ${count} at load ${load}`);
          }
        }
      }),
      { numRuns: 500 },
    );

    expect(accepted).toBeGreaterThan(150);
  });

  test('follows the same arithmetic as the production decisions', () => {
    fc.assert(
      fc.property(
        layers,
        fc.integer({ min: 1, max: 30 }),
        fc.oneof(level, fc.double({ min: 0.5, max: 120, noNaN: true })),
        (layer, counted, value) => {
          const { settings } = applicationWith(layer);
          const count = Math.max(1, settings.count.min, Math.min(counted, settings.count.max));
          const load = value * count;

          expect(nextCount(steadyOf(settings), count, load)).toBe(
            decided(settings, count, load, { askedAgain: false }),
          );
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('refuses a pair that goes round for ever under a load that wavers by a ten-thousandth, all limits applied', () => {
    const { settings } = applicationWith({
      count: { min: 2, max: 20 },
      rules: [
        { name: 'busy', kpi: 'cpu', steps: [{ from: 70, add: 4 }] },
        { name: 'idle', kpi: 'cpu', steps: [{ below: 50, remove: 1 }] },
      ],
    });
    let count = 2;
    let rounds = 0;
    for (let minute = 0; minute < 100; minute += 1) {
      const load = count === 2 ? 140 : 139.99;
      const next = decided(settings, count, load, { askedAgain: true });
      if (next === 2 && count !== 2) rounds += 1;
      count = next;
    }

    expect(rounds).toBe(20);
  });
});

/** Loads at which some threshold is met exactly, just missed and just passed. */
function thresholdLoads({ rules, count }: Layer): readonly number[] {
  const levels = rules.flatMap((rule) => {
    if ('targetValue' in rule) return [rule.targetValue];
    if (!('steps' in rule)) return [];
    return rule.steps.map((step) => ('from' in step ? step.from : step.below));
  });
  const counts = Array.from({ length: count.max - count.min + 1 }, (_, index) => count.min + index);
  return levels.flatMap((value) => counts.flatMap((at) => [value * at, value * at * 0.999, value * at * 1.001]));
}

function steadyOf({ rules, count, scaleIn }: Layer): SteadyLayer {
  const tied = rules.flatMap((rule, index): TiedRule[] =>
    'steps' in rule || 'targetValue' in rule
      ? [{ rule, index, dependence: { load: 'cpu', factor: 1, power: -1 } }]
      : [],
  );
  return {
    tied,
    floor: count.min,
    min: count.min,
    max: count.max,
    growthCap: count.max,
    maxPercent: scaleIn.maxPercent,
  };
}

describe('what the check says', () => {
  test('shows the counts, the value of the KPI at each and the place of both rules', () => {
    const rules = [
      { name: 'busy', kpi: 'cpu', steps: [{ from: 70, add: 4 }] },
      { name: 'hours', cron: '0 7 * * 1-5', durationSeconds: 36_000, min: 4 },
      { name: 'idle', kpi: 'cpu', steps: [{ below: 60, remove: 4 }] },
    ];

    expect(problemsOf(fileText({ 'layers.web.rules': rules }))).toEqual([
      'layers.web.rules[0] and layers.web.rules[2] | "busy" and "idle", which undo each other | ' +
        'rules that leave some count alone under every constant load | ' +
        '2 → 6 → 2 for ever under one constant load: with 2 in service cpu is 70 and "busy" makes it 6; with 6 in service cpu is 23.33 and ' +
        '"idle" makes it 2. Cooldowns and stabilization slow it and do not end it; with a "below" of at most 23.33 it would rest at 6',
    ]);
  });

  test('shortens a long way round', () => {
    const [message] = problemsWith({
      count: { min: 1, max: 30 },
      rules: [
        {
          name: 'both',
          kpi: 'cpu',
          steps: [
            { from: 80, add: 10 },
            { below: 79, remove: 1 },
          ],
        },
      ],
    });

    expect(message).toMatch(/^1 → 11 → 10 → … → 2 → 1 for ever/);
  });

  test('names one rule that undoes itself once', () => {
    const steps = [
      { from: 70, add: 4 },
      { below: 60, remove: 4 },
    ];

    const [problem = ''] = problemsOf(fileText({ 'layers.web.rules': [{ name: 'both', kpi: 'cpu', steps }] }));

    expect(problem).toMatch(/^layers\.web\.rules\[0\] \| "both", which undoes itself \|/);
  });

  test('stands beside whatever else is wrong with the file', () => {
    const steps = [
      { from: 70, add: 4 },
      { below: 60, remove: 4 },
    ];

    const problems = problemsOf(
      fileText({ 'layers.web.rules': [{ name: 'both', kpi: 'cpu', steps }], 'layers.db.count.min': 9 }),
    );

    expect(problems.map((problem) => problem.split(' | ', 1).join())).toEqual([
      'layers.db.count.min',
      'layers.web.rules[0]',
    ]);
  });

  test('leaves a layer that cannot be read to the other checks', () => {
    const steps = [
      { from: 70, add: 4 },
      { below: 60, remove: 4 },
    ];
    const rules = [
      { name: 'both', kpi: 'cpu', steps },
      { name: 'hours', cron: '0 99 * * *', durationSeconds: 60, min: 2 },
    ];

    const problems = problemsOf(fileText({ 'layers.web.rules': rules }));

    expect(problems.map((problem) => problem.split(' | ', 1).join())).toEqual(['layers.web.rules[1].cron']);
  });

  test('finds its way through a layer of thousands at once', () => {
    const rules = [
      {
        name: 'busy',
        kpi: 'cpu',
        steps: [
          { from: 90, addPercent: 20 },
          { from: 95, add: 1000 },
        ],
      },
      {
        name: 'idle',
        kpi: 'cpu',
        steps: [
          { below: 48, removePercent: 5 },
          { below: 20, remove: 1 },
        ],
      },
    ];
    const before = process.cpuUsage();

    expect(problemsWith({ count: { min: 3, max: 5000 }, rules })).toEqual([]);
    expect(problemsWith({ count: { min: 1, max: 5000 }, rules })).toHaveLength(1);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(5000);
  });
});

describe('what is compared', () => {
  const isTotal = (kpi: string) => kpi === 'all';
  const pair = (kpi: string) => [
    { name: 'busy', kpi: 'cpu', steps: [{ from: 70, add: 4 }] },
    { name: 'idle', kpi, steps: [{ below: isTotal(kpi) ? 900 : 60, remove: 4 }] },
  ];
  const refused = (kpis: object, rules: readonly object[], more: object = {}): boolean => {
    const application = makeApplication({
      kpis: { cpu, ...kpis },
      layers: { web: makeLayer({ rules, ...more }), db: makeLayer({ count: { min: 3, max: 3 } }) },
    });
    const settings = application.layers['web'];
    return settings !== undefined && checkOscillation(application, { layer: 'web', settings, path: [] }).length > 0;
  };

  test.each([
    ['the same average', {}, 'cpu', true],
    ['an expression that scales it', { half: { expression: 'cpu / 2' } }, 'half', true],
    ['its total', { all: { expression: 'cpu * web_in_service' } }, 'all', true],
    ['its total, filled', { all: { expression: 'FILL(cpu, 0) * MAX([web_desired, 1])' } }, 'all', true],
    ['its sum with itself', { twice: { expression: 'cpu + cpu - cpu' } }, 'twice', true],
    ['another average', { other: { metric: { ...cpu.metric, name: 'NetworkIn' } } }, 'other', false],
    ['an expression that adds to it', { plus: { expression: 'cpu + 10' } }, 'plus', false],
    ['an expression over another layer', { by: { expression: 'cpu / db_in_service' } }, 'by', false],
    ['a square of it', { square: { expression: 'cpu * cpu' } }, 'square', false],
    ['its negation', { minus: { expression: '-cpu' } }, 'minus', false],
    ['a constant', { one: { expression: 'TIME_SERIES(1)' } }, 'one', false],
  ])('compares an average with %s: %#', (_, kpis, kpi, isRefused) => {
    expect(refused(kpis, pair(kpi))).toBe(isRefused);
  });

  const both = (kpi: string) => [
    {
      name: 'both',
      kpi,
      steps: [
        { from: 70, add: 4 },
        { below: 60, remove: 4 },
      ],
    },
  ];

  test.each([
    [
      'requests per target',
      { metric: { namespace: 'AWS/ApplicationELB', name: 'RequestCountPerTarget', stat: 'Sum' } },
      true,
    ],
    [
      'requests of the load balancer',
      { metric: { namespace: 'AWS/ApplicationELB', name: 'RequestCount', stat: 'Sum' } },
      false,
    ],
    [
      'response times',
      { metric: { namespace: 'AWS/ApplicationELB', name: 'TargetResponseTime', stat: 'Average' } },
      false,
    ],
    [
      'the busy share from an agent',
      { metric: { namespace: 'CWAgent', name: 'cpu_usage_active', stat: 'Average' } },
      true,
    ],
    [
      'the idle share from an agent',
      { metric: { namespace: 'CWAgent', name: 'cpu_usage_idle', stat: 'Average' } },
      false,
    ],
    ['the busiest instance', { metric: { namespace: 'AWS/EC2', name: 'CPUUtilization', stat: 'Maximum' } }, false],
    [
      'the length of a queue',
      { metric: { namespace: 'AWS/SQS', name: 'ApproximateNumberOfMessagesVisible', stat: 'Average' } },
      false,
    ],
    ['credits', { metric: { namespace: 'AWS/EC2', name: 'CPUCreditBalance', stat: 'Average' } }, false],
    ['the average of its own layer', { metric: { ...cpu.metric, dimensions: { Tier: 'shop-web' } } }, true],
    ['the average of another layer', { metric: { ...cpu.metric, dimensions: { Tier: 'db' } } }, false],
    ['a pushed total', { pushed: true }, false],
    ['a total over the count', { expression: 'raw / MAX([web_in_service, 1])' }, true],
    ['a total over another count', { expression: 'raw / MAX([db_in_service, 1])' }, false],
    ['a total over the square of the count', { expression: 'raw / web_in_service / web_in_service' }, false],
    ['a ratio of totals', { expression: 'raw / MAX([raw, 1])' }, false],
    ['the larger of two totals over the count', { expression: 'MAX([raw, 9]) / web_in_service' }, true],
    ['what goes round', { expression: 'kpi / web_in_service' }, false],
  ])('takes %s for what it is', (_, kpi, isShared) => {
    expect(refused({ kpi, raw: { pushed: true } }, both('kpi'))).toBe(isShared);
  });

  test('takes a KPI that a target keeps for one that falls in proportion', () => {
    const rules = [
      { name: 'target', kpi: 'kpi', targetValue: 60 },
      { name: 'boost', kpi: 'kpi', steps: [{ from: 58, add: 2 }] },
    ];

    expect(refused({ kpi: { pushed: true } }, rules)).toBe(true);
    expect(refused({ kpi: { pushed: true } }, rules.slice(1))).toBe(false);
  });

  test('takes an average that rules of two layers look at for neither, unless it names one', () => {
    const application = (dimensions: object) =>
      makeApplication({
        kpis: { cpu: { metric: { ...cpu.metric, dimensions } } },
        layers: { web: makeLayer({ rules: both('cpu') }), db: makeLayer({ rules: both('cpu') }) },
      });
    const isRefused = (of: Application): readonly boolean[] =>
      Object.entries(of.layers).map(
        ([layer, settings]) => checkOscillation(of, { layer, settings, path: [] }).length > 0,
      );

    expect(isRefused(application({}))).toEqual([false, false]);
    expect(isRefused(application({ Tier: 'db' }))).toEqual([false, true]);
  });

  test.each([
    ['a rule that follows a layer of three', { name: 'follow', followLayer: 'db', ratio: 3 }, false],
    ['a rule that follows less', { name: 'follow', followLayer: 'db', ratio: 0.5 }, true],
    ['windows that never close', { name: 'always', cron: '0 * * * *', durationSeconds: 3600, min: 9 }, false],
    ['windows that close', { name: 'hours', cron: '0 7 * * *', durationSeconds: 3600, min: 9 }, true],
    [
      'steps that are never content',
      {
        name: 'torn',
        kpi: 'other',
        steps: [
          { from: 5, add: 1 },
          { below: 5, remove: 1 },
        ],
      },
      false,
    ],
    ['an alarm', { name: 'alarm', alarm: 'queue', add: 1 }, true],
    ['a rule over the same in an unknown way', { name: 'odd', kpi: 'odd', targetValue: 9 }, false],
  ])('minds the floor and the unknown: %s', (_, other, isRefused) => {
    const kpis = { other: { pushed: true }, odd: { expression: 'cpu + 1' } };

    expect(refused(kpis, [...both('cpu'), other], { count: { min: 1, max: 8 } })).toBe(isRefused);
  });

  test('minds what the budget and the other layers let it grow to', () => {
    const application = (more: object) =>
      makeApplication({
        kpis: { cpu },
        layers: {
          web: makeLayer({ rules: both('cpu'), count: { min: 1, max: 9 } }),
          db: makeLayer({ count: { min: 1, max: 1 } }),
        },
        ...more,
      });
    const isRefused = (of: Application): boolean => {
      const settings = of.layers['web'];
      return settings !== undefined && checkOscillation(of, { layer: 'web', settings, path: [] }).length > 0;
    };

    expect(isRefused(application({}))).toBe(true);
    expect(isRefused(application({ budget: { maxHourlyUsd: 0.2 } }))).toBe(false);
    expect(isRefused(application({ limits: [{ layer: 'web', atMost: 1, per: 'db' }] }))).toBe(false);
  });
});
