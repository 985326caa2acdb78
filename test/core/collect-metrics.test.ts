import { describe, expect, it } from 'vitest';
import { instantFromIso } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import { collectMetrics, freshSeconds, type MetricPlan, type MetricQuery } from '../../core/collect-metrics.ts';
import { referencedIds } from '../../core/metric-math/expression.ts';
import { parseExpression } from '../../core/metric-math/parse-expression.ts';
import { makeApplication, makeLayer } from '../factories/application.ts';

const now = instantFromIso('2026-11-21T12:00:25Z');
const requests = {
  namespace: 'AWS/ApplicationELB',
  name: 'RequestCount',
  stat: 'Sum',
  dimensions: { LoadBalancer: 'lb' },
};
const errors = { ...requests, name: 'HTTPCode_Target_5XX_Count' };

function applicationWith(kpis: object, watched: readonly string[], more: object = {}): Application {
  const rules = watched.map((kpi) => ({ name: `keep ${kpi}`, kpi, targetValue: 1 }));
  return makeApplication({ kpis, layers: { web: makeLayer({ rules }), ...more } });
}

function queriesOf(plan: MetricPlan): readonly MetricQuery[] {
  return plan.calls.flat();
}

function textsOf(plan: MetricPlan): Readonly<Record<string, string>> {
  return Object.fromEntries(
    queriesOf(plan).map(({ id, expression, metric }) => [id, expression ?? metric?.name ?? '']),
  );
}

describe('what is asked', () => {
  it('asks only for KPIs that some rule needs, and for what those refer to', () => {
    const kpis = {
      requests: { metric: requests },
      errors: { metric: errors },
      unused: { metric: { ...requests, stat: 'p95' } },
      unusedRatio: { expression: 'unused / requests' },
      errorRatio: { expression: 'errors / MAX([requests, 1])' },
    };

    const plan = collectMetrics(applicationWith(kpis, ['errorRatio']), now);

    expect(Object.keys(textsOf(plan)).sort()).toEqual(['errorRatio', 'errors', 'requests']);
    expect([...plan.queryOf.keys()]).toEqual(['errorRatio']);
  });

  it('asks nothing when no rule looks at a KPI', () => {
    const plan = collectMetrics(applicationWith({ requests: { metric: requests } }, []), now);
    expect(plan.calls).toEqual([]);
  });

  it('collects the KPIs of all layers into one plan', () => {
    const kpis = { requests: { metric: requests }, errors: { metric: errors } };
    const worker = makeLayer({ rules: [{ name: 'few errors', kpi: 'errors', steps: [{ from: 1, add: 1 }] }] });

    const plan = collectMetrics(applicationWith(kpis, ['requests'], { worker }), now);

    expect(plan.calls).toHaveLength(1);
    expect([...plan.queryOf.keys()]).toEqual(['requests', 'errors']);
  });

  it('asks identical queries once, whatever they are called and in which order their dimensions stand', () => {
    const kpis = {
      first: { metric: { ...requests, dimensions: { A: '1', B: '2' } } },
      second: { metric: { ...requests, dimensions: { B: '2', A: '1' } } },
      half: { expression: 'first / 2' },
      alsoHalf: { expression: 'second/2' },
    };

    const plan = collectMetrics(applicationWith(kpis, ['first', 'second', 'half', 'alsoHalf']), now);

    expect(textsOf(plan)).toEqual({ first: 'RequestCount', half: 'first / 2' });
    expect(plan.queryOf.get('second')).toBe(plan.queryOf.get('first'));
    expect(plan.queryOf.get('alsoHalf')).toBe(plan.queryOf.get('half'));
  });

  it.each([
    ['stat', { metric: { ...requests, stat: 'Average' } }],
    ['namespace', { metric: { ...requests, namespace: 'AWS/EC2' } }],
    ['dimensions', { metric: { ...requests, dimensions: {} } }],
    ['period', { metric: requests, periodSeconds: 300 }],
  ])('asks twice when the %s differs', (_, other) => {
    const plan = collectMetrics(applicationWith({ one: { metric: requests }, other }, ['one', 'other']), now);
    expect(queriesOf(plan)).toHaveLength(2);
  });

  it('asks for pushed values in our own namespace', () => {
    const plan = collectMetrics(applicationWith({ backlog: { pushed: true } }, ['backlog']), now);
    const metric = {
      namespace: 'Concertina/Pushed',
      name: 'backlog',
      stat: 'Average',
      dimensions: { Application: 'shop' },
    };
    expect(queriesOf(plan)).toEqual([{ id: 'backlog', periodSeconds: 60, metric }]);
  });

  it('repeats the last value of the counts of layers', () => {
    const kpis = { backlog: { pushed: true }, each: { expression: 'backlog / MAX([web_in_service, web_desired, 1])' } };

    const plan = collectMetrics(applicationWith(kpis, ['each']), now);

    expect(textsOf(plan)).toMatchObject({
      web_in_service: 'FILL(web_in_service_raw, REPEAT)',
      web_in_service_raw: 'InService',
      web_desired: 'FILL(web_desired_raw, REPEAT)',
      web_desired_raw: 'Desired',
    });
    expect(queriesOf(plan).find(({ id }) => id === 'web_desired_raw')?.metric).toEqual({
      namespace: 'Concertina',
      name: 'Desired',
      stat: 'Average',
      dimensions: { Application: 'shop', Layer: 'web' },
    });
  });

  it('lets METRICS() stand for the metrics of the file alone', () => {
    const kpis = {
      requests: { metric: requests },
      backlog: { pushed: true },
      total: { expression: 'SUM(METRICS())' },
      each: { expression: 'total / web_in_service' },
    };
    const plan = collectMetrics(applicationWith(kpis, ['each']), now);
    expect(textsOf(plan)['total']).toBe('SUM([requests, backlog])');
  });

  it.each([
    [{ assume: 0 }, 'FILL(errors, 0)', 'errors_assumed'],
    [{ assume: -1.5 }, 'FILL(errors, -1.5)', 'errors_assumed'],
    [{ holdLastSeconds: 120 }, 'FILL(errors, REPEAT)', 'errors_held'],
  ])('lets %j hold inside an expression too', (missing, text, id) => {
    const kpis = { errors: { metric: errors, missing }, twice: { expression: 'errors * 2' } };

    const plan = collectMetrics(applicationWith(kpis, ['errors', 'twice']), now);

    expect(textsOf(plan)).toMatchObject({ [id]: text, twice: `${id} * 2` });
    expect(plan.queryOf.get('errors')?.metric).toEqual(errors);
  });

  it('asks everything in an expression at the longest of its periods', () => {
    const kpis = {
      slow: { metric: requests, periodSeconds: 300 },
      fast: { metric: errors },
      both: { expression: 'fast / slow + web_in_service' },
      nested: { expression: 'both + fast' },
    };

    const plan = collectMetrics(applicationWith(kpis, ['fast', 'nested']), now);

    expect(new Set(queriesOf(plan).map(({ id, periodSeconds }) => `${id} ${periodSeconds}`))).toEqual(
      new Set([
        'fast 60',
        'fast_300 300',
        'slow 300',
        'web_in_service_300_raw 300',
        'web_in_service_300 300',
        'both 300',
        'nested 300',
      ]),
    );
    expect(textsOf(plan)['both']).toBe('fast_300 / slow + web_in_service_300');
  });

  it('asks for an expression over nothing but numbers by the minute', () => {
    const plan = collectMetrics(applicationWith({ fixed: { expression: 'TIME_SERIES(5)' } }, ['fixed']), now);
    expect(queriesOf(plan)).toEqual([{ id: 'fixed', periodSeconds: 60, expression: 'TIME_SERIES(5)' }]);
  });

  it.each(['1 +', 'nobody + requests', 'nobody_in_service + requests', 'broken + requests'])(
    'leaves out an expression that cannot be asked: %s',
    (expression) => {
      const kpis = { requests: { metric: requests }, broken: { expression: '(' }, wrong: { expression } };
      const plan = collectMetrics(applicationWith(kpis, ['wrong', 'requests']), now);
      expect([...plan.queryOf.keys()]).toEqual(['requests']);
      expect(queriesOf(plan)).toHaveLength(1);
    },
  );

  it('does the work once for one file', () => {
    const application = applicationWith({ requests: { metric: requests } }, ['requests']);
    expect(collectMetrics(application, now).calls).toBe(collectMetrics(application, now).calls);
  });
});

describe('the window', () => {
  it('ends with the newest complete minute and begins early enough for late metrics', () => {
    const plan = collectMetrics(applicationWith({ requests: { metric: requests } }, ['requests']), now);
    expect(plan.until).toBe(instantFromIso('2026-11-21T12:00:00Z'));
    expect(plan.from).toBe(instantFromIso('2026-11-21T11:51:00Z'));
  });

  it('reaches back for the periods of a rule and for how long a value is held', () => {
    const kpis = { requests: { metric: requests, missing: { holdLastSeconds: 900 } } };
    const rules = [{ name: 'slow', kpi: 'requests', periods: '2 of 10', steps: [{ from: 1, add: 1 }] }];

    const plan = collectMetrics(makeApplication({ kpis, layers: { web: makeLayer({ rules }) } }), now);

    expect(plan.from).toBe(instantFromIso('2026-11-21T11:27:00Z'));
  });

  it('reaches back for the values that are held inside an expression', () => {
    const kpis = {
      requests: { metric: requests, missing: { holdLastSeconds: 900 } },
      half: { expression: 'requests / 2' },
    };
    const plan = collectMetrics(applicationWith(kpis, ['half']), now);
    expect(plan.from).toBe(instantFromIso('2026-11-21T11:36:00Z'));
  });

  it('begins at a start of the longest period and ends at one of the shortest', () => {
    const kpis = { slow: { metric: requests, periodSeconds: 3600 }, fast: { metric: requests, periodSeconds: 10 } };
    const plan = collectMetrics(applicationWith(kpis, ['slow', 'fast']), now);
    expect(plan.from).toBe(instantFromIso('2026-11-21T04:00:00Z'));
    expect(plan.until).toBe(instantFromIso('2026-11-21T12:00:20Z'));
  });

  it.each([
    [10, 180],
    [60, 180],
    [300, 600],
  ])('takes data of %d-second periods as fresh for %d seconds', (periodSeconds, expected) => {
    expect(freshSeconds(periodSeconds)).toBe(expected);
  });
});

describe('calls', () => {
  function manyKpis(count: number, others: (index: number) => object): object {
    const entries = Array.from({ length: count }, (_, index) => [`m${index}`, others(index)] as const);
    return Object.fromEntries(entries);
  }

  /** Layers hold at most 50 rules each. */
  function watchingAll(kpis: object): Application {
    const names = Object.keys(kpis);
    const layers = Array.from({ length: Math.ceil(names.length / 50) }, (_, layer) => {
      const rules = names.slice(layer * 50, layer * 50 + 50).map((kpi) => ({ name: kpi, kpi, targetValue: 1 }));
      return [`layer${layer}`, makeLayer({ rules })] as const;
    });
    return makeApplication({ kpis, layers: Object.fromEntries(layers) });
  }

  function expectWhole(plan: MetricPlan): void {
    for (const call of plan.calls) {
      expect(call.length).toBeLessThanOrEqual(500);
      const ids = new Set(call.map(({ id }) => id));
      expect(ids.size).toBe(call.length);
      for (const { expression = '1' } of call) {
        const parsed = parseExpression(expression);
        const referred = parsed.kind === 'error' ? [] : referencedIds(parsed);
        expect(referred.filter((id) => !ids.has(id))).toEqual([]);
      }
    }
  }

  it('hold at most 500 queries each', () => {
    const kpis = manyKpis(1100, (index) => ({ metric: { ...requests, name: `metric${index}` } }));
    const plan = collectMetrics(watchingAll(kpis), now);
    expect(plan.calls.map((call) => call.length)).toEqual([500, 500, 100]);
    expectWhole(plan);
  });

  it('keep an expression and all that it refers to together, and still ask everything once', () => {
    const kpis = manyKpis(900, (index) =>
      index % 3 === 2
        ? { expression: `m${index - 1} / m${index - 2}` }
        : { metric: { ...requests, name: `metric${index}` } },
    );

    const plan = collectMetrics(watchingAll(kpis), now);

    expect(plan.calls.map((call) => call.length)).toEqual([498, 402]);
    expectWhole(plan);
  });

  it('split a family of more than 500, and then ask again only for what is shared', () => {
    const kpis = {
      total: { metric: requests },
      ...manyKpis(600, (index) => ({ expression: `total * ${index + 1}` })),
    };

    const plan = collectMetrics(watchingAll(kpis), now);

    expect(plan.calls.map((call) => call.length)).toEqual([500, 102]);
    expectWhole(plan);
  });

  it('join families that a later KPI brings together', () => {
    const kpis = {
      left: { metric: requests },
      right: { metric: errors },
      both: { expression: 'left + right' },
    };
    const plan = collectMetrics(watchingAll(kpis), now);
    expect(plan.calls.map((call) => call.map(({ id }) => id))).toEqual([['left', 'right', 'both']]);
  });

  it('leave out a KPI that alone needs more than 500', () => {
    const kpis = {
      ...manyKpis(501, (index) => ({ metric: { ...requests, name: `metric${index}` } })),
      all: { expression: 'SUM(METRICS())' },
    };
    const plan = collectMetrics(watchingAll(kpis), now);
    expect(plan.queryOf.has('all')).toBe(false);
    expectWhole(plan);
  });
});
