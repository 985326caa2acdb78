import { describe, expect, it } from 'vitest';
import { applyLimits as apply } from '../../../core/decide-scaling/apply-limits.ts';
import type { LayerSituation } from '../../../core/decide-scaling/layer-situation.ts';
import { makeReading, makeSituation, readingsOf } from '../../factories/situation.ts';
import { later } from '../../factories/stored.ts';

/** With this evaluation's wish remembered. */
function applyLimits(wish: number, situation: LayerSituation) {
  return apply(wish, situation, situation.memory);
}

/** A memory whose window of five minutes is covered, with this as its highest wish. */
function watched(count: number, more: object = {}) {
  return {
    wishes: [{ at: later(0), count }],
    wishesSince: later(-300),
    inService: [{ at: later(-3600), count: 4 }],
    ...more,
  };
}

function limited(wish: number, more: Parameters<typeof makeSituation>[0] = {}) {
  const { count, applied } = applyLimits(wish, makeSituation({ memory: watched(wish), ...more }));
  return { count, limits: applied.map(({ limit }) => limit) };
}

it('changes nothing when nothing limits', () => {
  expect(limited(6)).toEqual({ count: 6, limits: [] });
  expect(limited(4)).toEqual({ count: 4, limits: [] });
  expect(limited(1)).toEqual({ count: 1, limits: [] });
});

it('names each limit with before, after and why', () => {
  const situation = makeSituation({ memory: watched(50), maxHourlyUsd: 1, othersHourlyUsd: 0.25 });
  expect(applyLimits(50, situation).applied).toEqual([
    { limit: 'max', before: 50, after: 20, because: 'max 20 allows no more' },
    { limit: 'budget', before: 20, after: 7, because: 'the budget of $1 an hour allows 7 (other layers take $0.25)' },
  ]);
});

describe('min and max', () => {
  it('bound every wish', () => {
    expect(limited(0)).toEqual({ count: 1, limits: ['min'] });
    expect(limited(21)).toEqual({ count: 20, limits: ['max'] });
  });

  it('bring back a count that a new file put out of bounds', () => {
    expect(limited(4, { settings: { count: { min: 6, max: 9 } } })).toEqual({ count: 6, limits: ['min'] });
    expect(limited(4, { settings: { count: { min: 1, max: 3 } } })).toEqual({ count: 3, limits: ['max'] });
  });

  it('max is stronger than everything that would keep instances', () => {
    const settings = {
      count: { min: 1, max: 3 },
      scaleIn: { cooldownSeconds: 900, stabilizationSeconds: 900, maxPercent: 1 },
      rules: [{ name: 'cpu', kpi: 'cpu', targetValue: 60 }],
    };
    const readings = readingsOf(makeReading({ value: 90 }));
    const memory = watched(6, { scaledInAt: later(-1), wishesSince: later(0) });
    expect(limited(6, { settings, readings, memory, failed: 3 })).toEqual({ count: 3, limits: ['max'] });
  });

  it('max does not make a scale-in below itself unlimited', () => {
    const settings = { count: { min: 1, max: 3 }, scaleIn: { stabilizationSeconds: 900 } };
    const memory = watched(2, { wishesSince: later(0) });
    expect(limited(2, { settings, memory })).toEqual({ count: 3, limits: ['stabilization'] });
  });
});

describe('a limit by another layer', () => {
  const limits = [{ layer: 'web', atMost: 2.5, per: 'db' }];
  const dbs = (inService: number) => new Map([['db', { desired: 9, inService }]]);

  it('cuts growth, rounded down, by those in service', () => {
    expect(limited(9, { limits, others: dbs(3) })).toEqual({ count: 7, limits: ['limit'] });
    expect(limited(7, { limits, others: dbs(3) })).toEqual({ count: 7, limits: [] });
  });

  it('is no reason to shrink', () => {
    expect(limited(9, { limits, others: dbs(1) })).toEqual({ count: 4, limits: ['limit'] });
    expect(limited(4, { limits, others: dbs(1) })).toEqual({ count: 4, limits: [] });
  });

  it('lets nobody start before the other layer does, not even min', () => {
    expect(limited(0, { isFirst: true, count: 0, limits, others: new Map() })).toEqual({
      count: 0,
      limits: ['min', 'limit'],
    });
  });

  it('counts the tightest of several', () => {
    const both = [...limits, { layer: 'web', atMost: 1, per: 'cache' }, { layer: 'web', atMost: 3, per: 'db' }];
    const others = new Map([
      ['db', { desired: 3, inService: 3 }],
      ['cache', { desired: 6, inService: 6 }],
    ]);
    const { count, applied } = applyLimits(9, makeSituation({ limits: both, others, memory: watched(9) }));
    expect(count).toBe(6);
    expect(applied.map(({ because }) => because)).toEqual(['6 cache in service allow 6 (1 each)']);
  });
});

describe('the budget', () => {
  it('cuts growth to what the others leave', () => {
    expect(limited(9, { maxHourlyUsd: 1, othersHourlyUsd: 0.3 })).toEqual({ count: 7, limits: ['budget'] });
    expect(limited(7, { maxHourlyUsd: 1, othersHourlyUsd: 0.3 })).toEqual({ count: 7, limits: [] });
  });

  it('is no reason to shrink, even when it is overdrawn', () => {
    expect(limited(9, { maxHourlyUsd: 1, othersHourlyUsd: 5 })).toEqual({ count: 4, limits: ['budget'] });
    expect(limited(4, { maxHourlyUsd: 1, othersHourlyUsd: 5 })).toEqual({ count: 4, limits: [] });
  });

  it('does not bind what costs nothing', () => {
    const revision = { number: 1, hourlyUsd: 0, capacity: 1 };
    expect(limited(9, { maxHourlyUsd: 1, othersHourlyUsd: 5, revision })).toEqual({ count: 9, limits: [] });
  });
});

describe('the cooldowns', () => {
  const settings = { scaleOut: { cooldownSeconds: 60 }, scaleIn: { cooldownSeconds: 60, stabilizationSeconds: 0 } };

  it.each([
    [6, { scaledOutAt: later(-59) }, 4, ['cooldown']],
    [6, { scaledOutAt: later(-60) }, 6, []],
    [6, { scaledInAt: later(-1) }, 6, []],
    [2, { scaledInAt: later(-59) }, 4, ['cooldown']],
    [2, { scaledInAt: later(-60) }, 2, []],
    [2, { scaledOutAt: later(-1) }, 2, []],
    [4, { scaledOutAt: later(-1), scaledInAt: later(-1) }, 4, []],
  ])('wish %d with %j ends at %d by %j', (wish, last, count, limits) => {
    expect(limited(wish, { settings, memory: watched(wish, last) })).toEqual({ count, limits });
  });

  it('yield to min', () => {
    const more = {
      settings: { ...settings, count: { min: 6, max: 20 } },
      memory: watched(9, { scaledOutAt: later(-1) }),
    };
    expect(limited(9, more)).toEqual({ count: 6, limits: ['cooldown'] });
    expect(limited(3, more)).toEqual({ count: 6, limits: ['min'] });
  });
});

describe('an unhealthy layer', () => {
  it.each([
    [10, 2, 8, []],
    [10, 3, 10, ['unhealthy']],
    [4, 1, 4, ['unhealthy']],
  ])('of %d with %d failed ends at %d by %j', (desired, failed, count, limits) => {
    expect(limited(desired - 2, { count: desired, failed })).toEqual({ count, limits });
  });

  it('may still grow', () => {
    expect(limited(6, { failed: 4 })).toEqual({ count: 6, limits: [] });
  });
});

describe('the stabilisation window', () => {
  const settings = { scaleIn: { stabilizationSeconds: 300 } };

  it.each([
    [2, watched(2), 2, []],
    [2, watched(3), 3, ['stabilization']],
    [2, watched(9), 4, ['stabilization']],
    [2, watched(2, { wishesSince: later(-299) }), 4, ['stabilization']],
    [6, watched(6, { wishesSince: later(0) }), 6, []],
  ])('wish %d ends at the highest wish, or waits', (wish, memory, count, limits) => {
    expect(limited(wish, { settings, memory })).toEqual({ count, limits });
  });

  it('never makes more of min than it is', () => {
    expect(limited(0, { settings: { count: { min: 3, max: 9 }, ...settings }, memory: watched(1) })).toEqual({
      count: 3,
      limits: ['min'],
    });
  });
});

describe('the step size', () => {
  it.each([
    [25, 10, 5, 8],
    [25, 10, 8, 8],
    [29, 10, 1, 8],
    [30, 10, 1, 7],
    [25, 3, 1, 2],
    [100, 10, 1, 1],
    [0.001, 10, 1, 9],
  ])('of %d percent, from %d, wishing %d, ends at %d', (maxPercent, count, wish, end) => {
    const settings = { scaleIn: { stabilizationSeconds: 0, maxPercent } };
    expect(limited(wish, { settings, count }).count).toBe(end);
  });

  it('does not bind growth', () => {
    const settings = { scaleIn: { stabilizationSeconds: 0, maxPercent: 1 } };
    expect(limited(20, { settings }).count).toBe(20);
  });
});

describe('every rule asked again at the smaller size', () => {
  const cpu = { name: 'cpu', kpi: 'cpu', targetValue: 60 };
  const slow = { name: 'slow', kpi: 'p95', steps: [{ from: 1, add: 1 }] };
  const p95 = (value: number) => makeReading({ kpi: 'p95', value });

  it('makes the step smaller', () => {
    const settings = { rules: [cpu, slow], scaleIn: { stabilizationSeconds: 0 } };
    const readings = readingsOf(makeReading({ value: 10 }), p95(0.6));
    const { count, applied } = applyLimits(1, makeSituation({ settings, readings, memory: watched(1) }));
    expect(count).toBe(3);
    expect(applied).toEqual([
      { limit: 'asked again', before: 1, after: 3, because: 'not below 3: with 2, "slow" would ask for more again' },
    ]);
  });

  it('skips the step when no smaller one would do', () => {
    const settings = { rules: [slow], scaleIn: { stabilizationSeconds: 0 } };
    expect(limited(1, { settings, readings: readingsOf(p95(0.9)) })).toEqual({ count: 4, limits: ['asked again'] });
  });

  it('does not look at rules that do not depend on the count', () => {
    const rules = [
      { name: 'floor', cron: '0 7 * * *', durationSeconds: 60, min: 9 },
      { name: 'alarm', alarm: 'a', add: 1 },
      { name: 'follow', followLayer: 'db', ratio: 9 },
    ];
    expect(limited(1, { settings: { rules, scaleIn: { stabilizationSeconds: 0 } } }).count).toBe(1);
  });
});
