import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proposeTargetValue, targetValueGrowsAt } from '../../../core/decide-scaling/propose-target-value.ts';
import { makeReading, makeSituation, readingsOf } from '../../factories/situation.ts';
import { later } from '../../factories/stored.ts';

const rule = { name: 'keep cpu near 60', kpi: 'cpu', targetValue: 60, tolerancePercent: 10 };

function situationAt(value: number | undefined, more: Parameters<typeof makeSituation>[0] = {}) {
  return makeSituation({ readings: readingsOf(makeReading({ value })), ...more });
}

describe('with everybody in service while the KPI was measured', () => {
  it.each([
    [90, 6, 'half as much again'],
    [60.1, 4, 'a little above'],
    [66, 4, 'on the upper edge'],
    [66.1, 5, 'just above the tolerance'],
    [54, 4, 'on the lower edge'],
    [53.9, 4, 'just below the tolerance, and rounded up'],
    [45, 3, 'three quarters'],
    [44, 3, 'rounded up'],
    [0, 0, 'no load at all'],
    [-5, 0, 'below zero'],
  ])('at %d wants %d: %s', (value, count) => {
    expect(proposeTargetValue(rule, situationAt(value))).toMatchObject({ kind: 'want', count });
  });

  it.each([
    [0.1, 0.09, 4],
    [0.1, 0.11, 4],
    [0.1, 0.15, 6],
    [0.7, 1.4, 8],
  ])('with target %d at %d wants %d, whatever doubles make of it', (targetValue, value, count) => {
    expect(proposeTargetValue({ ...rule, targetValue }, situationAt(value))).toMatchObject({ kind: 'want', count });
  });

  it('says the arithmetic', () => {
    const { because } = proposeTargetValue(rule, situationAt(91.23456));
    expect(because).toBe('cpu 91.23 against 60: 4 × 91.23 ÷ 60 = 6.082');
  });
});

describe('without data', () => {
  it.each([
    ['missing', situationAt(undefined)],
    ['never read', makeSituation()],
  ])('stays when the KPI is %s', (_, situation) => {
    expect(proposeTargetValue(rule, situation)).toEqual({ rule: rule.name, kind: 'stay', because: 'no data for cpu' });
  });
});

describe('with instances on their way', () => {
  it('counts them as capacity', () => {
    const situation = situationAt(90, { count: 6, inService: 4 });
    expect(proposeTargetValue(rule, situation)).toMatchObject({ kind: 'want', count: 6 });
  });

  it('lets more than the need of now come, too', () => {
    const situation = situationAt(90, { count: 8, inService: 4 });
    expect(proposeTargetValue(rule, situation)).toMatchObject({ kind: 'want', count: 8 });
  });

  it('asks for what they do not cover', () => {
    const situation = situationAt(120, { count: 6, inService: 4 });
    expect(proposeTargetValue(rule, situation)).toMatchObject({ kind: 'want', count: 8 });
  });

  it('takes them to carry the target when the load is low', () => {
    const situation = situationAt(30, { count: 6, inService: 4 });
    expect(proposeTargetValue(rule, situation)).toMatchObject({
      kind: 'want',
      count: 4,
      because: 'cpu 30 against 60: 4 × 30 ÷ 60 = 2, and 2 not measured yet',
    });
  });

  it('takes those to carry the target that entered service after the period', () => {
    const inService = [
      { at: later(-3600), count: 4 },
      { at: later(0), count: 6 },
    ];
    const situation = situationAt(30, { count: 6, memory: { wishes: [], inService } });
    expect(proposeTargetValue(rule, situation)).toMatchObject({ kind: 'want', count: 4 });
  });
});

describe('with a count that changed while the KPI was measured', () => {
  const memory = {
    wishes: [],
    inService: [
      { at: later(-3600), count: 4 },
      { at: later(-30), count: 6 },
    ],
  };

  it('grows from the fewest', () => {
    expect(proposeTargetValue(rule, situationAt(85, { count: 6, memory }))).toMatchObject({ count: 6 });
    expect(proposeTargetValue(rule, situationAt(120, { count: 6, memory }))).toMatchObject({ count: 8 });
  });

  it('shrinks from the most', () => {
    expect(proposeTargetValue(rule, situationAt(40, { count: 6, memory }))).toMatchObject({ count: 4 });
  });

  it('never takes a low value of more instances as a reason to grow', () => {
    const shrunk = {
      wishes: [],
      inService: [
        { at: later(-3600), count: 10 },
        { at: later(-1), count: 8 },
      ],
    };
    expect(proposeTargetValue(rule, situationAt(53, { count: 8, memory: shrunk }))).toMatchObject({ count: 8 });
  });
});

describe('with nobody in service while the KPI was measured', () => {
  it('wants one when the KPI is above its target', () => {
    expect(proposeTargetValue(rule, situationAt(90, { count: 0 }))).toMatchObject({ kind: 'want', count: 1 });
  });

  it('wants no fewer than are on their way', () => {
    expect(proposeTargetValue(rule, situationAt(90, { count: 3, inService: 0 }))).toMatchObject({ count: 3 });
  });

  it('stays otherwise', () => {
    expect(proposeTargetValue(rule, situationAt(0, { count: 2, inService: 0 }))).toMatchObject({ kind: 'stay' });
  });

  it('grows from one when the first entered service meanwhile', () => {
    const memory = {
      wishes: [],
      inService: [
        { at: later(-3600), count: 0 },
        { at: later(-30), count: 1 },
      ],
    };
    expect(proposeTargetValue(rule, situationAt(150, { count: 1, memory }))).toMatchObject({ count: 3 });
  });
});

it('takes an assumed value as measured with those in service now', () => {
  const reading = {
    kpi: 'cpu',
    value: 90,
    source: 'assumed',
    periodSeconds: 60,
    coverageRatio: 0,
    recent: [90],
  } as const;
  const situation = makeSituation({ readings: readingsOf(reading), memory: { wishes: [], inService: [] } });
  expect(proposeTargetValue(rule, situation)).toMatchObject({ kind: 'want', count: 6 });
});

describe('asked again at a smaller size', () => {
  it.each([
    [3, false],
    [2, true],
    [0, true],
  ])('with %d left, grows: %s', (count, grows) => {
    expect(targetValueGrowsAt(rule, situationAt(45), count)).toBe(grows);
  });

  it('does not grow without load, or without data', () => {
    expect(targetValueGrowsAt(rule, situationAt(0), 0)).toBe(false);
    expect(targetValueGrowsAt(rule, situationAt(undefined), 1)).toBe(false);
  });
});

it('never wants fewer at a higher value', () => {
  const world = fc.record({
    value: fc.double({ min: 0, max: 500, noNaN: true }),
    more: fc.double({ min: 0, max: 500, noNaN: true }),
    count: fc.integer({ min: 0, max: 50 }),
    counts: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 4 }),
  });
  fc.assert(
    fc.property(world, ({ value, more, count, counts }) => {
      const inService = counts.map((served, index) => ({ at: later(-70 + 20 * index), count: served }));
      const wanted = [value, value + more].map((v) => {
        const proposal = proposeTargetValue(rule, situationAt(v, { count, memory: { wishes: [], inService } }));
        return proposal.kind === 'want' ? proposal.count : count;
      });
      expect(wanted[1]).toBeGreaterThanOrEqual(wanted[0] ?? 0);
    }),
  );
});
