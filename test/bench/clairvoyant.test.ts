import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clairvoyantBilledHours,
  clairvoyantBilledSteps,
  perfectWithinBoot,
} from '../../bench/decisions/clairvoyant.ts';
import { score } from '../../bench/decisions/score.ts';
import { simulate, type World } from '../../bench/decisions/simulate.ts';

/** An instance: the step it serves from, and the step it was launched in; before the first step it is not billed. */
interface Launched {
  readonly at: number;
  readonly serves: number;
}

interface Billing {
  readonly bootSteps: number;
  readonly minimumSteps: number;
}

/** The least cost over every start and every way to launch and terminate: no cleverness, for tiny cases only. */
function bruteForce(needed: readonly number[], billing: Billing): number {
  const most = Math.max(...needed);
  let best = Number.POSITIVE_INFINITY;
  const go = (step: number, fleet: readonly Launched[], billed: number) => {
    if (billed >= best) return;
    if (step === needed.length) {
      best = billed;
      return;
    }
    for (const kept of subsets(fleet)) {
      const ended = fleet.filter((instance) => !kept.includes(instance));
      const charge = ended.reduce(
        (sum, { at }) => sum + (at < 0 ? 0 : Math.max(0, billing.minimumSteps - (step - at))),
        0,
      );
      for (let total = kept.length; total <= most; total += 1) {
        const launch = () => ({ at: step, serves: step + billing.bootSteps });
        const next = [...kept, ...Array.from({ length: total - kept.length }, launch)];
        const serving = next.filter(({ serves }) => serves <= step).length;
        if (serving >= (needed[step] ?? 0)) go(step + 1, next, billed + charge + total);
      }
    }
  };
  for (const start of starts(most, billing.bootSteps)) go(0, start, 0);
  return best;
}

function subsets(fleet: readonly Launched[]): Launched[][] {
  const sets: Launched[][] = [[]];
  for (const instance of fleet) sets.push(...sets.map((set) => [...set, instance]));
  return sets;
}

/** Every fleet that may be there at the start: instances that serve at once, or after a part of their boot. */
function starts(most: number, bootSteps: number): Launched[][] {
  let fleets: Launched[][] = [[]];
  const all = [...fleets];
  for (let size = 1; size <= most; size += 1) {
    fleets = fleets.flatMap((fleet) =>
      Array.from({ length: bootSteps }, (_, serves) => serves)
        .filter((serves) => serves >= (fleet.at(-1)?.serves ?? 0))
        .map((serves) => [...fleet, { at: -1, serves }]),
    );
    all.push(...fleets);
  }
  return all;
}

describe('the clairvoyant optimum', () => {
  it('costs what the best of all schedules costs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 2 }),
        (needed, bootSteps, shorter) => {
          const billing = { bootSteps, minimumSteps: Math.max(1, bootSteps + 1 - shorter) };
          expect(clairvoyantBilledSteps(Int32Array.from(needed), bootSteps)).toBe(bruteForce(needed, billing));
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);

  it('keeps an instance through a gap as long as the boot time and gives it up in a longer one', () => {
    const gap = (steps: number) => Int32Array.from([1, ...new Array<number>(steps).fill(0), 1]);
    expect([2, 3, 4, 9].map((steps) => clairvoyantBilledSteps(gap(steps), 3))).toEqual([4, 5, 5, 5]);
  });

  it('is reached by a perfect look-ahead that ends at the boot time', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 60 }), (load) => {
        const trace = { name: 'tiny', stepSeconds: 60, recordedStepSeconds: 60, load: Float64Array.from(load) };
        const world: World = {
          trace,
          peakInstances: Math.max(...load),
          bootSeconds: 120,
          delaySeconds: 60,
          minimumBilledSeconds: 60,
        };
        const scored = score(world, simulate(world, perfectWithinBoot(world)));
        expect(scored.tauUPercent).toBe(0);
        expect(scored.billedInstanceHours).toBeCloseTo(clairvoyantBilledHours(world), 9);
      }),
      { numRuns: 100 },
    );
  });
});
