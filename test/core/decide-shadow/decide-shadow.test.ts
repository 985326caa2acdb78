import { describe, expect, it } from 'vitest';
import { addSeconds, type Instant } from '../../../core/amounts.ts';
import type { SituatedLayer } from '../../../core/decide-layers.ts';
import type { DecidedShadow } from '../../../core/decide-shadow/decide-shadow.ts';
import type { ScalingMemory } from '../../../core/decision.ts';
import type { Reading } from '../../../core/readings.ts';
import type { ShadowRecord } from '../../../core/records.ts';
import { decideBeside, makeLive, makeShadowed, recordOf } from '../../factories/shadow.ts';
import { makeReading, readingsOf } from '../../factories/situation.ts';
import { later, noon } from '../../factories/stored.ts';

const near = (targetValue: number) => ({ name: 'cpu', kpi: 'cpu', targetValue });
const steps = {
  name: 'steps',
  kpi: 'cpu',
  steps: [
    { from: 80, add: 2 },
    { below: 30, remove: 1 },
  ],
};
const risk = { name: 'load', kpi: 'requests', perCapacityUnit: 100, shortfallPercent: 1 };

/** Plays both rule sets for so many minutes of a load, in instances' worth; newcomers of the live fleet serve within their minute. */
function play(
  application: ReturnType<typeof makeShadowed>,
  load: (minute: number) => number,
  minutes: number,
): readonly { readonly live: SituatedLayer; readonly shadow: DecidedShadow }[] {
  let count = 4;
  let memory: ScalingMemory = { wishes: [], inService: [{ at: later(-3600), count }] };
  let newestInServiceAt: Instant = later(-3600);
  let before: ShadowRecord | undefined;
  const played: { live: SituatedLayer; shadow: DecidedShadow }[] = [];
  for (let minute = 1; minute <= minutes; minute += 1) {
    const now = later(60 * minute);
    const at = addSeconds(now, -60);
    const [value, requests] = [(100 * load(minute)) / count, 100 * load(minute)];
    const readings = readingsOf(
      makeReading({ value, at, recent: [value] }),
      makeReading({ kpi: 'requests', value: requests, at, recent: [requests] }),
    );
    const live = makeLive(application, { count, memory, newestInServiceAt, now, readings, bootSeconds: 0 });
    const shadow = decideBeside(application, live, { before });
    before = recordOf(shadow, before);
    if (live.decision.to.count > count) newestInServiceAt = now;
    count = live.decision.to.count;
    memory = live.memory;
    played.push({ live, shadow });
  }
  return played;
}

const wave = (minute: number): number => 6 + 4 * Math.sin(minute / 9) + (minute % 7) / 7;

describe('shadow rules', () => {
  it('decide as the live ones when they are the same, minute by minute', () => {
    const rules = [near(60), steps];
    const played = play(makeShadowed({ rules, shadow: { rules } }), wave, 120);

    expect(played.map(({ shadow }) => shadow.decision.to.count)).toEqual(
      played.map(({ live }) => live.decision.to.count),
    );
    expect(new Set(played.map(({ live }) => live.decision.outcome))).toEqual(new Set(['out', 'in', 'hold']));
    expect(played.every(({ shadow }) => shadow.decision.shadow?.restated.length === 0)).toBe(true);
  });

  it('come to the counts that they would have if they were live, though the live fleet is another', () => {
    const levels = [6, 2.3, 7.9, 4, 1.2, 5];
    const load = (minute: number): number => levels[Math.floor((minute - 1) / 15)] ?? 0;
    const ahead = [near(40)];
    const onTrial = play(makeShadowed({ rules: [near(80)], shadow: { rules: ahead } }), load, 90);
    const forReal = play(makeShadowed({ rules: ahead, shadow: { rules: ahead } }), load, 90);
    const settled = (minute: number): boolean => minute % 15 === 14;

    const counts = onTrial.map(({ shadow }) => shadow.decision.to.count).filter((_, minute) => settled(minute));
    expect(counts).toEqual(forReal.map(({ live }) => live.decision.to.count).filter((_, minute) => settled(minute)));
    expect(counts).toEqual([15, 6, 20, 10, 3, 13]);
    expect(onTrial.every(({ live, shadow }) => live.decision.to.count < shadow.decision.to.count)).toBe(true);
  });

  it('say where an average was measured when the fleets differ, and keep what they saw', () => {
    const application = makeShadowed({ rules: [near(80)], shadow: { rules: [near(40)] } });
    const [, , third] = play(application, () => 3.2, 3);

    expect(third?.shadow.decision).toMatchObject({
      to: { count: 8 },
      shadow: { liveCount: 4, liveInService: 4, inService: 8, restated: [{ kpi: 'cpu', measured: 80 }], taken: [] },
      readings: [{ kpi: 'cpu', value: 40, recent: [40] }],
    });
    expect(third?.shadow.decision.because).toBe(
      'Shadow: Hold web at 8: "cpu" wants 8 (cpu 40 is within 10 % of 40). Note: cpu 80 was measured on 4 live instances and counts as 40 on 8.',
    );
  });

  it('take what nobody can put in relation as it is, and say so', () => {
    const slow = { name: 'slow', kpi: 'p95', steps: [{ from: 0.5, add: 1 }] };
    const odd = { name: 'odd', kpi: 'odd', steps: [{ from: 500, add: 1 }] };
    const application = makeShadowed({
      rules: [near(80)],
      shadow: { rules: [near(40), slow, odd] },
      kpis: { odd: { expression: 'cpu + 1' } },
    });
    const reading = (kpi: string, value: number): Reading => makeReading({ kpi, value });
    const live = makeLive(application, {
      readings: readingsOf(reading('cpu', 80), reading('p95', 0.2), reading('odd', 81)),
    });
    const memory = { wishes: [], inService: [{ at: later(-3600), count: 8 }] };
    const before = { ...recordOf(decideBeside(application, live)), fleet: { count: 8, coming: [] }, memory };

    const { decision } = decideBeside(application, live, { before });

    expect(decision.shadow).toMatchObject({ restated: [{ kpi: 'cpu', measured: 80 }], taken: ['odd'] });
    expect(decision.because).toContain('odd is that of 4 live instances, not of 8');
    expect(decision.readings.find(({ kpi }) => kpi === 'p95')?.value).toBe(0.2);
  });

  it('have a memory of their own that begins as a copy', () => {
    const application = makeShadowed({
      rules: [near(60)],
      shadow: { rules: [near(60)], scaleIn: { cooldownSeconds: 600 } },
    });
    const live = makeLive(application, {
      readings: readingsOf(makeReading({ value: 20 })),
      memory: { wishes: [], inService: [{ at: later(-3600), count: 4 }], scaledInAt: later(-120) },
    });

    const shadow = decideBeside(application, live);

    expect(live.decision.outcome).toBe('in');
    expect(shadow.decision).toMatchObject({ outcome: 'hold', limits: [{ limit: 'cooldown' }] });
  });

  it('start anew as a copy of the live layer after an hour of silence', () => {
    const application = makeShadowed({ rules: [near(60)], shadow: { rules: [near(60)] } });
    const first = makeLive(application, { readings: readingsOf(makeReading({ value: 60 })) });
    const record = recordOf(decideBeside(application, first));
    const before = { ...record, fleet: { count: 15, coming: [] } };
    const at = (seconds: number) =>
      decideBeside(
        application,
        makeLive(application, {
          now: later(seconds),
          readings: readingsOf(makeReading({ value: 60, at: later(seconds - 60) })),
        }),
        { before },
      );

    expect([at(3600).decision.from.count, at(3600).since]).toEqual([15, noon]);
    expect([at(3601).decision.from.count, at(3601).since]).toEqual([4, later(3601)]);
  });

  it('take over what the same rule has learnt, and nothing of another', () => {
    const application = (shadow: object) => makeShadowed({ rules: [risk], shadow: { rules: [shadow] } });
    const learnt = makeLive(application(risk), {
      readings: readingsOf(makeReading({ kpi: 'requests', value: 300, recent: [300] })),
    });
    const forecasts = { ...learnt.memory.forecasts };
    const begin = (shadow: object) => {
      const file = application(shadow);
      const readings = readingsOf(makeReading({ kpi: 'requests', recent: [undefined], value: undefined }));
      const live = makeLive(file, { now: later(60), memory: { ...learnt.memory, forecasts }, readings });
      return decideBeside(file, live).memory.forecasts?.['load']?.demand;
    };

    expect(begin(risk)).toEqual(forecasts['load']?.demand);
    expect(forecasts['load']?.demand).toBeDefined();
    expect(begin({ ...risk, perCapacityUnit: 50 })).toBeUndefined();
    expect(begin({ ...risk, kpi: 'p95' })).toBeUndefined();
  });

  it('wait for history with a live rule that learns the same, and for nobody else: history is read for live rules', () => {
    const readings = readingsOf(makeReading({ kpi: 'requests', value: 300, recent: [300] }));
    const saidBy = (shadow: object) => {
      const application = makeShadowed({ rules: [risk], shadow: { rules: [shadow] } });
      const live = makeLive(application, { readings, histories: new Map() });
      return decideBeside(application, live).decision.because;
    };

    expect(saidBy({ ...risk, shortfallPercent: 2 })).toContain('its history is still to be read');
    for (const other of [{ name: 'another' }, { perCapacityUnit: 50 }, { demand: { growthFactor: 2 } }]) {
      expect(saidBy({ ...risk, ...other })).not.toContain('history');
    }
  });

  it('are bound by budget, ceilings and limits as the live layer is, and by bounds of their own', () => {
    const application = makeShadowed({ rules: [near(60)], shadow: { rules: [near(30)], count: { max: 7 } } });
    const readings = readingsOf(makeReading({ value: 90 }));

    expect(decideBeside(application, makeLive(application, { readings })).decision).toMatchObject({
      to: { count: 7 },
      limits: [{ limit: 'max' }],
    });
    expect(decideBeside(application, makeLive(application, { readings, maxHourlyUsd: 0.5 })).decision).toMatchObject({
      to: { count: 5 },
      limits: [{ limit: 'max' }, { limit: 'budget' }],
    });
  });

  it('say nothing of the kill switch and of machines that failed: they have none', () => {
    const application = makeShadowed({ rules: [near(60)], shadow: { rules: [near(60)] } });
    const live = makeLive(application, {
      isStopped: true,
      failed: 3,
      readings: readingsOf(makeReading({ value: 20 })),
    });

    expect(live.decision).toMatchObject({ isStopped: true, outcome: 'hold' });
    expect(decideBeside(application, live).decision).toMatchObject({ outcome: 'in' });
    expect(decideBeside(application, live).decision.isStopped).toBeUndefined();
  });
});

describe('the risk of both', () => {
  it('is counted once for each period of measured demand, by the fewest that served in it', () => {
    const application = makeShadowed({ rules: [near(60)], shadow: { rules: [near(30), risk] } });
    const played = play(application, () => 5.5, 30);
    const counted = played.at(-1)?.shadow.risk;

    // 5.5 instances' worth needs 6; the live rules keep more than that from the second minute on.
    expect(counted).toMatchObject({ kpi: 'requests', until: later(1800) });
    expect(counted?.hours).toEqual([{ from: noon, knownSeconds: 1800, liveShortSeconds: 60, shadowShortSeconds: 60 }]);
  });

  it('is counted by the hour, for a week', () => {
    const application = makeShadowed({ rules: [risk], shadow: { rules: [near(60)] } });
    let before: ShadowRecord | undefined;
    for (let hour = 0; hour < 200; hour += 1) {
      const at = later(3600 * hour);
      const live = makeLive(application, {
        now: addSeconds(at, 60),
        readings: readingsOf(
          makeReading({ kpi: 'requests', value: 450, at, recent: [450] }),
          makeReading({ value: 60, at }),
        ),
      });
      const record = recordOf(decideBeside(application, live, { before }), before);
      before = { ...record, fleet: { count: 5, coming: [] } };
    }

    expect(before?.risk?.hours).toHaveLength(168);
    expect(before?.risk?.hours.at(-1)).toMatchObject({ knownSeconds: 60, liveShortSeconds: 60 });
    expect(JSON.stringify(before?.risk).length).toBeLessThan(20_000);
  });

  it('is unknown without a rule that says what an instance carries, and forgotten with its KPI', () => {
    const rules = [near(60)];
    const without = makeShadowed({ rules, shadow: { rules } });
    const reading = makeReading({ kpi: 'requests', value: 450, recent: [450] });
    const live = (file: typeof without) =>
      makeLive(file, { readings: readingsOf(makeReading({ value: 60 }), reading, { ...reading, kpi: 'p95' }) });
    const withRisk = makeShadowed({ rules, shadow: { rules: [risk] } });
    const known = recordOf(decideBeside(withRisk, live(withRisk)));
    const other = makeShadowed({ rules, shadow: { rules: [{ ...risk, kpi: 'p95' }] } });

    expect(decideBeside(without, live(without)).risk).toBeUndefined();
    expect(known.risk?.hours).toHaveLength(1);
    expect(decideBeside(withRisk, live(withRisk), { before: known }).risk).toEqual(known.risk);
    expect(decideBeside(other, live(other), { before: known }).risk).toMatchObject({ kpi: 'p95' });
  });
});
