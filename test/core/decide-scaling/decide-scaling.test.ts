import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSeconds } from '../../../core/amounts.ts';
import { type Decided, decideScaling } from '../../../core/decide-scaling/decide-scaling.ts';
import { holdReason } from '../../../core/decide-scaling/hold-reason.ts';
import type { LayerSituation } from '../../../core/decide-scaling/layer-situation.ts';
import { makeReading, makeSituation, readingsOf } from '../../factories/situation.ts';
import { later, noon } from '../../factories/stored.ts';

const cpu = { name: 'keep cpu near 60', kpi: 'cpu', targetValue: 60 };
const slow = { name: 'slow answers', kpi: 'p95', steps: [{ from: 0.5, add: 2 }] };
const queue = { name: 'queue too old', alarm: 'age', add: 3 };
const quickly = { scaleIn: { stabilizationSeconds: 0 } };

function decideAt(value: number | undefined, more: Parameters<typeof makeSituation>[0] = {}): Decided {
  const readings = readingsOf(makeReading({ value }));
  return decideScaling(makeSituation({ settings: { rules: [cpu], ...quickly }, readings, ...more }));
}

describe('a decision', () => {
  it('scales out, with everything it was made from', () => {
    const { decision, memory } = decideAt(90);
    expect(decision).toEqual({
      layer: 'web',
      at: noon,
      trigger: 'schedule',
      fileVersion: 1,
      readings: [makeReading({ value: 90 })],
      alarms: [],
      proposals: [{ rule: cpu.name, kind: 'want', count: 6, because: 'cpu 90 against 60: 4 × 90 ÷ 60 = 6' }],
      limits: [],
      from: { count: 4, revision: 1 },
      to: { count: 6, revision: 1 },
      outcome: 'out',
      because: 'Scale out web 4 → 6: "keep cpu near 60" wants 6 (cpu 90 against 60: 4 × 90 ÷ 60 = 6).',
      hourlyUsdBefore: 0.4,
      hourlyUsdAfter: 0.1 * 6,
      basis: {
        inService: 4,
        newestInServiceAt: later(-3600),
        failed: 0,
        bootSeconds: 60,
        instanceHourlyUsd: 0.1,
        othersHourlyUsd: 0,
        served: [{ at: later(-3600), count: 4 }],
        wishes: [],
      },
    });
    expect(memory.scaledOutAt).toBe(noon);
  });

  it('scales in', () => {
    const { decision, memory } = decideAt(30);
    expect(decision).toMatchObject({ outcome: 'in', to: { count: 2 } });
    expect(decision.because).toMatch(/^Scale in web 4 → 2: "keep cpu near 60" wants 2 \(.*\)\.$/);
    expect(memory.scaledInAt).toBe(noon);
  });

  it('holds with a reason when every wish is met', () => {
    const { decision, memory } = decideAt(60);
    expect(decision).toMatchObject({ outcome: 'hold', to: { count: 4 } });
    expect(decision.because).toBe('Hold web at 4: "keep cpu near 60" wants 4 (cpu 60 is within 10 % of 60).');
    expect(memory).not.toHaveProperty('scaledOutAt');
  });

  it('holds when a rule has no data', () => {
    const { decision } = decideAt(undefined);
    expect(decision.because).toBe('Hold web at 4: "keep cpu near 60" lets nobody go (no data for cpu); degraded: cpu.');
  });

  it('holds when rules are quiet, or when there are none', () => {
    const settings = { rules: [queue], ...quickly };
    const alarms = new Map([['age', { name: 'age', state: 'OK' } as const]]);
    const quiet = decideScaling(makeSituation({ settings, alarms })).decision;
    expect(quiet).toMatchObject({ outcome: 'hold', alarms: [{ name: 'age' }] });
    expect(quiet.because).toBe('Hold web at 4: no rule wants another count.');
    expect(decideScaling(makeSituation()).decision.because).toBe('Hold web at 4: it has no rules.');
  });

  it('says which limits changed the wish', () => {
    const { decision } = decideAt(90, { settings: { rules: [cpu], count: { min: 1, max: 5 } } });
    expect(decision.because).toMatch(/^Scale out web 4 → 5: .* wants 6 \(.*\); max 5 allows no more\.$/);
  });

  it('keeps only the readings and alarms of its own rules', () => {
    const settings = { rules: [cpu, { ...cpu, name: 'again' }, queue, { ...slow, kpi: 'unread' }] };
    const readings = readingsOf(makeReading(), makeReading({ kpi: 'other' }));
    const alarms = new Map(['age', 'other'].map((name) => [name, { name, state: 'OK' } as const]));
    const { decision } = decideScaling(makeSituation({ settings, readings, alarms }));
    expect(decision.readings.map(({ kpi }) => kpi)).toEqual(['cpu']);
    expect(decision.alarms.map(({ name }) => name)).toEqual(['age']);
  });

  it('says when new instances are of another revision, and what that costs', () => {
    const { decision } = decideAt(60, { revision: { number: 2, hourlyUsd: 0.2, capacity: 1 } });
    expect(decision).toMatchObject({ outcome: 'hold', from: { revision: 1 }, to: { revision: 2 } });
    expect(decision).toMatchObject({ hourlyUsdBefore: 0.4, hourlyUsdAfter: 0.8 });
    expect(decision.because).toMatch(/; new instances are of revision 2, not 1\.$/);
  });
});

describe('the first decision', () => {
  it('grows from 0 to min', () => {
    const { decision } = decideAt(undefined, {
      isFirst: true,
      count: 0,
      settings: { rules: [cpu], count: { min: 2, max: 9 } },
    });
    expect(decision).toMatchObject({ outcome: 'out', from: { count: 0, revision: 0 }, to: { count: 2, revision: 1 } });
    expect(decision.hourlyUsdBefore).toBe(0);
    expect(decision.because).toMatch(/^Start web with 2: .*; min 2 allows no fewer; degraded: cpu\.$/);
  });

  it('grows from 0 to what rules want without any data', () => {
    const follow = { name: 'as many as db', followLayer: 'db', ratio: 1 };
    const others = new Map([['db', { desired: 3, inService: 0 }]]);
    const { decision } = decideScaling(
      makeSituation({ isFirst: true, count: 0, settings: { rules: [follow] }, others }),
    );
    expect(decision.to.count).toBe(3);
  });
});

describe('a layer that vanished from the file', () => {
  it('is held as it is, whatever its rules said', () => {
    const { decision } = decideAt(90, { vanished: { drain: false } });
    expect(decision).toMatchObject({ outcome: 'hold', to: { count: 4 }, readings: [], alarms: [] });
    expect(decision.because).toBe('Hold web at 4: it is gone from the file, and its end was not asked for.');
  });

  it('is drained to none at once when that was asked for, below min and during any cooldown', () => {
    const settings = { count: { min: 3, max: 9 }, scaleIn: { cooldownSeconds: 900 } };
    const memory = { scaledInAt: later(-1), wishes: [], inService: [] };
    const { decision } = decideAt(90, { vanished: { drain: true }, settings, memory });
    expect(decision).toMatchObject({ outcome: 'in', to: { count: 0 } });
  });
});

describe('the same need', () => {
  it('is answered once while the answer is on its way', () => {
    const first = decideAt(90);
    const second = decideAt(90, { count: 6, inService: 4, memory: first.memory, now: later(60) });
    expect(first.decision.to.count).toBe(6);
    expect(second.decision).toMatchObject({ outcome: 'hold', to: { count: 6 } });
  });

  it('is answered once by every kind of rule together', () => {
    const settings = { rules: [cpu, slow, queue], ...quickly };
    const readings = readingsOf(makeReading({ value: 90 }), makeReading({ kpi: 'p95', value: 0.7 }));
    const alarms = new Map([['age', { name: 'age', state: 'ALARM', since: later(-5) } as const]]);
    const first = decideScaling(makeSituation({ settings, readings, alarms }));
    const more = { count: first.decision.to.count, inService: 4, memory: first.memory, now: later(15) };
    const second = decideScaling(makeSituation({ settings, readings, alarms, ...more }));
    expect(first.decision.to.count).toBe(7);
    expect(second.decision.outcome).toBe('hold');
  });

  it('is answered again when those who were added were measured and are not enough', () => {
    const { memory } = decideAt(90);
    const joined = decideAt(90, { count: 6, memory, newestInServiceAt: later(50), now: later(60) });
    const readings = readingsOf(makeReading({ value: 90, at: later(60) }));
    const more = { count: 6, memory: joined.memory, newestInServiceAt: later(50), now: later(120), readings };
    expect(joined.decision.outcome).toBe('hold');
    expect(decideAt(90, more).decision.to.count).toBe(9);
  });
});

describe('a scale-in', () => {
  const settings = { rules: [cpu], scaleIn: { stabilizationSeconds: 300 } };

  /** Decides every so many seconds from noon, feeding the memory on. */
  function watch(values: readonly number[], secondsApart = 60): readonly Decided[] {
    let memory: LayerSituation['memory'] = { wishes: [], inService: [{ at: later(-3600), count: 4 }] };
    return values.map((value, index) => {
      const now = later(secondsApart * index);
      const readings = readingsOf(makeReading({ value, at: addSeconds(now, -60) }));
      const decided = decideScaling(makeSituation({ settings, readings, memory, now }));
      memory = decided.memory;
      return decided;
    });
  }

  it('waits until the window of five minutes is covered', () => {
    const outcomes = watch([30, 30, 30, 30, 30, 30]).map(({ decision }) => decision.outcome);
    expect(outcomes).toEqual(['hold', 'hold', 'hold', 'hold', 'hold', 'in']);
  });

  it('goes to the highest wish of the window', () => {
    expect(watch([30, 30, 45, 30, 30, 30]).at(-1)?.decision.to.count).toBe(3);
  });

  it('waits anew after a gap in the evaluations', () => {
    const outcomes = watch([30, 30, 30], 181).map(({ decision }) => decision.outcome);
    expect(outcomes).toEqual(['hold', 'hold', 'hold']);
  });
});

describe('the reason of a hold', () => {
  it('stays the same while only numbers change', () => {
    expect(holdReason(decideAt(60).decision)).toBe(holdReason(decideAt(61, { count: 9 }).decision));
  });

  it('differs by limits, by rules without data, and by whether anybody wants a number', () => {
    const reasons = [
      decideAt(60),
      decideAt(undefined),
      decideAt(90, { settings: { rules: [cpu], count: { min: 1, max: 4 } } }),
      decideScaling(makeSituation()),
      decideScaling(makeSituation({ settings: { rules: [queue] } })),
    ].map(({ decision }) => holdReason(decision));
    expect(new Set(reasons).size).toBe(reasons.length);
  });
});

describe('whatever the situation', () => {
  const reading = (kpi: string) =>
    fc
      .option(fc.double({ min: 0, max: 200, noNaN: true }), { nil: undefined })
      .map((value) => makeReading({ kpi, value }));
  const situations = fc
    .record({
      count: fc.integer({ min: 0, max: 30 }),
      inService: fc.integer({ min: 0, max: 30 }),
      min: fc.integer({ min: 0, max: 10 }),
      room: fc.integer({ min: 1, max: 20 }),
      cpu: reading('cpu'),
      p95: reading('p95'),
      state: fc.constantFrom('OK', 'ALARM', 'INSUFFICIENT_DATA'),
      failed: fc.integer({ min: 0, max: 3 }),
      maxHourlyUsd: fc.double({ min: 0.1, max: 5, noNaN: true }),
      dbs: fc.integer({ min: 0, max: 5 }),
      highest: fc.integer({ min: 0, max: 30 }),
      lastAgo: fc.integer({ min: 0, max: 100 }),
    })
    .map((of) => {
      const settings = {
        rules: [
          cpu,
          {
            ...slow,
            steps: [
              { from: 100, addPercent: 20 },
              { below: 5, remove: 2 },
            ],
          },
          queue,
        ],
        count: { min: of.min, max: of.min + of.room },
        scaleOut: { cooldownSeconds: 50 },
        scaleIn: { cooldownSeconds: 50, stabilizationSeconds: 300, maxPercent: 30 },
      };
      const wishes = [{ at: later(-60), count: of.highest }];
      const last = { scaledOutAt: later(-of.lastAgo), scaledInAt: later(-of.lastAgo) };
      const inService = [{ at: later(-3600), count: of.inService }];
      return makeSituation({
        settings,
        count: of.count,
        inService: of.inService,
        failed: of.failed,
        readings: readingsOf(of.cpu, of.p95),
        alarms: new Map([['age', { name: 'age', state: of.state, since: later(-30) } as const]]),
        maxHourlyUsd: of.maxHourlyUsd,
        limits: [{ layer: 'web', atMost: 5, per: 'db' }],
        others: new Map([['db', { desired: of.dbs, inService: of.dbs }]]),
        memory: { wishes, wishesSince: later(-600), inService, ...last },
      });
    });

  it('never goes above max, and below min only where a limit, the budget or the present count says so', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { decision } = decideScaling(situation);
        const { min, max } = situation.settings.count;
        expect(decision.to.count).toBeLessThanOrEqual(max);
        const isCut = decision.limits.some(({ limit }) => limit === 'limit' || limit === 'budget');
        if (!isCut) expect(decision.to.count).toBeGreaterThanOrEqual(min);
        expect(decision.to.count).toBeGreaterThanOrEqual(Math.min(min, decision.from.count));
      }),
    );
  });

  it('never scales in on missing data, but for max', () => {
    fc.assert(
      fc.property(situations, fc.constantFrom('cpu', 'p95'), (situation, kpi) => {
        const readings = new Map([...situation.readings, [kpi, makeReading({ kpi, value: undefined })] as const]);
        const { decision } = decideScaling({ ...situation, readings });
        expect(decision.to.count).toBeGreaterThanOrEqual(Math.min(decision.from.count, situation.settings.count.max));
      }),
    );
  });

  it('never wants fewer at a higher KPI', () => {
    const more = fc.double({ min: 0, max: 200, noNaN: true });
    fc.assert(
      fc.property(situations, more, (situation, rise) => {
        const value = situation.readings.get('cpu')?.value;
        fc.pre(value !== undefined);
        const readings = new Map([...situation.readings, ['cpu', makeReading({ value: value + rise })] as const]);
        const higher = decideScaling({ ...situation, readings }).decision;
        expect(higher.to.count).toBeGreaterThanOrEqual(decideScaling(situation).decision.to.count);
      }),
    );
  });

  it('says the same for the same, and leaves its arguments as they are', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const before = structuredClone(situation);
        expect(decideScaling(situation)).toEqual(decideScaling(situation));
        expect(situation).toEqual(before);
      }),
    );
  });

  it('adds nothing the second time, and names the change exactly', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { decision, memory } = decideScaling(situation);
        const desired = { ...decision.to, hourlyUsd: 0.1 };
        const again = decideScaling({ ...situation, desired, memory, now: later(1) }).decision;
        if (decision.outcome === 'out') expect(again.to.count).toBe(decision.to.count);
        expect(decision.outcome).toBe(
          decision.to.count > decision.from.count ? 'out' : decision.to.count < decision.from.count ? 'in' : 'hold',
        );
        const wish = decision.limits[0]?.before ?? decision.to.count;
        const end = decision.limits.reduce((count, limit) => {
          expect(limit.before).toBe(count);
          return limit.after;
        }, wish);
        expect(end).toBe(decision.to.count);
      }),
    );
  });
});
