import { describe, expect, it } from 'vitest';
import { type AlarmDefinition, alarmState } from '../../adapters/memory/memory-alarm.ts';
import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { MemoryMetrics } from '../../adapters/memory/memory-metrics.ts';
import { statisticOf } from '../../adapters/memory/metric-statistic.ts';
import { addSeconds } from '../../core/amounts.ts';
import type { MetricQuery } from '../../core/collect-metrics.ts';
import { later, noon } from '../factories/stored.ts';

const requests = { namespace: 'Web', name: 'Requests', dimensions: { Layer: 'web', Site: 'shop' } };

function makeMetrics() {
  const clock = new MemoryClock(noon);
  return { clock, metrics: new MemoryMetrics(clock) };
}

function planOf(queries: readonly MetricQuery[], fromSeconds = -600) {
  return { from: later(fromSeconds), until: noon, calls: [queries], queryOf: new Map() };
}

function query(stat: string, periodSeconds = 60): MetricQuery {
  return { id: 'requests', periodSeconds, metric: { ...requests, stat } };
}

describe('MemoryMetrics', () => {
  it.each([
    [30, 3 * 3600],
    [60, 15 * 86_400],
  ])('shows samples of %d s for as long as CloudWatch keeps them', async (periodSeconds, kept) => {
    const clock = new MemoryClock(noon);
    const metrics = new MemoryMetrics(clock, { keepSeconds: 20 * 86_400 });
    for (const ago of [60, 7200]) metrics.put(requests, { at: later(-ago), values: [ago] });
    clock.advanceTo(later(kept - 7200 + 60));

    const plan = { ...planOf([query('Sum', periodSeconds)], -86_400), until: clock.now() };
    const answer = await metrics.read(plan);

    expect(answer.get('requests')?.samples.map(({ value }) => value)).toEqual([60]);
  });

  it('keeps nothing for a look at history unless told to: a month of virtual time stays small', async () => {
    const clock = new MemoryClock(noon);
    const metrics = new MemoryMetrics(clock);
    const samplesAfter = async (minutes: number): Promise<number> => {
      for (let minute = 0; minute < minutes; minute += 10) {
        clock.advanceTo(addSeconds(clock.now(), 600));
        metrics.put(requests, { at: clock.now(), values: [1] });
      }
      const answer = await metrics.read({ ...planOf([query('Sum')], -15 * 86_400), until: clock.now() });
      return answer.get('requests')?.samples.length ?? 0;
    };
    await samplesAfter(1440);
    expect(await samplesAfter(3 * 1440)).toBeLessThan(60);
  });

  it('makes one sample of all values of a period, from its start to before its end', async () => {
    const { metrics } = makeMetrics();
    for (const [seconds, value] of [
      [-120, 1],
      [-61, 2],
      [-60, 10],
    ] as const) {
      metrics.put(requests, { at: later(seconds), values: [value] });
    }

    const answer = await metrics.read(planOf([query('Sum')]));

    expect(answer.get('requests')?.samples).toEqual([
      { at: later(-120), value: 3 },
      { at: later(-60), value: 10 },
    ]);
  });

  it('does not show a value before it is published, and counts it after', async () => {
    const { metrics, clock } = makeMetrics();
    metrics.put(requests, { at: later(-60), values: [4] });
    metrics.put(requests, { at: later(-30), values: [6] }, later(45));
    const sumNow = async () => (await metrics.read(planOf([query('Sum')]))).get('requests')?.samples[0]?.value;

    expect(await sumNow()).toBe(4);
    clock.advanceTo(later(44.999));
    expect(await sumNow()).toBe(4);
    clock.advanceTo(later(45));
    expect(await sumNow()).toBe(10);
  });

  it('takes dimensions in any order, and tells other values apart', async () => {
    const { metrics } = makeMetrics();
    const metric = { ...requests, dimensions: { Site: 'shop', Layer: 'web' } };
    metrics.put(metric, { at: later(-60), values: [1] });
    metrics.put({ ...requests, dimensions: { Layer: 'db', Site: 'shop' } }, { at: later(-60), values: [100] });

    expect((await metrics.read(planOf([query('Sum')]))).get('requests')?.samples[0]?.value).toBe(1);
  });

  it('evaluates expressions over other expressions of the call', async () => {
    const { metrics } = makeMetrics();
    metrics.put(requests, { at: later(-60), values: [120] });
    const perSecond = { id: 'rate', periodSeconds: 60, expression: 'total / PERIOD(total)' };
    const doubled = { id: 'doubled', periodSeconds: 60, expression: 'rate * 2' };
    const total = { ...query('Sum'), id: 'total' };

    const answer = await metrics.read(planOf([doubled, perSecond, total]));

    expect(answer.get('doubled')?.samples).toEqual([{ at: later(-60), value: 4 }]);
  });

  it.each([
    ['nothing +', /ValidationError/],
    ['missing * 2', /refers to missing, which is not in the call/],
    ['looped * 2', /refers back/],
  ])('refuses the call on the expression %s, as CloudWatch does', async (expression, message) => {
    const { metrics } = makeMetrics();

    await expect(metrics.read(planOf([{ id: 'looped', periodSeconds: 60, expression }]))).rejects.toThrow(message);
  });

  it('keeps what is asked for and forgets what is far older', async () => {
    const { metrics, clock } = makeMetrics();
    for (let minute = 0; minute < 3 * 1440; minute += 1) {
      clock.advanceTo(later(60 * minute));
      metrics.put(requests, { at: later(60 * minute), values: [1] });
    }
    const read = async (fromSeconds: number) => {
      const plan = { ...planOf([query('SampleCount', 3600)], fromSeconds), until: later(60 * 3 * 1440) };
      return (await metrics.read(plan)).get('requests')?.samples.length ?? 0;
    };

    expect(await read(3 * 86_400 - 2 * 3600)).toBe(2);
    expect(await read(0)).toBeLessThan(8);
  });

  it('gives alarms their states, and says which have changed', async () => {
    const { metrics, clock } = makeMetrics();
    metrics.defineAlarm({ ...alarm, metric: { ...requests, stat: 'Sum' } });
    expect(await metrics.alarms(['many', 'unknown'])).toEqual([
      { name: 'many', state: 'INSUFFICIENT_DATA', since: noon },
    ]);
    for (const seconds of [0, 60]) metrics.put(requests, { at: later(seconds), values: [50] });
    clock.advanceTo(later(120));

    expect(metrics.evaluateAlarms()).toEqual([{ name: 'many', state: 'ALARM', since: later(120) }]);
    expect(metrics.evaluateAlarms()).toEqual([]);
    for (const seconds of [120, 180]) metrics.put(requests, { at: later(seconds), values: [1] });
    clock.advanceTo(later(240));
    expect(metrics.evaluateAlarms()).toEqual([{ name: 'many', state: 'OK', since: later(240) }]);
  });
});

const alarm: AlarmDefinition = {
  name: 'many',
  metric: { ...requests, stat: 'Sum' },
  periodSeconds: 60,
  comparison: 'above',
  threshold: 10,
  datapointsToAlarm: 2,
  evaluationPeriods: 3,
  missing: 'missing',
};

/** `X` breaches, `0` does not, `-` is missing; oldest first, as in AWS's tables. */
function rangeOf(text: string): readonly (number | undefined)[] {
  return [...text].map((mark) => (mark === '-' ? undefined : mark === 'X' ? 20 : 0));
}

describe('alarmState', () => {
  it.each([
    // 3 of 3: the first table of "How alarm state is evaluated when data is missing".
    { m: 3, range: '0-X-X', missing: 'OK', ignore: 'OK', breaching: 'OK', notBreaching: 'OK' },
    { m: 3, range: '0----', missing: 'OK', ignore: 'OK', breaching: 'OK', notBreaching: 'OK' },
    { m: 3, range: '-----', missing: 'INSUFFICIENT_DATA', ignore: 'retained', breaching: 'ALARM', notBreaching: 'OK' },
    { m: 3, range: '0XX-X', missing: 'ALARM', ignore: 'ALARM', breaching: 'ALARM', notBreaching: 'ALARM' },
    { m: 3, range: '--X--', missing: 'ALARM', ignore: 'retained', breaching: 'ALARM', notBreaching: 'OK' },
    // 2 of 3: the second table.
    { m: 2, range: '0-X-X', missing: 'ALARM', ignore: 'ALARM', breaching: 'ALARM', notBreaching: 'ALARM' },
    { m: 2, range: '00X0X', missing: 'ALARM', ignore: 'ALARM', breaching: 'ALARM', notBreaching: 'ALARM' },
    { m: 2, range: '0-X--', missing: 'OK', ignore: 'OK', breaching: 'ALARM', notBreaching: 'OK' },
    { m: 2, range: '----0', missing: 'OK', ignore: 'OK', breaching: 'ALARM', notBreaching: 'OK' },
    { m: 2, range: '---X-', missing: 'ALARM', ignore: 'retained', breaching: 'ALARM', notBreaching: 'OK' },
  ] as const)('is as AWS documents for $m of 3 in $range', ({ m, range, ...expected }) => {
    for (const treatment of ['missing', 'ignore', 'breaching', 'notBreaching'] as const) {
      const definition = { ...alarm, datapointsToAlarm: m, missing: treatment };
      for (const before of ['OK', 'ALARM'] as const) {
        const state = alarmState(definition, rangeOf(range), before);
        expect(state, treatment).toBe(expected[treatment] === 'retained' ? before : expected[treatment]);
      }
    }
  });

  it.each([
    ['above', 10, 'OK'],
    ['at or above', 10, 'ALARM'],
    ['below', 10, 'OK'],
    ['at or below', 10, 'ALARM'],
    ['below', 9, 'ALARM'],
  ] as const)('takes a value that is %s the threshold 10 by the letter: %d is %s', (comparison, value, state) => {
    const definition = { ...alarm, comparison, datapointsToAlarm: 1, evaluationPeriods: 1 };

    expect(alarmState(definition, [value], 'OK')).toBe(state);
  });
});

describe('statisticOf', () => {
  const data = [{ at: noon, values: [1, 2, 3, 10], counts: [4, 3, 2, 1] }];

  it.each([
    ['SampleCount', 10],
    ['Sum', 26],
    ['Average', 2.6],
    ['Minimum', 1],
    ['Maximum', 10],
    ['p50', 2],
    ['p90', 3],
    ['p95', 10],
    ['tm90', 16 / 9],
    ['tc90', 9],
    ['ts90', 16],
    ['wm90', 1.9],
  ])('gives %s of values that count several times', (name, value) => {
    expect(statisticOf(name, data)).toBeCloseTo(value, 9);
  });

  it('has no value without data, and no statistic of an unknown name', () => {
    expect(statisticOf('Average', [])).toBeUndefined();
    expect(() => statisticOf('Median', data)).toThrow(/no statistic Median/);
  });
});
