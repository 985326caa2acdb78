import { describe, expect, it } from 'vitest';
import { addSeconds, type Instant } from '../../../core/amounts.ts';
import type { RuleHistory } from '../../../core/collect-history.ts';
import { type Decided, decideScaling } from '../../../core/decide-scaling/decide-scaling.ts';
import { MOST_PERIODS } from '../../../core/decide-scaling/learn-history.ts';
import type { ScalingMemory } from '../../../core/decision.ts';
import type { Series } from '../../../core/samples.ts';
import { makeReading, makeSituation, readingsOf } from '../../factories/situation.ts';
import { noon } from '../../factories/stored.ts';

const rule = { name: 'carry', kpi: 'requests', perCapacityUnit: 10, shortfallPercent: 1 };
const blank: ScalingMemory = { wishes: [], inService: [] };

/** What was asked of the layer in the minute that begins at an instant: never the same twice in a row. */
function loadAt(at: Instant): number {
  return 100 + 30 * Math.sin(at / 1000 / 240);
}

/** Minutes from `minutesAgo` before noon to noon, those left out that `isGone`. */
function seriesOf(minutesAgo: number, isGone: (minute: number) => boolean = () => false): Series {
  const samples = Array.from({ length: minutesAgo }, (_, index) => addSeconds(noon, (index - minutesAgo) * 60)).flatMap(
    (at, index) => (isGone(index - minutesAgo) ? [] : [{ at, value: loadAt(at) }]),
  );
  return { periodSeconds: 60, samples };
}

function historyOf(
  from: Instant,
  series: ReadonlyMap<string, Series> | undefined,
  more: Partial<RuleHistory> = {},
): RuleHistory {
  return { layer: 'web', rule: 'carry', from, until: noon, periodSeconds: 60, silence: new Map(), series, ...more };
}

interface Given {
  readonly memory?: ScalingMemory;
  readonly history?: RuleHistory | undefined;
  readonly asksNobody?: boolean;
  readonly now?: Instant;
  readonly load?: number | undefined;
  readonly demand?: object;
  readonly readings?: readonly ReturnType<typeof makeReading>[];
}

/** One decision for four instances, with the load of the minute before unless told. */
function decide({
  memory = blank,
  history,
  asksNobody = false,
  now = noon,
  demand,
  readings = [],
  ...given
}: Given = {}): Decided {
  const at = addSeconds(now, -60);
  const load = 'load' in given ? given.load : loadAt(at);
  const rules = [demand === undefined ? rule : { ...rule, demand }];
  return decideScaling(
    makeSituation({
      settings: { rules, count: { min: 0, max: 100 }, scaleIn: { stabilizationSeconds: 0 } },
      memory,
      now,
      ...(asksNobody ? {} : { histories: new Map(history && [[rule.name, history]]) }),
      readings: readingsOf(
        makeReading({ kpi: 'requests', value: load, ...(load === undefined ? {} : { at }) }),
        ...readings,
      ),
    }),
  );
}

/** What the rule has learnt when it decided each minute from `minutesAgo` on, live. */
function liveMemory(minutesAgo: number, until = 0): ScalingMemory {
  let memory = blank;
  for (let minute = 1 - minutesAgo; minute <= until; minute += 1) {
    memory = decide({ memory, now: addSeconds(noon, minute * 60), asksNobody: true }).memory;
  }
  return memory;
}

const ago = (minutes: number) => addSeconds(noon, -minutes * 60);

describe('a rule that was never taught', () => {
  it('learns its history before it decides: the demand of the last day is what it knows of day and week', () => {
    const history = historyOf(ago(600), new Map([['requests', seriesOf(600)]]));
    const { decision, memory } = decide({ history });
    const lived = liveMemory(600);
    expect(memory.taught).toEqual({ carry: { until: noon } });
    expect(memory.forecasts?.['carry']?.lookAhead.day).toEqual(lived.forecasts?.['carry']?.lookAhead.day);
    expect(memory.forecasts?.['carry']?.demand).toEqual(lived.forecasts?.['carry']?.demand);
    expect(decision.because).toContain('chance to be short, 1 % accepted');
    expect(decide({ asksNobody: true }).decision.because).toContain('still learning');
  });

  it('learns it in slices, and asks meanwhile for no less than now needs nor than there is', () => {
    const minutes = 2 * MOST_PERIODS + 100;
    const history = historyOf(ago(minutes), new Map([['requests', seriesOf(minutes)]]));
    let memory = blank;
    const steps = [0, 1, 2].map(() => {
      const rest = historyOf(memory.taught?.['carry']?.until ?? ago(minutes), restOf(history, memory));
      const decided = decide({ memory, history: rest });
      memory = decided.memory;
      return decided;
    });
    expect(steps.map(({ memory: { taught } }) => taught?.['carry'])).toEqual([
      { until: ago(minutes - MOST_PERIODS), isReading: true },
      { until: ago(100), isReading: true },
      { until: noon },
    ]);
    const needed = Math.ceil(loadAt(ago(1)) / 10);
    for (const { decision } of steps.slice(0, 2)) {
      expect(decision.to.count).toBe(needed);
      expect(decision.because).toContain('its history is read up to 2026-11-2');
    }
    const whole = seriesOf(minutes).samples.length;
    expect(memory.forecasts?.['carry']?.demand?.count).toBe(whole);
  });

  it('waits for its turn, learns nothing of today before it, and lets nobody go', () => {
    const { decision, memory } = decide({ load: 1 });
    expect(decision).toMatchObject({ outcome: 'hold' });
    expect(decision.because).toContain('its history is still to be read');
    expect(memory.forecasts).toEqual({});
  });

  it('starts at once when there is no history', () => {
    const { memory } = decide({ history: historyOf(ago(600), new Map([['requests', seriesOf(0)]])) });
    expect(memory).toMatchObject({ taught: { carry: { until: noon } } });
    expect(memory.forecasts).toEqual(decide({ asksNobody: true }).memory.forecasts);
    const nothing = decide({ history: historyOf(ago(600), new Map()), load: undefined });
    expect(nothing.memory.taught).toEqual({ carry: { until: noon } });
  });

  it('tries again ever later when nobody answers, then starts without, and says all of it', () => {
    let memory = blank;
    let now = noon;
    const said: string[] = [];
    const waits: number[] = [];
    for (let times = 1; times <= 5; times += 1) {
      const decided = decide({ memory, now, history: historyOf(ago(600), undefined) });
      memory = decided.memory;
      said.push(/its history could not be read[^;)]*/.exec(decided.decision.because)?.[0] ?? '');
      const { retryAt = now } = memory.taught?.['carry']?.failed ?? {};
      waits.push((retryAt - now) / 1000);
      now = retryAt;
    }
    expect(waits).toEqual([60, 120, 240, 480, 0]);
    expect(said[0]).toBe('its history could not be read, 1 of 5 tries');
    expect(said[4]).toBe('its history could not be read, 5 of 5 tries: it starts without');
    expect(memory.taught?.['carry']).not.toHaveProperty('isReading');
    const after = decide({ memory, now: addSeconds(now, 60) });
    expect(after.memory.forecasts?.['carry']?.demand?.count).toBe(2);
  });
});

describe('history', () => {
  it('that another evaluation has taught meanwhile is not taught twice', () => {
    const history = historyOf(ago(600), new Map([['requests', seriesOf(600)]]));
    const { memory } = decide({ history });
    const stale = historyOf(ago(1500), new Map([['requests', seriesOf(1500)]]));
    const again = decide({ memory, history: stale });
    expect(again.memory.forecasts?.['carry']?.demand).toEqual(memory.forecasts?.['carry']?.demand);
    expect(again.memory.taught).toEqual(memory.taught);
  });

  it('has gaps, which teach nothing; unless the file says what silence stands for', () => {
    const series = new Map([['requests', seriesOf(300, (minute) => minute >= -200 && minute < -100)]]);
    const taughtBy = (history: RuleHistory) => decide({ history }).memory.forecasts?.['carry']?.demand?.count;
    expect(taughtBy(historyOf(ago(300), series))).toBe(200);
    expect(taughtBy(historyOf(ago(300), series, { silence: new Map([['requests', 0]]) }))).toBe(300);
  });

  it('is told demand from as today is: what was refused comes on top, what is unknown teaches nothing', () => {
    const demand = { plus: ['refused'], backlog: 'queue', saturatedWhen: [{ kpi: 'cpu', above: 95 }] };
    const flat = (value: number, gone?: (minute: number) => boolean): Series => ({
      periodSeconds: 60,
      samples: seriesOf(300, gone).samples.map(({ at }) => ({ at, value })),
    });
    const cpu = { periodSeconds: 300, samples: flat(50).samples.filter(({ at }) => at % 300_000 === 0) };
    const parts = { refused: flat(10), queue: flat(3), cpu };
    const readings = [
      makeReading({ kpi: 'refused', value: 10 }),
      makeReading({ kpi: 'queue', value: 3, recent: [3, 3] }),
      makeReading({ kpi: 'cpu', value: 50 }),
    ];
    const learnt = (more: Readonly<Record<string, Series>>) => {
      const series = new Map(Object.entries({ requests: seriesOf(300), ...parts, ...more }));
      const state = decide({ history: historyOf(ago(300), series), demand, readings }).memory.forecasts?.['carry'];
      return { count: state?.demand?.count, load: (state?.demand?.smoothed.at(-1) ?? 0) ** 2 * 10 };
    };
    expect(learnt({})).toMatchObject({ count: 300 });
    expect(learnt({}).load).toBeGreaterThan(learnt({ refused: flat(0) }).load + 8);
    expect(learnt({ refused: flat(10, (minute) => minute < -100) })).toMatchObject({ count: 100 });
    expect(learnt({ cpu: { ...cpu, samples: cpu.samples.map(({ at }) => ({ at, value: 99 })) } }).load).toBeGreaterThan(
      1.4 * learnt({ refused: flat(0) }).load,
    );
  });
});

describe('a gap in what a rule was taught', () => {
  it('is filled before today is learnt, as if it had never been', () => {
    const memory = liveMemory(120, -30);
    const history = historyOf(memory.taught?.['carry']?.until ?? noon, new Map([['requests', seriesOf(31)]]));
    const { memory: filled } = decide({ memory, history });
    expect(filled.forecasts?.['carry']?.demand).toEqual(liveMemory(120).forecasts?.['carry']?.demand);
  });

  it('is done without when nobody answers and today goes on', () => {
    const memory = liveMemory(120, -30);
    const until = memory.taught?.['carry']?.until ?? noon;
    const { memory: after } = decide({ memory, history: historyOf(until, undefined) });
    expect(after.taught).toEqual({ carry: { until: noon } });
    const silent = decide({ memory, history: historyOf(until, undefined), load: undefined });
    expect(silent.memory.taught).toEqual({ carry: { until } });
  });
});

function restOf({ series }: RuleHistory, memory: ScalingMemory): ReadonlyMap<string, Series> {
  const from = memory.taught?.['carry']?.until ?? 0;
  return new Map(
    [...(series ?? [])].map(([kpi, { periodSeconds, samples }]) => [
      kpi,
      { periodSeconds, samples: samples.filter(({ at }) => at >= from) },
    ]),
  );
}
