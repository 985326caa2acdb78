import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followDemand, lookAhead, startLookAhead } from '../../core/forecast/look-ahead.ts';
import { learn, startRegression } from '../../core/forecast/regression.ts';

const size = 4;
const zero = [0, 0, 0, 0];
const amount = fc.double({ min: -2, max: 2, noNaN: true });
const lessons = fc.array(
  fc.record({
    inputs: fc.array(amount, { minLength: size, maxLength: size }),
    error: amount,
    weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
  }),
  { minLength: 1, maxLength: 30 },
);

/** The covariance after one lesson as the textbook has it, every element by itself. */
function wholeCovariance(
  covariance: readonly number[],
  inputs: readonly number[],
  of: { weight: number; memory: number },
) {
  const rows = inputs.map((_, row) => covariance.slice(row * size, (row + 1) * size));
  const gain = rows.map((row) => row.reduce((sum, value, column) => sum + value * (inputs[column] ?? 0), 0));
  const spread = of.memory / of.weight + gain.reduce((sum, value, row) => sum + value * (inputs[row] ?? 0), 0);
  return rows.flatMap((row, index) =>
    row.map((value, column) => (value - ((gain[index] ?? 0) * (gain[column] ?? 0)) / spread) / of.memory),
  );
}

describe('a regression', () => {
  it('learns what the textbook says, from any lessons, and stays symmetric', () => {
    fc.assert(
      fc.property(lessons, (all) => {
        let regression = startRegression(zero, 10);
        for (const lesson of all) {
          const expected = wholeCovariance(regression.covariance, lesson.inputs, { ...lesson, memory: 0.99 });
          regression = learn(regression, { ...lesson, memory: 0.99 });
          for (const [at, value] of regression.covariance.entries()) {
            expect(value).toBeCloseTo(expected[at] ?? 0, 9);
            expect(value).toBe(regression.covariance[(at % size) * size + Math.floor(at / size)]);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('learns nothing from a lesson that is no number, and changes nothing that it was given', () => {
    const before = startRegression(zero, 10);
    const copy = structuredClone(before);

    expect(learn(before, { inputs: [Number.NaN, 1, 1, 1], error: 1, weight: 1, memory: 0.99 })).toBe(before);
    learn(before, { inputs: [1, 1, 1, 1], error: 1, weight: 1, memory: 0.99 });
    expect(before).toEqual(copy);
  });

  it('scales its covariance back when it forgets faster than it learns', () => {
    let regression = startRegression(zero, 10);
    for (let lesson = 0; lesson < 1000; lesson += 1)
      regression = learn(regression, { inputs: zero, error: 0, weight: 1, memory: 0.9 });

    expect(regression.covariance[0]).toBeCloseTo(10, 9);
    expect(regression.covariance[1]).toBe(0);
  });
});

describe('a look-ahead', () => {
  it('trusts all guesses alike when their errors are beyond measure', () => {
    const demand = followDemand(followDemand(undefined, 0, 4), 1, 8);
    const { losses, ...model } = startLookAhead();
    const lost = { ...model, losses: losses.map(() => Number.POSITIVE_INFINITY) };
    const { guesses, expected } = lookAhead(lost, demand, { tickSeconds: 60, aheadTicks: 2 });

    expect(expected).toBeCloseTo(guesses.reduce((sum, guess) => sum + guess, 0) / guesses.length, 5);
    expect(new Set(guesses).size).toBeGreaterThan(1);
  });
});
