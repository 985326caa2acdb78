import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyFleet, resizeFleet, servingOf, settleFleet } from '../../../core/decide-shadow/shadow-fleet.ts';
import { later, noon } from '../../factories/stored.ts';

const live = { count: 4, inService: 4, now: noon, bootSeconds: 60 };

describe("a shadow's fleet", () => {
  it('begins as the live one, those who do not serve yet a boot later', () => {
    const fleet = copyFleet({ ...live, inService: 1, newestInServiceAt: later(-30) });

    expect(servingOf(fleet)).toBe(1);
    expect(servingOf(settleFleet(fleet, later(59)))).toBe(1);
    expect(settleFleet(fleet, later(60))).toEqual({ count: 4, coming: [], newestAt: later(60) });
    expect(fleet.newestAt).toBe(later(-30));
  });

  it('serves at once when more serve than are desired', () => {
    expect(servingOf(copyFleet({ ...live, count: 2, inService: 5 }))).toBe(2);
  });

  it('grows after a boot and shrinks at once', () => {
    const grown = resizeFleet(copyFleet(live), { count: 6, now: noon, bootSeconds: 60 });

    expect([grown.count, servingOf(grown)]).toEqual([6, 4]);
    expect(servingOf(settleFleet(grown, later(60)))).toBe(6);
    expect(servingOf(resizeFleet(settleFleet(grown, later(60)), { count: 3, now: later(61), bootSeconds: 60 }))).toBe(
      3,
    );
  });

  it('lets go of those who boot before those who serve, the newest first', () => {
    const once = resizeFleet(copyFleet(live), { count: 6, now: noon, bootSeconds: 60 });
    const twice = resizeFleet(once, { count: 9, now: later(30), bootSeconds: 60 });
    const less = resizeFleet(twice, { count: 5, now: later(40), bootSeconds: 60 });

    expect(less).toEqual({ count: 5, coming: [{ at: later(60), count: 1 }] });
    expect(servingOf(less)).toBe(4);
  });

  it('never serves more than it has, nor fewer than none', () => {
    const counts = fc.array(fc.record({ count: fc.nat(20), seconds: fc.nat(120), boot: fc.nat(90) }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(counts, (steps) => {
        let fleet = copyFleet(live);
        let now = noon;
        for (const { count, seconds, boot } of steps) {
          now = later((now - noon) / 1000 + seconds);
          fleet = resizeFleet(settleFleet(fleet, now), { count, now, bootSeconds: boot });
          const booting = fleet.coming.reduce((sum, batch) => sum + batch.count, 0);
          expect(fleet.count).toBe(count);
          expect(servingOf(fleet)).toBe(count - booting);
          expect(booting).toBeLessThanOrEqual(count);
          expect(fleet.coming.every((batch) => batch.count > 0)).toBe(true);
        }
        expect(servingOf(settleFleet(fleet, later(1e6)))).toBe(fleet.count);
      }),
    );
  });
});
