import { describe, expect, it } from 'vitest';
import { fitting, noteUsage, roomFor, sumOf, usageOf, usageOfSlots } from '../../core/ceilings.ts';
import { applyLimits } from '../../core/decide-scaling/apply-limits.ts';
import type { LayerSituation } from '../../core/decide-scaling/layer-situation.ts';
import { wholeAccount } from '../../core/records.ts';
import { makeSituation } from '../factories/situation.ts';
import { makeRevision, makeSlot, makeStored } from '../factories/stored.ts';

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
      because: "the account's ceiling allows 6 (10 instances and $100 an hour; 4 and $0 are taken elsewhere)",
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

describe('what is noted for the whole account', () => {
  const shop = { application: 'shop', usage: { instances: 2, hourlyUsd: 0.3 } };

  it('is what each application takes, and begins with the first', () => {
    const first = noteUsage(undefined, shop);

    expect(first).toEqual({ kind: 'usage', application: wholeAccount, version: 1, taken: { shop: shop.usage } });
    expect(noteUsage(first, { application: 'blog', usage: { instances: 1, hourlyUsd: 0 } })).toMatchObject({
      version: 2,
      taken: { shop: shop.usage, blog: { instances: 1 } },
    });
  });

  it('stays when an application takes as much as before, but for the last digit of a sum', () => {
    const first = noteUsage(undefined, shop);

    expect(noteUsage(first, { ...shop, usage: { instances: 2, hourlyUsd: 0.1 + 0.2 } })).toBeUndefined();
    expect(noteUsage(undefined, { ...shop, usage: { instances: 0, hourlyUsd: 0 } })).toBeUndefined();
    expect(noteUsage(first, { ...shop, usage: { instances: 2, hourlyUsd: 0.4 } })?.version).toBe(2);
  });

  it('forgets an application that takes nothing any more', () => {
    const noted = noteUsage(noteUsage(undefined, shop), { ...shop, usage: { instances: 0, hourlyUsd: 0 } });

    expect(noted).toMatchObject({ version: 2, taken: {} });
  });

  it('leaves room for what the others do not hold and the own slots do not take', () => {
    const ceilings = { mostInstances: 10, mostHourlyUsd: 1 };
    const noted = noteUsage(noteUsage(undefined, { ...shop, application: 'blog' }), shop);
    const stored = makeStored({ slots: [1, 2, 3].map((number) => makeSlot({ number })) });

    expect(roomFor(stored, { ceilings, noted: undefined })).toEqual({
      instances: 7,
      hourlyUsd: expect.closeTo(1 - 3 * 0.0816),
    });
    expect(roomFor(stored, { ceilings, noted: noted ?? undefined }).instances).toBe(5);
    expect(roomFor(stored, { ceilings: { mostInstances: 2, mostHourlyUsd: 0.1 }, noted: undefined })).toEqual({
      instances: 0,
      hourlyUsd: 0,
    });
  });

  it('fits whole instances into what is left, free ones by number alone', () => {
    expect(fitting({ instances: 10, hourlyUsd: 0.3 }, 0.1)).toBe(3);
    expect(fitting({ instances: 10, hourlyUsd: 0.29 }, 0.1)).toBe(2);
    expect(fitting({ instances: 1, hourlyUsd: 5 }, 0.1)).toBe(1);
    expect(fitting({ instances: 4, hourlyUsd: 0 }, 0)).toBe(4);
  });

  it('counts each slot at the price of its own revision, those that are gone and those of no revision not', () => {
    const stored = makeStored({ more: [makeRevision({ revision: 2, hourlyUsd: 1 })] });
    const slots = [
      makeSlot({ number: 1 }),
      makeSlot({ number: 2, revision: 2, state: 'intended' }),
      makeSlot({ number: 3, state: 'gone' }),
      makeSlot({ number: 4, revision: 9 }),
    ];

    expect(usageOfSlots(stored, slots)).toEqual({ instances: 3, hourlyUsd: expect.closeTo(1.0816) });
  });
});
