import type { Application } from '../../../core/application/application-schema.ts';
import { chooseCount } from '../../../core/decide-scaling/choose-count.ts';
import { decideScaling } from '../../../core/decide-scaling/decide-scaling.ts';
import { explain } from '../../../core/decide-scaling/explain.ts';
import type { LayerSituation } from '../../../core/decide-scaling/layer-situation.ts';
import type { Decision } from '../../../core/decision.ts';
import type { Outlook } from '../../../core/forecast/step-risk.ts';
import { makeApplication, makeLayer } from '../../factories/application.ts';
import { makeReading, makeSituation, readingsOf } from '../../factories/situation.ts';
import { later } from '../../factories/stored.ts';

/** A decision with the file that it was made by. */
export interface Case {
  readonly name: string;
  readonly decision: Decision;
  readonly situation: LayerSituation;
  readonly application: Application;
}

type Parts = Parameters<typeof makeSituation>[0];

const cpu = { name: 'keep cpu near 60', kpi: 'cpu', targetValue: 60 };
const slow = {
  name: 'slow answers',
  kpi: 'p95',
  periods: '2 of 3',
  steps: [
    { from: 0.5, add: 2 },
    { from: 1, addPercent: 50 },
    { below: 0.1, remove: 1 },
  ],
};
const office = { name: 'office hours', cron: '0 7 * * 1-6', durationSeconds: 36_000, min: 6 };
const queue = { name: 'queue too old', alarm: 'shop-queue-age', add: 3 };
const follow = { name: 'one per four web', followLayer: 'lb', ratio: 0.5 };
const at = (value: number | undefined) => readingsOf(makeReading({ value }));
const p95 = (...recent: (number | undefined)[]) => {
  const value = recent.at(-1);
  return makeReading({ kpi: 'p95', value, recent });
};
const watched = (...wishes: { readonly at: ReturnType<typeof later>; readonly count: number }[]) => ({
  wishes,
  wishesSince: later(-3600),
  inService: [{ at: later(-3600), count: 8 }],
});
const alarm = (state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA') =>
  new Map([['shop-queue-age', { name: 'shop-queue-age', state, since: later(-90) } as const]]);
const lb = (desired: number, inService = desired) => new Map([['lb', { desired, inService }]]);
const calm = { scaleIn: { stabilizationSeconds: 0 } };
const minute = { at: later(-60), count: 8 };

/** Decides, and gives the file whose rules decided. */
export function decided(name: string, parts: Parts & { readonly settings?: object; readonly budget?: object }): Case {
  const { settings = {}, budget, ...rest } = parts;
  const limits = rest.limits ?? [];
  const layers = { web: makeLayer(settings), lb: makeLayer() };
  const application = makeApplication({
    layers,
    limits,
    ...(budget === undefined ? {} : { budget }),
    kpis: { cpu: { pushed: true }, p95: { pushed: true }, requests: { pushed: true } },
  });
  const situation: LayerSituation = makeSituation({ settings, ...rest });
  return { name, decision: decideScaling(situation).decision, situation, application };
}

/** What a look-ahead may have answered: how it comes to that is tested elsewhere, and changes with what it has learnt. */
function risk(name: string, answer: Pick<Outlook, 'asked' | 'chanceShortPercent'> & { readonly needed: number }): Case {
  const { needed, asked, chanceShortPercent } = answer;
  const rule = { name: 'carry the load', kpi: 'requests', perCapacityUnit: 100, shortfallPercent: 0.5 };
  const readings = readingsOf(makeReading({ kpi: 'requests', value: 512 }));
  const before = decided(name, { count: 6, settings: { rules: [rule], ...calm }, readings });
  const outlook = {
    until: later(120),
    load: 512,
    expectedLoad: 540.2,
    bandLoad: [505, 576] as const,
    asked,
    chanceShortPercent,
    policy: 'expected, errors lately, held for a boot time',
    aimedPercent: 0.47,
  };
  const because = `requests 512, expected 540.2 (505 to 576); ${chanceShortPercent} % chance to be short, 0.5 % accepted`;
  const proposals = [{ rule: rule.name, kind: 'want', count: needed, because, outlook } as const];
  const { count, limits, wish } = chooseCount(before.situation, proposals);
  const outcome = count > 6 ? 'out' : count < 6 ? 'in' : 'hold';
  const made = {
    ...before.decision,
    proposals,
    limits,
    outcome,
    to: { count, revision: 1 },
    hourlyUsdAfter: 0.1 * count,
  } as const;
  return { ...before, decision: { ...made, because: explain({ ...made, wish }) } };
}

/** Every kind of rule, out, in and on hold; every limit. */
export function gallery(): readonly Case[] {
  return [
    risk('risk, out', { needed: 7, asked: 7, chanceShortPercent: 0.31 }),
    risk('risk, hold for release', { needed: 6, asked: 5, chanceShortPercent: 0.000_02 }),
    risk('risk, in', { needed: 5, asked: 5, chanceShortPercent: 0.44 }),
    decided('target value, out', { settings: { rules: [cpu] }, readings: at(91) }),
    decided('target value, in', { settings: { rules: [cpu], ...calm }, readings: at(30) }),
    decided('target value, hold within tolerance', {
      count: 8,
      settings: { rules: [cpu], scaleIn: { stabilizationSeconds: 300 } },
      readings: at(60),
      memory: watched(minute),
    }),
    decided('target value, hold without data', { settings: { rules: [cpu], ...calm }, readings: at(undefined) }),
    decided('target value, some on their way', {
      count: 6,
      inService: 4,
      settings: { rules: [cpu] },
      readings: at(90),
    }),
    decided('steps, out', { settings: { rules: [slow] }, readings: readingsOf(p95(0.6, 0.2, 0.7)) }),
    decided('steps, in', { settings: { rules: [slow], ...calm }, readings: readingsOf(p95(0.05, 0.05, 0.2)) }),
    decided('steps, hold', { settings: { rules: [slow], ...calm }, readings: readingsOf(p95(0.2, 0.2, 0.2)) }),
    decided('steps, hold with gaps', { settings: { rules: [slow] }, readings: readingsOf(p95(0.6, undefined, 0.2)) }),
    decided('cron, out', { settings: { rules: [office] } }),
    decided('cron, hold outside', { now: later(6 * 3600), settings: { rules: [office], count: { min: 4, max: 9 } } }),
    decided('alarm, out', { settings: { rules: [queue] }, alarms: alarm('ALARM') }),
    decided('alarm, hold', {
      settings: { rules: [queue] },
      alarms: alarm('OK'),
      trigger: 'alarm',
      wokenBy: 'shop-queue-age',
    }),
    decided('alarm, no data', { settings: { rules: [queue] }, alarms: alarm('INSUFFICIENT_DATA') }),
    decided('follow, out', { settings: { rules: [follow] }, others: lb(11) }),
    decided('follow, in', { settings: { rules: [follow], ...calm }, others: lb(4) }),
    decided('follow, hold', { settings: { rules: [follow], ...calm }, others: lb(8) }),
    decided('no rules', {}),
    decided('the first decision', { isFirst: true, count: 0, settings: { count: { min: 2, max: 9 } } }),
    decided('gone from the file', { vanished: { drain: false } }),
    decided('another revision', {
      settings: { rules: [cpu] },
      readings: at(60),
      revision: { number: 2, hourlyUsd: 0.2, capacity: 1 },
    }),
    decided('kill switch', { settings: { rules: [cpu] }, readings: at(91), isStopped: true }),
    decided('limit: min', { settings: { rules: [cpu], ...calm, count: { min: 3, max: 20 } }, readings: at(10) }),
    decided('limit: max', { settings: { rules: [cpu], count: { min: 1, max: 5 } }, readings: at(91) }),
    decided('limit: another layer', {
      settings: { rules: [cpu] },
      readings: at(91),
      limits: [{ layer: 'web', atMost: 2.5, per: 'lb' }],
      others: lb(2),
    }),
    decided('limit: budget', {
      settings: { rules: [cpu] },
      readings: at(91),
      maxHourlyUsd: 1,
      othersHourlyUsd: 0.5,
      budget: { maxHourlyUsd: 1 },
    }),
    decided('limit: ceiling', {
      settings: { rules: [cpu] },
      readings: at(91),
      ceilings: { mostInstances: 100, mostHourlyUsd: 50, takenElsewhere: { instances: 95, hourlyUsd: 9.5 } },
    }),
    decided('limit: scale-out cooldown', {
      settings: { rules: [cpu], scaleOut: { cooldownSeconds: 300 } },
      readings: at(91),
      memory: { ...watched(), scaledOutAt: later(-60), inService: [{ at: later(-3600), count: 4 }] },
    }),
    decided('limit: scale-in cooldown', {
      settings: { rules: [cpu], scaleIn: { cooldownSeconds: 300, stabilizationSeconds: 0 } },
      readings: at(30),
      memory: { ...watched(), scaledInAt: later(-30), inService: [{ at: later(-3600), count: 4 }] },
    }),
    decided('limit: unhealthy', { settings: { rules: [cpu], ...calm }, readings: at(30), failed: 1 }),
    decided('limit: stabilisation', {
      count: 8,
      settings: { rules: [cpu], scaleIn: { stabilizationSeconds: 300 } },
      readings: at(40),
      memory: watched({ at: later(-120), count: 7 }, { at: later(-60), count: 6 }),
    }),
    decided('limit: stabilisation, not watched long enough', {
      settings: { rules: [cpu], scaleIn: { stabilizationSeconds: 300 } },
      readings: at(30),
    }),
    decided('limit: freeze', {
      settings: {
        rules: [cpu],
        scaleIn: {
          stabilizationSeconds: 0,
          freeze: [
            {
              name: 'outage',
              kpi: 'requests',
              fallsPercent: 50,
              withinSeconds: 600,
              while: { kpi: 'p95', above: 0.5 },
              forSeconds: 300,
            },
          ],
        },
      },
      readings: readingsOf(
        makeReading({ value: 20 }),
        makeReading({ kpi: 'requests', value: 100, peaks: [{ withinSeconds: 600, value: 900 }] }),
        p95(0.8),
      ),
    }),
    decided('limit: step size', {
      count: 8,
      settings: { rules: [cpu], scaleIn: { stabilizationSeconds: 0, maxPercent: 25 } },
      readings: at(15),
      memory: watched(),
    }),
    decided('limit: asked again', {
      settings: { rules: [cpu, { ...slow, periods: '1 of 1' }], ...calm },
      readings: readingsOf(makeReading({ value: 10 }), p95(0.3)),
    }),
    decided('two rules', {
      settings: { rules: [cpu, { ...slow, periods: '1 of 1' }, office], ...calm },
      readings: readingsOf(makeReading({ value: 91 }), p95(0.7)),
    }),
  ];
}
