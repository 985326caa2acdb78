import { describe, expect, test } from 'vitest';
import { fileText, problemsOf } from '../../factories/application-text.ts';

const metric = { namespace: 'AWS/ApplicationELB', name: 'RequestCount', stat: 'Sum' };

/** The small file with KPIs `requests` (with this `missing`) and `atLb`. */
function withMissing(missing: unknown, more: Readonly<Record<string, unknown>> = {}): readonly string[] {
  return problemsOf(fileText({ 'kpis.requests': { metric, missing }, 'kpis.atLb': { metric }, ...more }));
}

test.each([
  'hold',
  { assume: 0 },
  { holdLastSeconds: 600, halfLifeSeconds: 300, toward: 20 },
  { kpi: 'atLb', times: 0.5 },
  [{ holdLastSeconds: 300 }, { kpi: 'atLb' }, { holdLastSeconds: 900, halfLifeSeconds: 60 }, { assume: 100 }],
])('%j may be stated', (missing) => {
  expect(withMissing(missing)).toEqual([]);
});

test('two KPIs may stand in for each other: each only does while it is measured itself', () => {
  expect(withMissing([{ kpi: 'atLb' }], { 'kpis.atLb': { metric, missing: [{ kpi: 'requests' }] } })).toEqual([]);
});

describe('a rung', () => {
  test.each([
    [
      { kpi: 'atlb' },
      'kpis.requests.missing.kpi | "atlb" | one of the KPIs "atLb", "cpu", "load", "requests" | did you mean "atLb"?',
    ],
    [
      [{ kpi: 'atlb' }],
      'kpis.requests.missing[0].kpi | "atlb" | one of the KPIs "atLb", "cpu", "load", "requests" | did you mean "atLb"?',
    ],
    [[{ kpi: 'requests' }], 'kpis.requests.missing[0].kpi | "requests" | another KPI'],
    [
      [{ kpi: 'twice' }],
      'kpis.requests.missing[0].kpi | "twice" | a KPI that is not made from this one | "twice" is made from "requests", and missing whenever it is',
    ],
    [
      [{ kpi: 'slow' }],
      'kpis.requests.missing[0].kpi | "slow" | a KPI of the same periodSeconds | "slow" has 300 s, "requests" 60 s',
    ],
    [[{ kpi: 'atLb' }, { kpi: 'atLb' }], 'kpis.requests.missing[1].kpi | "atLb" | a KPI that no earlier rung names'],
    [
      [{ holdLastSeconds: 600 }, { kpi: 'atLb' }, { holdLastSeconds: 600 }],
      'kpis.requests.missing[2].holdLastSeconds | 600 | more than 600, for which an earlier rung holds the last value',
    ],
    [
      [{ assume: 0 }, { holdLastSeconds: 600 }],
      'kpis.requests.missing[1] | an object with "holdLastSeconds", "toward" | nothing below an assumed value, which is always there',
    ],
    [[], 'kpis.requests.missing | a list of 0 items | a list of 1 to 5 items'],
    [[{ kpi: 'atLb', times: 0 }], 'kpis.requests.missing[0].times | 0 | a number above 0, up to 1000000000'],
    [
      [{ kpi: 'atLb', assume: 1 }],
      'kpis.requests.missing[0] | "assume", "kpi" together | an object with exactly one of the keys "assume", "holdLastSeconds", "kpi"',
    ],
  ])('of %j is refused', (missing, line) => {
    const others = {
      'kpis.once': { expression: 'requests * 1' },
      'kpis.twice': { expression: 'once * 2' },
      'kpis.slow': { metric, periodSeconds: 300 },
    };
    const named = line.includes('one of the KPIs') ? {} : others;
    expect(withMissing(missing, named)).toEqual([line]);
  });
});

describe('withoutData', () => {
  test('is at most the max of the layer', () => {
    expect(problemsOf(fileText({ 'layers.web.rules.0.withoutData': { count: 20 } }))).toEqual([]);
    expect(problemsOf(fileText({ 'layers.web.rules.0.withoutData': { count: 21 } }))).toEqual([
      'layers.web.rules[0].withoutData.count | 21 | at most 20, the "max" of the layer',
    ]);
  });
});

describe('a freeze', () => {
  const outage = { name: 'outage', kpi: 'load', fallsPercent: 50, while: { kpi: 'cpu', above: 90 } };
  const freezes = (...freeze: readonly object[]) => problemsOf(fileText({ 'layers.web.scaleIn': { freeze } }));

  test('may look at a KPI or at another layer', () => {
    const upstream = { ...outage, name: 'no balancer', while: { layer: 'db', unhealthyPercent: 50 } };
    expect(freezes(outage, upstream, { ...outage, name: 'idle', while: { kpi: 'cpu', below: 1 } })).toEqual([]);
  });

  test('names what exists, under a name of its own, and never its own layer', () => {
    expect(
      freezes(
        outage,
        { ...outage, kpi: 'loads' },
        { ...outage, name: 'b', while: { kpi: 'cpus', above: 1 } },
        { ...outage, name: 'c', while: { layer: 'cache', unhealthyPercent: 1 } },
        { ...outage, name: 'd', while: { layer: 'web', unhealthyPercent: 1 } },
      ),
    ).toEqual([
      'layers.web.scaleIn.freeze[1].name | "outage" | a name that no other freeze of the layer has',
      'layers.web.scaleIn.freeze[1].kpi | "loads" | one of the KPIs "cpu", "load" | did you mean "load"?',
      'layers.web.scaleIn.freeze[2].while.kpi | "cpus" | one of the KPIs "cpu", "load" | did you mean "cpu"?',
      'layers.web.scaleIn.freeze[3].while.layer | "cache" | one of the layers "db", "web"',
      'layers.web.scaleIn.freeze[4].while.layer | "web" | another layer | failures of the layer itself are the matter of "maxUnhealthyPercent"',
    ]);
  });
});

describe('the demand of a risk rule', () => {
  const rule = { name: 'load', kpi: 'requests', perCapacityUnit: 10, shortfallPercent: 1 };
  const demand = { plus: ['refused'], backlog: 'queue', saturatedWhen: [{ kpi: 'cpu', above: 95 }] };
  const withDemand = (of: object) =>
    problemsOf(
      fileText({
        'kpis.requests': { metric },
        'kpis.refused': { metric },
        'kpis.queue': { pushed: true },
        'kpis.slow': { metric, periodSeconds: 300 },
        'layers.web.rules.0': { ...rule, demand: { ...demand, ...of } },
      }),
    );

  test('may be made from several KPIs, and a sign may have another period', () => {
    expect(withDemand({})).toEqual([]);
    expect(withDemand({ saturatedWhen: [{ kpi: 'slow', below: 1 }], growthFactor: 2 })).toEqual([]);
  });

  const known = 'one of the KPIs "cpu", "load", "queue", "refused", "requests", "slow"';
  const other = 'a KPI of the same periodSeconds | "slow" has 300 s, "requests" 60 s';
  test.each([
    [{ plus: ['refusd'] }, `plus[0] | "refusd" | ${known} | did you mean "refused"?`],
    [{ plus: ['refused', 'refused'] }, 'plus[1] | "refused" | a KPI that is not counted already'],
    [{ plus: ['requests'] }, 'plus[0] | "requests" | a KPI that is not counted already'],
    [{ plus: ['slow'] }, `plus[0] | "slow" | ${other}`],
    [{ backlog: 'quue' }, `backlog | "quue" | ${known} | did you mean "queue"?`],
    [{ backlog: 'slow' }, `backlog | "slow" | ${other}`],
    [{ saturatedWhen: [{ kpi: 'gpu', above: 1 }] }, `saturatedWhen[0].kpi | "gpu" | ${known} | did you mean "cpu"?`],
    [{ growthFactor: 1 }, 'growthFactor | 1 | a number above 1, up to 4'],
  ])('is refused with %j', (of, line) => {
    expect(withDemand(of)).toEqual([`layers.web.rules[0].demand.${line}`]);
  });
});
