import { describe, expect, it } from 'vitest';
import { sumOf, usageOf } from '../../core/ceilings.ts';
import { applyLimits } from '../../core/decide-scaling/apply-limits.ts';
import type { LayerSituation } from '../../core/decide-scaling/layer-situation.ts';
import { makeSituation } from '../factories/situation.ts';
import { makeSlot, makeStored } from '../factories/stored.ts';

/** Four of `web` at 0.1 USD are desired; this many are wanted. */
function limited(wish: number, ceilings: Partial<NonNullable<LayerSituation['ceilings']>>, more: object = {}) {
  const all = { mostInstances: 100, mostHourlyUsd: 100, takenElsewhere: { instances: 0, hourlyUsd: 0 }, ...ceilings };
  const situation = makeSituation({ ceilings: all, settings: { count: { min: 1, max: 1000 } }, ...more });
  const { count, applied } = applyLimits(wish, situation, situation.memory);
  return { count, limits: applied.map(({ limit }) => limit), because: applied.at(-1)?.because };
}

describe('the ceilings of the account', () => {
  it('cut growth to what is left of the instances, whatever the file allows', () => {
    expect(limited(20, { mostInstances: 10, takenElsewhere: { instances: 4, hourlyUsd: 0 } })).toEqual({
      count: 6,
      limits: ['ceiling'],
      because: '10 instances and 100 USD an hour for the whole account, of which 4 and 0 are taken elsewhere',
    });
  });

  it('cut growth to what is left of the dollars', () => {
    expect(limited(20, { mostHourlyUsd: 2, takenElsewhere: { instances: 0, hourlyUsd: 1.3 } })).toMatchObject({
      count: 7,
    });
  });

  it('let growth up to the last place, and not one further', () => {
    expect(limited(10, { mostInstances: 10 })).toMatchObject({ count: 10, limits: [] });
    expect(limited(11, { mostInstances: 10 })).toMatchObject({ count: 10, limits: ['ceiling'] });
  });

  it('hold a layer where it is when others have taken everything, and never force it down', () => {
    expect(limited(9, { mostInstances: 10, takenElsewhere: { instances: 50, hourlyUsd: 0 } })).toMatchObject({
      count: 4,
      limits: ['ceiling'],
    });
  });

  it('stop growth towards the minimum of the file too', () => {
    const settings = { count: { min: 8, max: 20 } };

    expect(limited(4, { mostInstances: 5 }, { settings })).toMatchObject({ count: 5, limits: ['min', 'ceiling'] });
  });

  it('bound instances also where the file says that they cost nothing', () => {
    const revision = { number: 1, hourlyUsd: 0 };

    expect(limited(20, { mostInstances: 6, mostHourlyUsd: 0.01 }, { revision })).toMatchObject({ count: 6 });
  });
});

describe('what an application takes', () => {
  it('is what is desired, or what may still run when that is more', () => {
    const slots = [1, 2, 3].map((number) => makeSlot({ number, state: 'leaving' }));

    expect(usageOf(makeStored({ desired: 5, slots }))).toEqual({ instances: 5, hourlyUsd: 5 * 0.0816 });
    expect(usageOf(makeStored({ desired: 1, slots })).instances).toBe(3);
    expect(usageOf(makeStored({ desired: 1, slots: [makeSlot({ number: 1, state: 'gone' })] })).instances).toBe(1);
  });

  it('adds up over applications', () => {
    expect(
      sumOf([
        { instances: 2, hourlyUsd: 0.5 },
        { instances: 3, hourlyUsd: 0.25 },
      ]),
    ).toEqual({ instances: 5, hourlyUsd: 0.75 });
    expect(sumOf([])).toEqual({ instances: 0, hourlyUsd: 0 });
  });
});
