import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../../core/application/rule-schema.ts';
import { proposeSteps, stepsGrowAt } from '../../../core/decide-scaling/propose-steps.ts';
import { makeReading, makeSituation, readingsOf } from '../../factories/situation.ts';
import { later } from '../../factories/stored.ts';

const steps: readonly Step[] = [
  { from: 0.5, add: 2 },
  { from: 1, addPercent: 60 },
  { below: 0.2, remove: 1 },
  { below: 0.1, removePercent: 55 },
];
const rule = { name: 'slow answers', kpi: 'cpu', steps: [...steps], periods: '1 of 1' };

function situationAt(recent: readonly (number | undefined)[], more: Parameters<typeof makeSituation>[0] = {}) {
  const value = recent.findLast((item) => item !== undefined);
  return makeSituation({ readings: readingsOf(makeReading({ value, recent })), ...more });
}

describe('one period', () => {
  it.each([
    [0.3, 'agree', undefined],
    [0.2, 'agree', undefined],
    [0.5, 'want', 6],
    [0.99, 'want', 6],
    [1, 'want', 7],
    [9, 'want', 7],
    [0.19, 'want', 3],
    [0.1, 'want', 3],
    [0.05, 'want', 2],
  ])('at %d answers %s %s', (value, kind, count) => {
    const proposal = proposeSteps(rule, situationAt([value]));
    expect(proposal.kind).toBe(kind);
    expect('count' in proposal ? proposal.count : undefined).toBe(count);
  });

  it('takes the furthest step in any order of the file', () => {
    const turned = { ...rule, steps: [...steps].reverse() };
    expect(proposeSteps(turned, situationAt([1]))).toMatchObject({ count: 7 });
    expect(proposeSteps(turned, situationAt([0.05]))).toMatchObject({ count: 2 });
  });

  it('adds rather than removes when both apply', () => {
    const both = {
      ...rule,
      steps: [
        { below: 2, remove: 1 },
        { from: 1, add: 1 },
      ],
    };
    expect(proposeSteps(both, situationAt([1.5]))).toMatchObject({ count: 5 });
  });

  it('adds and removes at least one by percent', () => {
    const small = {
      ...rule,
      steps: [
        { from: 1, addPercent: 1 },
        { below: 0.5, removePercent: 1 },
      ],
    };
    expect(proposeSteps(small, situationAt([1]))).toMatchObject({ count: 5 });
    expect(proposeSteps(small, situationAt([0]))).toMatchObject({ count: 3 });
    expect(proposeSteps(small, situationAt([1], { count: 0 }))).toMatchObject({ count: 1 });
  });

  it('rounds as people do: 30 % of 10 are 3', () => {
    const third = {
      ...rule,
      steps: [
        { from: 1, addPercent: 30 },
        { below: 0.5, removePercent: 30 },
      ],
    };
    expect(proposeSteps(third, situationAt([1], { count: 10 }))).toMatchObject({ count: 13 });
    expect(proposeSteps(third, situationAt([0], { count: 10 }))).toMatchObject({ count: 7 });
  });

  it('says what it saw', () => {
    expect(proposeSteps(rule, situationAt([0.7])).because).toBe('cpu 0.7, from 0.5 up: 4 + 2 = 6');
    expect(proposeSteps({ ...rule, periods: '2 of 2' }, situationAt([0.15, 0.15])).because).toBe(
      'cpu 0.15, 2 of 2 periods below 0.2: 4 − 1 = 3',
    );
  });

  it('never wants fewer than none', () => {
    const many = { ...rule, steps: [{ below: 1, remove: 9 }] };
    expect(proposeSteps(many, situationAt([0]))).toMatchObject({ count: 0 });
  });
});

describe('M of N periods', () => {
  const two = { ...rule, periods: '2 of 3' };

  it.each([
    [[0.7, 0.7, 0.3], 'want', 6],
    [[0.7, 0.3, 0.7], 'want', 6],
    [[0.3, 0.3, 0.7], 'agree', undefined],
    [[1.5, 0.7, 0.7], 'want', 6],
    [[1.5, 1.5, 0.7], 'want', 7],
    [[0.05, 0.3, 0.15], 'want', 3],
    [[0.7, 0.7, 0.3, 0.3, 0.3], 'agree', undefined],
    [[undefined, 0.7, 0.7], 'want', 6],
    [[undefined, 0.3, 0.7], 'stay', undefined],
    [[undefined, undefined, 0.3], 'stay', undefined],
    [[undefined, 0.3, 0.3], 'agree', undefined],
    [[0.3], 'stay', undefined],
    [[undefined, 0.1, 0.1], 'want', 3],
  ])('with %j answers %s %s', (recent, kind, count) => {
    const proposal = proposeSteps(two, situationAt(recent));
    expect(proposal.kind).toBe(kind);
    expect('count' in proposal ? proposal.count : undefined).toBe(count);
  });

  it('agrees without data for some periods when no step could add', () => {
    const removing = { ...two, steps: [{ below: 0.1, remove: 1 }] };
    expect(proposeSteps(removing, situationAt([undefined, undefined, 0.3]))).toMatchObject({ kind: 'agree' });
  });

  it('adds again only when all periods were measured with what was added', () => {
    const at = (joinedAt: number) => ({
      wishes: [],
      inService: [
        { at: later(-3600), count: 4 },
        { at: later(joinedAt), count: 6 },
      ],
    });
    const recent = [0.7, 0.7, 0.7];
    expect(proposeSteps(two, situationAt(recent, { count: 6, memory: at(-179) }))).toMatchObject({ count: 6 });
    expect(proposeSteps(two, situationAt(recent, { count: 6, memory: at(-180) }))).toMatchObject({ count: 8 });
  });

  it('removes again only when all periods were measured without what was removed', () => {
    const at = (leftAt: number) => ({
      wishes: [],
      inService: [
        { at: later(-3600), count: 5 },
        { at: later(leftAt), count: 4 },
      ],
    });
    const recent = [0.15, 0.15, 0.15];
    expect(proposeSteps(two, situationAt(recent, { memory: at(-179) }))).toMatchObject({ count: 4 });
    expect(proposeSteps(two, situationAt(recent, { memory: at(-180) }))).toMatchObject({ count: 3 });
  });
});

describe('with instances on their way', () => {
  it('counts them as capacity', () => {
    expect(proposeSteps(rule, situationAt([0.7], { count: 6, inService: 4 }))).toMatchObject({ count: 6 });
    expect(proposeSteps(rule, situationAt([0.7], { count: 8, inService: 4 }))).toMatchObject({ count: 8 });
  });

  it('keeps them when the KPI is low', () => {
    expect(proposeSteps(rule, situationAt([0.15], { count: 6, inService: 4 }))).toMatchObject({ count: 5 });
  });
});

it('stays without data', () => {
  expect(proposeSteps(rule, situationAt([undefined]))).toMatchObject({ kind: 'stay', because: 'no data for cpu' });
  expect(proposeSteps(rule, makeSituation())).toMatchObject({ kind: 'stay' });
});

describe('asked again at a smaller size', () => {
  it.each([
    [3, [0.3], false],
    [2, [0.3], true],
    [2, [0.2], false],
    [1, [0], false],
    [1, [undefined], false],
  ])('with %d left at %j, grows: %s', (count, recent, grows) => {
    expect(stepsGrowAt(rule, situationAt(recent), count)).toBe(grows);
  });

  it('looks at M of N periods again', () => {
    const two = { ...rule, periods: '2 of 3' };
    expect(stepsGrowAt(two, situationAt([0.3, undefined, 0.3]), 2)).toBe(true);
    expect(stepsGrowAt(two, situationAt([0.1, undefined, 0.3]), 2)).toBe(false);
  });
});

it('never wants fewer at higher values', () => {
  const value = fc.double({ min: 0, max: 2, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 3, maxLength: 3 }),
      fc.double({ min: 0, max: 2, noNaN: true }),
      (recent, more) => {
        const wanted = [recent, recent.map((item) => item + more)].map((values) => {
          const proposal = proposeSteps({ ...rule, periods: '2 of 3' }, situationAt(values));
          return proposal.kind === 'want' ? proposal.count : 4;
        });
        expect(wanted[1]).toBeGreaterThanOrEqual(wanted[0] ?? 0);
      },
    ),
  );
});
