import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highestWish, rememberOutcome, rememberWish } from '../../../core/decide-scaling/remember.ts';
import type { ScalingMemory } from '../../../core/decision.ts';
import { later } from '../../factories/stored.ts';

const nothing: ScalingMemory = { wishes: [], inService: [] };

/** Remembers wishes of [seconds from noon, count]. */
function remembered(wishes: readonly (readonly [number, number])[], windowSeconds = 300): ScalingMemory {
  return wishes.reduce((memory, [at, count]) => rememberWish(memory, { at: later(at), count }, windowSeconds), nothing);
}

function highestCount(memory: ScalingMemory, windowSeconds: number): number | undefined {
  return highestWish(memory, windowSeconds)?.count;
}

describe('the highest wish of the window', () => {
  const everyMinute = (counts: readonly number[]) => counts.map((count, index) => [60 * index, count] as const);

  it('is unknown before the window is covered', () => {
    expect(highestCount(remembered(everyMinute([5, 5, 5, 5, 5])), 300)).toBeUndefined();
    expect(highestCount(nothing, 0)).toBeUndefined();
  });

  it('is known as soon as the window is covered, edge included', () => {
    expect(highestCount(remembered(everyMinute([5, 4, 3, 4, 2, 2])), 300)).toBe(4);
  });

  it('says when it was last wanted', () => {
    expect(highestWish(remembered(everyMinute([5, 4, 3, 4, 2, 2])), 300)).toEqual({ at: later(180), count: 4 });
  });

  it('forgets what is as old as the window', () => {
    expect(highestCount(remembered(everyMinute([9, 2, 2, 2, 2, 2])), 300)).toBe(2);
    expect(highestCount(remembered(everyMinute([2, 9, 2, 2, 2, 2])), 300)).toBe(9);
  });

  it('is this wish alone without a window', () => {
    expect(
      highestCount(
        remembered(
          [
            [0, 9],
            [60, 2],
          ],
          0,
        ),
        0,
      ),
    ).toBe(2);
    expect(highestCount(remembered([[0, 9]], 0), 0)).toBe(9);
  });

  it('begins anew after a gap of over three minutes', () => {
    expect(
      highestCount(
        remembered([
          [0, 9],
          [180, 2],
          [360, 2],
        ]),
        300,
      ),
    ).toBe(2);
    expect(
      highestCount(
        remembered([
          [0, 9],
          [181, 2],
          [360, 2],
        ]),
        300,
      ),
    ).toBeUndefined();
    expect(
      remembered([
        [0, 9],
        [181, 2],
      ]),
    ).toMatchObject({ wishes: [{ count: 2 }], wishesSince: later(181) });
  });

  it('equals the highest of all wishes of the window, however they come', () => {
    const steps = fc.array(
      fc.record({ after: fc.integer({ min: 1, max: 180 }), count: fc.integer({ min: 0, max: 30 }) }),
      {
        minLength: 1,
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 900 }), (gaps, window) => {
        let at = 0;
        const wishes = gaps.map(({ after, count }) => {
          at += after;
          return [at, count] as const;
        });
        const inWindow = wishes.filter(([time]) => time > at - window || time === at);
        const isCovered = at - (wishes[0]?.[0] ?? 0) >= window;
        const expected = isCovered ? Math.max(...inWindow.map(([, count]) => count)) : undefined;
        expect(highestCount(remembered(wishes, window), window)).toBe(expected);
      }),
    );
  });
});

describe('what is kept', () => {
  it('drops wishes that a later one, as high or higher, outlives', () => {
    expect(
      remembered([
        [0, 5],
        [60, 7],
        [120, 3],
        [180, 3],
      ]).wishes.map(({ count }) => count),
    ).toEqual([7, 3]);
  });

  it('is at most a hundred wishes, and the oldest lose no height', () => {
    const falling = Array.from({ length: 150 }, (_, index) => [60 * index, 500 - index] as const);
    const memory = remembered(falling, 86_400);
    expect(memory.wishes).toHaveLength(100);
    expect(memory.wishes[0]).toEqual({ at: later(60 * 50), count: 500 });
    expect(memory.wishes.at(-1)).toEqual({ at: later(60 * 149), count: 351 });
  });

  it('notes when the count rose and fell', () => {
    expect(rememberOutcome(nothing, 'out', later(1))).toEqual({ ...nothing, scaledOutAt: later(1) });
    expect(rememberOutcome(nothing, 'in', later(2))).toEqual({ ...nothing, scaledInAt: later(2) });
    expect(rememberOutcome(nothing, 'hold', later(3))).toBe(nothing);
  });
});
