import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideScaling } from '../../../core/decide-scaling/decide-scaling.ts';
import type { Reading } from '../../../core/readings.ts';
import { makeReading, makeSituation, readingsOf } from '../../factories/situation.ts';
import { later } from '../../factories/stored.ts';

const target = { name: 'cpu', kpi: 'cpu', targetValue: 60 };
const steps = {
  name: 'steps',
  kpi: 'cpu',
  periods: '2 of 3',
  steps: [
    { from: 80, add: 2 },
    { below: 30, remove: 1 },
  ],
};
const held = { source: 'held', rung: 1, onlyOut: 'it is the last value, 240 s old' } as const;

function decide(rules: readonly object[], reading: Reading, count = 4) {
  const settings = { rules, scaleIn: { stabilizationSeconds: 0 } };
  const memory = { wishes: [], inService: [{ at: later(-3600), count }] };
  return decideScaling(makeSituation({ settings, count, memory, readings: readingsOf(reading) })).decision;
}

describe('a reading that stands in', () => {
  it('scales out, and the sentence says what it stands on', () => {
    const decision = decide([target], makeReading({ value: 90, ...held }));

    expect(decision).toMatchObject({ outcome: 'out', to: { count: 6 }, degraded: ['cpu'] });
    expect(decision.because).toContain('= 6; cpu: it is the last value, 240 s old)');
    expect(decision.because).toMatch(/; degraded: cpu\.$/);
  });

  it.each([
    ['target value', target, makeReading({ value: 20 })],
    ['steps', { ...steps, periods: '1 of 1' }, makeReading({ value: 20 })],
  ])('never scales in by %s, where a measured one does', (_, rule, reading) => {
    expect(decide([rule], reading).outcome).toBe('in');
    const decision = decide([rule], { ...reading, ...held });
    expect(decision).toMatchObject({ outcome: 'hold', proposals: [{ kind: 'stay' }] });
    expect(decision.because).toContain('cpu: it is the last value, 240 s old');
  });

  it('does not agree that others scale in either', () => {
    const idle = { name: 'idle', kpi: 'idle', targetValue: 60 };
    const [quiet, low] = [makeReading({ value: 50 }), makeReading({ kpi: 'idle', value: 20 })];
    const run = (reading: Reading) =>
      decideScaling(
        makeSituation({
          settings: { rules: [idle, { ...steps, periods: '1 of 1' }], scaleIn: { stabilizationSeconds: 0 } },
          readings: readingsOf(reading, low),
        }),
      ).decision;
    expect(run(quiet)).toMatchObject({ outcome: 'in' });
    expect(run(quiet)).not.toHaveProperty('degraded');
    expect(run({ ...quiet, ...held })).toMatchObject({ outcome: 'hold' });
  });

  it('leaves an assumed truth alone', () => {
    const truth = makeReading({ value: 0, source: 'assumed', rung: 1 });
    expect(decide([target], truth)).toMatchObject({ outcome: 'in' });
  });
});

describe('periods that something stands in for', () => {
  it('count for adding and not for removing', () => {
    const low = { recent: [20, 20, 20], recentTrusted: [undefined, undefined, 20] };
    const high = { recent: [90, 90, 20], recentTrusted: [undefined, undefined, 20] };
    expect(decide([steps], makeReading({ value: 20, recent: [20, 20, 20] })).outcome).toBe('in');
    expect(decide([steps], makeReading({ value: 20, ...low })).outcome).toBe('hold');
    expect(decide([steps], makeReading({ value: 20, ...high })).outcome).toBe('out');
  });
});

describe('withoutData', () => {
  const rule = { ...target, withoutData: { count: 6 } };
  const nothing = makeReading({ value: undefined });

  it('raises the layer to its count while the KPI has no value', () => {
    const decision = decide([rule], nothing);
    expect(decision).toMatchObject({ outcome: 'out', to: { count: 6 } });
    expect(decision.because).toContain('no data for cpu; without it at least 6');
  });

  it.each([6, 8])('never lowers it: %d stay', (count) => {
    expect(decide([rule], nothing, count)).toMatchObject({
      outcome: 'hold',
      to: { count },
      proposals: [{ kind: 'stay' }],
    });
  });

  it('says nothing while there is a value', () => {
    expect(decide([rule], makeReading({ value: 60 }))).toMatchObject({ outcome: 'hold', to: { count: 4 } });
  });
});

it('never ends below the present count on a reading that stands in, whatever the rules', () => {
  const value = fc.integer({ min: 0, max: 200 });
  fc.assert(
    fc.property(
      value,
      fc.array(value, { minLength: 3, maxLength: 3 }),
      fc.integer({ min: 1, max: 20 }),
      (at, recent, count) => {
        const reading = makeReading({ value: at, recent: [...recent.slice(0, 2), at], ...held });
        expect(decide([target, steps], reading, count).to.count).toBeGreaterThanOrEqual(count);
      },
    ),
  );
});
