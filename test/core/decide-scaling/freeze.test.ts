import { describe, expect, it } from 'vitest';
import { addSeconds } from '../../../core/amounts.ts';
import { decideScaling } from '../../../core/decide-scaling/decide-scaling.ts';
import type { LayerSituation } from '../../../core/decide-scaling/layer-situation.ts';
import type { ScalingMemory } from '../../../core/decision.ts';
import { makeReading, makeSituation, readingsOf } from '../../factories/situation.ts';
import { noon } from '../../factories/stored.ts';

const outage = {
  name: 'outage',
  kpi: 'requests',
  fallsPercent: 50,
  withinSeconds: 600,
  while: { kpi: 'errorRatio', above: 0.05 },
  forSeconds: 300,
};

interface Minute {
  readonly requests: number | undefined;
  readonly peak?: number;
  readonly errorRatio?: number | undefined;
  readonly others?: LayerSituation['others'];
}

/** One decision a minute for ten instances that a rule on requests would shrink, each with what the last one remembered. */
function decideAll(minutes: readonly Minute[], freeze: readonly object[] = [outage]) {
  let memory: ScalingMemory = { wishes: [], inService: [{ at: addSeconds(noon, -3600), count: 10 }] };
  return minutes.map((minute, index) => {
    const { requests, peak, others } = minute;
    const errorRatio = 'errorRatio' in minute ? minute.errorRatio : 0;
    const now = addSeconds(noon, index * 60);
    const of = { at: addSeconds(now, -60) };
    const peaks = peak === undefined ? [] : [{ withinSeconds: 600, value: peak }];
    const decided = decideScaling(
      makeSituation({
        settings: {
          count: { min: 1, max: 20 },
          rules: [{ name: 'busy', kpi: 'cpu', targetValue: 60 }],
          scaleIn: { stabilizationSeconds: 0, freeze },
        },
        count: 10,
        memory,
        now,
        ...(others === undefined ? {} : { others }),
        readings: readingsOf(
          makeReading({ value: 30, ...of }),
          makeReading({ kpi: 'requests', value: requests, peaks, ...(requests === undefined ? {} : of) }),
          makeReading({ kpi: 'errorRatio', value: errorRatio, ...(errorRatio === undefined ? {} : of) }),
        ),
      }),
    );
    memory = decided.memory;
    return decided;
  });
}

const frozenAt = (minutes: readonly Minute[], freeze?: readonly object[]) =>
  decideAll(minutes, freeze).map(({ decision }) => decision.limits.some(({ limit }) => limit === 'freeze'));

describe('a freeze', () => {
  it.each([
    ['traffic fell and errors rose', { requests: 400, peak: 1000, errorRatio: 0.1 }, true],
    ['traffic fell exactly so far', { requests: 500, peak: 1000, errorRatio: 0.1 }, true],
    ['traffic fell a little less', { requests: 501, peak: 1000, errorRatio: 0.1 }, false],
    ['traffic fell on a quiet evening', { requests: 400, peak: 1000, errorRatio: 0.05 }, false],
    ['errors rose under full traffic', { requests: 990, peak: 1000, errorRatio: 0.3 }, false],
    ['traffic has no data any more', { requests: undefined, peak: 1000, errorRatio: 0.1 }, true],
    ['traffic was never seen', { requests: undefined, errorRatio: 0.1 }, false],
    ['traffic was always zero', { requests: 0, peak: 0, errorRatio: 0.1 }, false],
    ['nobody knows of errors', { requests: 400, peak: 1000, errorRatio: undefined }, true],
  ])('when %s', (_, minute, isFrozen) => {
    expect(frozenAt([minute])).toEqual([isFrozen]);
  });

  it('says what it saw, in the sentence too, and what it kept', () => {
    const [decided] = decideAll([{ requests: 400, peak: 1000, errorRatio: 0.1 }]);
    expect(decided?.decision).toMatchObject({ outcome: 'hold', to: { count: 10 } });
    expect(decided?.decision.limits).toEqual([
      {
        limit: 'freeze',
        before: 5,
        after: 10,
        because: 'kept at 10 by the freeze "outage": requests fell from 1000 to 400, and errorRatio 0.1 is above 0.05',
      },
    ]);
    expect(decided?.decision.because).toContain('kept at 10 by the freeze "outage": requests fell');
    expect(decided?.decision.readings.map(({ kpi }) => kpi)).toEqual(['cpu', 'requests', 'errorRatio']);
  });

  it.each([
    [
      { requests: undefined, peak: 1000, errorRatio: undefined },
      'requests was 1000 and has no data, and there is no data for errorRatio',
    ],
  ])('says what it does not know: %j', (minute, said) => {
    expect(decideAll([minute])[0]?.decision.because).toContain(said);
  });

  it('holds through an outage that outlasts its window: the height before it is remembered', () => {
    const long = Array.from({ length: 30 }, (_, minute) => ({
      requests: 100,
      peak: minute < 10 ? 1000 : 100,
      errorRatio: 0.5,
    }));
    expect(frozenAt(long)).toEqual(long.map(() => true));
  });

  it.each([
    ['traffic is back', { requests: 950, peak: 950, errorRatio: 0.5 }],
    ['the errors are over', { requests: 100, peak: 100, errorRatio: 0 }],
  ])('ends its time after %s, to the second, and is forgotten', (_, after) => {
    const minutes: readonly Minute[] = [
      { requests: 100, peak: 1000, errorRatio: 0.5 },
      ...Array.from({ length: 6 }, () => after),
    ];
    const decided = decideAll(minutes);
    expect(decided.map(({ decision }) => decision.outcome)).toEqual([
      'hold',
      'hold',
      'hold',
      'hold',
      'hold',
      'in',
      'in',
    ]);
    expect(decided[2]?.decision.because).toContain(
      'kept at 10 by the freeze "outage" until 12:05 UTC (last seen at 12:00 UTC)',
    );
    expect(decided[4]?.memory.freezes).toEqual({ outage: { peak: 1000, seenAt: noon } });
    expect(decided[5]?.memory).not.toHaveProperty('freezes');
  });

  it('begins its time anew when both come again', () => {
    const down = { requests: 100, peak: 1000, errorRatio: 0.5 };
    const back = { requests: 950, peak: 1000, errorRatio: 0 };
    expect(frozenAt([down, back, back, back, down, back, back, back, back, back])).toEqual([
      ...Array.from({ length: 9 }, () => true),
      false,
    ]);
  });

  it('holds growth in nothing, and yields to max', () => {
    const minute = { requests: 100, peak: 1000, errorRatio: 0.5 };
    const [decided] = decideAll([minute]);
    const situation = makeSituation({
      settings: { count: { min: 1, max: 7 }, rules: [], scaleIn: { stabilizationSeconds: 0, freeze: [outage] } },
      count: 10,
      memory: decided?.memory ?? { wishes: [], inService: [] },
    });
    expect(decideScaling(situation).decision.to.count).toBe(7);
    const busy = makeSituation({
      settings: { rules: [{ name: 'busy', kpi: 'cpu', targetValue: 60 }], scaleIn: { freeze: [outage] } },
      count: 10,
      memory: decided?.memory ?? { wishes: [], inService: [] },
      readings: readingsOf(makeReading({ value: 90 })),
    });
    expect(decideScaling(busy).decision).toMatchObject({ outcome: 'out', to: { count: 15 } });
  });
});

describe('a freeze on another layer', () => {
  const upstream = { ...outage, while: { layer: 'lb', unhealthyPercent: 50 } };
  const lost = (count: number) => new Map([['lb', { desired: 4, inService: 4 - count, lost: count }]]);

  it.each([
    [2, true],
    [1, false],
    [0, false],
  ])('holds when so many of four are lost: %d', (count, isFrozen) => {
    expect(frozenAt([{ requests: 100, peak: 1000, others: lost(count) }], [upstream])).toEqual([isFrozen]);
  });

  it('says so', () => {
    const [decided] = decideAll([{ requests: 100, peak: 1000, others: lost(3) }], [upstream]);
    expect(decided?.decision.because).toContain('requests fell from 1000 to 100, and 3 of 4 lb are lost');
  });

  it('knows nothing of a layer that has nobody yet', () => {
    expect(frozenAt([{ requests: 100, peak: 1000, others: new Map() }], [upstream])).toEqual([false]);
  });
});

describe('a KPI below a value', () => {
  it('is trouble too', () => {
    const idle = { ...outage, while: { kpi: 'errorRatio', below: 0.1 } };
    expect(frozenAt([{ requests: 100, peak: 1000, errorRatio: 0.09 }], [idle])).toEqual([true]);
    expect(frozenAt([{ requests: 100, peak: 1000, errorRatio: 0.1 }], [idle])).toEqual([false]);
    expect(decideAll([{ requests: 100, peak: 1000, errorRatio: 0.09 }], [idle])[0]?.decision.because).toContain(
      'is below 0.1',
    );
  });
});
