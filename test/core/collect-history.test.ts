import { describe, expect, it } from 'vitest';
import { addSeconds, type Instant, isoFromInstant } from '../../core/amounts.ts';
import { historyFrom, wishHistory } from '../../core/collect-history.ts';
import type { ScalingMemory } from '../../core/decision.ts';
import { startForecast } from '../../core/forecast/step-risk.ts';
import type { ScalingRecord } from '../../core/records.ts';
import { makeApplication, makeLayer } from '../factories/application.ts';
import { later, noon } from '../factories/stored.ts';

const metric = { namespace: 'AWS/ApplicationELB', name: 'RequestCount', stat: 'Sum' };
const rule = { name: 'carry', kpi: 'requests', perCapacityUnit: 10, shortfallPercent: 1 };

function shop(periodSeconds = 60, rules: readonly object[] = [rule]) {
  const kpis = {
    requests: { metric, periodSeconds, missing: { assume: 0 } },
    refused: { metric: { ...metric, name: 'Refused' }, periodSeconds },
    ratio: { expression: 'refused / requests' },
  };
  return makeApplication({ kpis, layers: { web: makeLayer({ rules }), db: makeLayer() } });
}

function scalingWith(memory: Partial<ScalingMemory>): ReadonlyMap<string, ScalingRecord> {
  const whole = { wishes: [], inService: [], ...memory };
  return new Map([['web', { kind: 'scaling', application: 'shop', version: 1, layer: 'web', memory: whole }]]);
}

/** How far back the wish of the only rule begins and ends, in seconds before noon; undefined without a wish. */
function wished(memory: Partial<ScalingMemory>, { periodSeconds = 60, now = noon } = {}) {
  const wish = wishHistory(shop(periodSeconds), scalingWith(memory), now);
  return wish && [(noon - wish.plan.from) / 1000, (noon - wish.plan.until) / 1000];
}

const forecasts = { carry: startForecast({ periodSeconds: 60, bootSeconds: 60, perInstance: 10 }) };
const taughtUntil = (until: Instant, more: object = {}) => ({ forecasts, taught: { carry: { until, ...more } } });

describe('a rule that was never taught', () => {
  it.each([
    [10, 3 * 3600 - 3600],
    [60, 15 * 86_400 - 3600],
    [300, 30 * 86_400 - 3600],
    [3600, 90 * 86_400 - 3600],
  ])('with a period of %d s wishes for all that is kept and of use, on the hour', (periodSeconds, seconds) => {
    expect(wished({}, { periodSeconds })).toEqual([seconds, 0]);
  });

  it('ends before the period that is not complete', () => {
    expect(wished({}, { now: later(59) })?.[1]).toBe(0);
    expect(wished({}, { now: later(60) })?.[1]).toBe(-60);
  });

  it('wishes for every KPI that its demand is made from, and knows what silence stands for', () => {
    const demand = { plus: ['refused'], saturatedWhen: [{ kpi: 'ratio', above: 1 }] };
    const wish = wishHistory(shop(60, [{ ...rule, demand }]), new Map(), noon);
    expect([...(wish?.plan.queryOf.keys() ?? [])]).toEqual(['requests', 'refused', 'ratio']);
    expect(wish?.plan.calls.map((call) => call.map(({ id }) => id))).toEqual([
      ['requests'],
      ['refused'],
      ['refused', 'requests', 'requests_assumed', 'ratio'],
    ]);
    expect(wish?.silence).toEqual(new Map([['requests', 0]]));
  });
});

describe('a rule that was taught', () => {
  it.each([
    ['all of it', taughtUntil(later(-300)), undefined],
    ['but lacks a few late periods', taughtUntil(later(-360)), undefined],
    ['but lacks more than that', taughtUntil(later(-361)), [361, 0]],
    ['but lacks more than is kept', taughtUntil(later(-40 * 86_400)), [15 * 86_400 - 3600, 0]],
    ['a part of its history', taughtUntil(later(-120), { isReading: true }), [120, 0]],
    ['by an earlier version', { forecasts }, undefined],
  ])('%s wishes for what it lacks', (_, memory, expected) => {
    expect(wished(memory)).toEqual(expected);
  });

  it('tries again when its time has come', () => {
    const memory = taughtUntil(later(-900), { isReading: true, failed: { times: 2, retryAt: later(120) } });
    expect(wished(memory, { now: later(119) })).toBeUndefined();
    expect(wished(memory, { now: later(120) })).toEqual([900, -120]);
  });
});

it('lets one rule wish at a time, in the order of the file', () => {
  const application = shop(60, [{ ...rule, name: 'first' }, rule, { name: 'cpu', kpi: 'requests', targetValue: 1 }]);
  expect(wishHistory(application, new Map(), noon)).toMatchObject({ layer: 'web', rule: 'first' });
  const taught = { first: { until: noon } };
  expect(wishHistory(application, scalingWith({ taught }), noon)).toMatchObject({ rule: 'carry' });
  expect(wishHistory(shop(60, []), new Map(), noon)).toBeUndefined();
});

it('answers by KPI, and says when nobody did', () => {
  const wish = wishHistory(shop(), new Map(), noon);
  if (wish === undefined) throw new Error('no wish');
  const series = { periodSeconds: 60, samples: [{ at: addSeconds(noon, -60), value: 7 }] };
  const history = historyFrom(wish, new Map([['requests', series]]));
  expect(history).toMatchObject({ layer: 'web', rule: 'carry', until: noon, periodSeconds: 60 });
  expect(history.series).toEqual(new Map([['requests', series]]));
  expect(historyFrom(wish, undefined).series).toBeUndefined();
  expect(isoFromInstant(history.from)).toBe('2026-11-06T13:00:00Z');
});
