import { describe, expect, it } from 'vitest';
import { proposeAlarm } from '../../../core/decide-scaling/propose-alarm.ts';
import type { AlarmReading } from '../../../core/readings.ts';
import { makeSituation } from '../../factories/situation.ts';
import { later } from '../../factories/stored.ts';

const rule = { name: 'queue too old', alarm: 'shop-queue-age', add: 3 };

function withAlarm(alarm: Partial<AlarmReading>, more: Parameters<typeof makeSituation>[0] = {}) {
  const reading: AlarmReading = { name: rule.alarm, state: 'ALARM', since: later(-10), ...alarm };
  return makeSituation({ alarms: new Map([[rule.alarm, reading]]), ...more });
}

it.each([
  ['OK', 'agree'],
  ['INSUFFICIENT_DATA', 'stay'],
] as const)('in state %s answers %s', (state, kind) => {
  expect(proposeAlarm(rule, withAlarm({ state })).kind).toBe(kind);
});

it('stays when CloudWatch does not know the alarm', () => {
  expect(proposeAlarm(rule, makeSituation()).kind).toBe('stay');
});

describe('in ALARM', () => {
  it('adds to those in service', () => {
    expect(proposeAlarm(rule, withAlarm({}))).toMatchObject({ kind: 'want', count: 7 });
    expect(proposeAlarm({ ...rule, add: 1 }, withAlarm({}))).toMatchObject({ count: 5 });
  });

  it('adds a percentage, rounded up, at least one', () => {
    const percent = { name: rule.name, alarm: rule.alarm, addPercent: 30 };
    expect(proposeAlarm(percent, withAlarm({}))).toMatchObject({ count: 6 });
    expect(proposeAlarm(percent, withAlarm({}, { count: 0 }))).toMatchObject({ count: 1 });
  });

  it('adds to those in service when it went off, also when some are on their way for another reason', () => {
    const situation = withAlarm({}, { count: 5, inService: 4 });
    expect(proposeAlarm(rule, situation)).toMatchObject({ count: 7 });
  });

  it('adds to those in service when it went off, not to those who joined since', () => {
    const memory = {
      wishes: [],
      inService: [
        { at: later(-3600), count: 4 },
        { at: later(-5), count: 5 },
      ],
    };
    const situation = withAlarm({}, { count: 5, newestInServiceAt: later(-5), memory });
    expect(proposeAlarm(rule, situation)).toMatchObject({ count: 7 });
  });

  it.each([
    ['on their way', { count: 7, inService: 5 }],
    ['too young to have served for two minutes', { count: 7, newestInServiceAt: later(-119) }],
  ])('adds no more while those who were added are %s', (_, more) => {
    const memory = { scaledOutAt: later(-10), wishes: [], inService: [{ at: later(-3600), count: 4 }] };
    expect(proposeAlarm(rule, withAlarm({}, { ...more, memory }))).toMatchObject({ kind: 'want', count: 7 });
  });

  it('adds again when they have served for two minutes and it is still on', () => {
    const memory = { scaledOutAt: later(-200), wishes: [], inService: [{ at: later(-3600), count: 4 }] };
    const situation = withAlarm({ since: later(-210) }, { count: 7, newestInServiceAt: later(-120), memory });
    expect(proposeAlarm(rule, situation)).toMatchObject({ kind: 'want', count: 10 });
  });

  it('waits for those on their way when CloudWatch does not say since when', () => {
    const situation = makeSituation({
      alarms: new Map([[rule.alarm, { name: rule.alarm, state: 'ALARM' }]]),
      count: 5,
      inService: 4,
    });
    expect(proposeAlarm(rule, situation)).toMatchObject({ kind: 'want', count: 5 });
  });

  it('counts the very first instances as in service', () => {
    const { newestInServiceAt: _, ...situation } = withAlarm({}, { count: 2 });
    expect(proposeAlarm(rule, situation)).toMatchObject({ count: 5 });
  });
});
