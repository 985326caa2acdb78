import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSeconds, type Instant, instantFromIso } from '../../core/amounts.ts';
import type { ForecastState } from '../../core/forecast/state.ts';
import { type RiskAnswer, type RiskQuestion, startForecast, stepRisk } from '../../core/forecast/step-risk.ts';

const monday = instantFromIso('2026-11-16T00:00:00Z');
const minute = { periodSeconds: 60, perInstance: 100, shortfallPercent: 1, bootSeconds: 180, running: 1 };

/** Repeatable noise: a linear congruential generator, summed to be near normal. */
function noise(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => Array.from({ length: 6 }, uniform).reduce((sum, value) => sum + value, -3) * Math.SQRT2;
}

interface Played {
  readonly state: ForecastState;
  readonly answers: RiskAnswer[];
}

type Rule = Omit<RiskQuestion, 'at' | 'sample'>;

function atStep(rule: Rule, step: number): Instant {
  return addSeconds(monday, step * rule.periodSeconds);
}

/** Steps through loads, each known one period after its end; an undefined load is a missing sample. */
function play(loads: readonly (number | undefined)[], rule: Rule = minute, start = startForecast(rule)): Played {
  let state = start;
  const answers: RiskAnswer[] = [];
  for (const [step, load] of loads.entries()) {
    const sample = load === undefined ? undefined : { from: atStep(rule, step), load };
    const running = answers.at(-1)?.needed ?? rule.running;
    const result = stepRisk(state, { ...rule, running, at: atStep(rule, step + 2), sample });
    state = result.state;
    answers.push(result.answer);
  }
  return { state, answers };
}

/** Share of steps with more demand than the answers kept in service through: those from a boot time before until the step itself. */
function shortPercent(loads: readonly number[], answers: readonly RiskAnswer[], rule: Rule, from: number): number {
  const bootSteps = Math.ceil(rule.bootSeconds / rule.periodSeconds);
  let short = 0;
  for (let step = from; step < loads.length; step += 1) {
    const counting = answers.slice(step - 2 - bootSteps, step - 1).map(({ needed }) => needed);
    if ((loads[step] ?? 0) > Math.min(...counting) * rule.perInstance) short += 1;
  }
  return (100 * short) / (loads.length - from);
}

function daily(days: number, spread: number, seed = 1): number[] {
  const next = noise(seed);
  return Array.from({ length: days * 1440 }, (_, index) =>
    Math.max(0, 1000 + 600 * Math.sin((2 * Math.PI * index) / 1440) + spread * next()),
  );
}

it('asks for nine tenths of what demand has needed twice in a row, however calm it was before', () => {
  const calm = Array.from({ length: 3000 }, (_, index) => 900 + (index % 5));
  const { answers } = play([...calm, 2000, 2000, 2000]);

  expect(answers.at(-4)?.needed).toBeLessThan(12);
  expect(answers.at(-2)?.needed).toBeGreaterThanOrEqual(18);
});

describe('calibration', () => {
  it.each([0.5, 2, 5])(
    'reaches an asked-for risk of %d % on a noisy day pattern',
    (shortfallPercent) => {
      const rule = { ...minute, shortfallPercent };
      const loads = daily(8, 80);
      const reached = shortPercent(loads, play(loads, rule).answers, rule, 2 * 1440);
      expect(reached).toBeGreaterThan(0.7 * shortfallPercent);
      expect(reached).toBeLessThan(1.3 * shortfallPercent);
    },
    60_000,
  );

  it('reaches it after the noise has tripled', () => {
    const loads = [...daily(4, 40), ...daily(4, 120, 7)];
    const reached = shortPercent(loads, play(loads).answers, minute, 5 * 1440);
    expect(reached).toBeGreaterThan(0.5);
    expect(reached).toBeLessThan(1.5);
  }, 60_000);

  it('asks for more instances the less risk is asked for', () => {
    const loads = daily(4, 80);
    const sums = [0.2, 1, 5].map((shortfallPercent) => {
      const { answers } = play(loads, { ...minute, shortfallPercent });
      return answers.slice(1440).reduce((sum, { needed }) => sum + needed, 0);
    });
    expect(sums[0]).toBeGreaterThan(sums[1] ?? 0);
    expect(sums[1]).toBeGreaterThan(sums[2] ?? 0);
  }, 60_000);

  it('spends it under a smooth load too, where an instance more or less is a hair of demand', () => {
    const loads = daily(14, 0);
    const rule = { ...minute, perInstance: 25 };
    const { answers } = play(loads, rule);

    const percent = shortPercent(loads, answers, rule, 4 * 1440);
    expect(percent).toBeGreaterThan(0.7);
    expect(percent).toBeLessThan(1.3);
  });

  it('keeps little above a load that it can foresee', () => {
    const { answers } = play(daily(5, 0));
    const needs = daily(5, 0).map((load) => Math.ceil(load / 100));
    const sum = (values: number[]) => values.slice(3 * 1440).reduce((total, value) => total + value, 0);
    expect(sum(answers.map(({ needed }) => needed)) / sum(needs)).toBeLessThan(1.05);
  }, 60_000);
});

describe('safety', () => {
  it('never asks for less than the plain reactive rule during a cold start', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 }), (loads) => {
        for (const [step, { needed, basis }] of play(loads).answers.entries()) {
          expect(basis).toBe('learning');
          expect(needed).toBeGreaterThanOrEqual(Math.max(1, Math.ceil((loads[step] ?? 0) / 100 - 1e-6)));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('adds no more than a quarter to what demand needs while it learns', () => {
    const next = noise(3);
    const loads = Array.from({ length: 60 }, () => Math.max(50, 600 + 400 * next()));
    const { answers } = play(loads, { ...minute, running: 2 });

    let running = 2;
    for (const [step, { needed, basis }] of answers.entries()) {
      if (basis !== 'learning') continue;
      const now = Math.ceil((loads[step] ?? 0) / minute.perInstance);
      expect(needed, `step ${step}`).toBeLessThanOrEqual(Math.max(running, Math.ceil(1.25 * now)));
      running = needed;
    }
    expect(answers.at(-1)?.basis).toBe('learnt');
  });

  it('releases nobody for less than a tenth of the headroom', () => {
    const next = noise(5);
    const loads = Array.from({ length: 3000 }, () => Math.max(50, 1000 + 250 * next()));
    const { answers } = play(loads, { ...minute, perInstance: 25 });

    let kept = 0;
    for (let step = 1500; step < answers.length; step += 1) {
      const [before, answer] = [answers[step - 1]?.needed ?? 0, answers[step]];
      const headroom = (answer?.needed ?? 0) - (loads[step] ?? 0) / 25;
      if (answer !== undefined && answer.needed < before)
        expect(before - answer.needed).toBeGreaterThan(0.1 * headroom - 1);
      if (answer?.outlook?.isTooLittleLess === true) kept += 1;
    }
    expect(kept).toBeGreaterThan(20);
  });

  it('gives up no running instance while it learns', () => {
    const { answers } = play([100, 100, 100], { ...minute, running: 12 });
    expect(answers.map(({ needed }) => needed)).toEqual([12, 12, 12]);
  });

  it('stands by its last answer while samples are missing', () => {
    const loads = daily(1, 50);
    const { answers } = play([...loads, ...new Array<undefined>(30).fill(undefined)]);
    const last = answers[loads.length - 1]?.needed;
    for (const answer of answers.slice(loads.length)) expect(answer).toMatchObject({ needed: last, basis: 'held' });
  });

  it('asks for what runs when it has never seen a sample', () => {
    const { answers } = play([undefined, undefined], { ...minute, running: 5 });
    expect(answers.map(({ needed }) => needed)).toEqual([5, 5]);
  });

  it('goes on after a gap of hours with finite answers near the load', () => {
    const loads = daily(3, 50);
    const withGap = [...loads.slice(0, 3000), ...new Array<undefined>(300).fill(undefined), ...loads.slice(3300)];
    const { answers } = play(withGap);
    for (const { needed } of answers.slice(3310)) expect(needed).toBeLessThan(60);
    for (const [step, { needed }] of answers.entries()) if (step > 3310) expect(needed).toBeGreaterThanOrEqual(2);
  }, 30_000);

  it('ignores samples that come twice or out of order', () => {
    const { state } = play(daily(1, 50));
    const late = { ...minute, at: atStep(minute, 1450), sample: { from: atStep(minute, 1000), load: 1e9 } };
    const { state: after, answer } = stepRisk(state, late);
    expect(after).toEqual(state);
    expect(answer.basis).toBe('held');
  });

  it('answers with whole numbers of at least 1, whatever the load does', () => {
    const load = fc.oneof(fc.constant(undefined), fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true }));
    fc.assert(
      fc.property(
        fc.array(load, { minLength: 40, maxLength: 120 }),
        fc.integer({ min: 0, max: 3600 }),
        (loads, bootSeconds) => {
          for (const { needed } of play(loads, { ...minute, bootSeconds }).answers) {
            expect(Number.isInteger(needed)).toBe(true);
            expect(needed).toBeGreaterThanOrEqual(1);
          }
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});

describe('state', () => {
  it('survives a round trip through JSON without a change of the answers', () => {
    const loads = daily(1, 60);
    const half = play(loads.slice(0, 700));
    const restored = JSON.parse(JSON.stringify(half.state)) as ForecastState;
    const rule = { ...minute, running: half.answers.at(-1)?.needed ?? 1 };
    const next = { ...rule, at: atStep(rule, 702), sample: { from: atStep(rule, 700), load: 900 } };
    expect(stepRisk(restored, next)).toEqual(stepRisk(half.state, next));
  });

  it('does not change the state that it is given', () => {
    const { state } = play(daily(1, 60).slice(0, 300));
    const before = JSON.stringify(state);
    stepRisk(state, { ...minute, at: atStep(minute, 302), sample: { from: atStep(minute, 300), load: 1 } });
    expect(JSON.stringify(state)).toBe(before);
  });

  const old = { ...minute, bootSeconds: 600 };
  const { state: afterHalfAMonth } = play(daily(15, 90), old);

  it('stays under 64 KB after 15 days, and under 48 KB with a boot time of ten minutes', () => {
    expect(JSON.stringify(afterHalfAMonth).length).toBeLessThan(48 * 1024);
    const { state } = play(daily(1, 90), { ...minute, bootSeconds: 32 * 60 });
    const longest = { ...afterHalfAMonth, foreseen: state.foreseen, answers: state.answers };
    expect(JSON.stringify(longest).length).toBeLessThan(64 * 1024);
  }, 60_000);

  it('starts anew on another tick length but keeps what it knows of the day', () => {
    const { state } = play(daily(2, 30));
    const { state: after } = stepRisk(state, {
      ...minute,
      bootSeconds: 7200,
      at: atStep(minute, 2890),
      sample: undefined,
    });
    expect(after.tickSeconds).toBe(240);
    expect(after.lookAhead.day).toEqual(state.lookAhead.day);
    expect(after.demand).toBeUndefined();
  });

  it('takes a step in less than 2 ms at 15 days of history', () => {
    const question = { ...old, at: atStep(old, 21_602), sample: { from: atStep(old, 21_600), load: 1500 } };
    for (let warm = 0; warm < 50; warm += 1) stepRisk(afterHalfAMonth, question);
    const times = Array.from({ length: 51 }, () => {
      const started = performance.now();
      stepRisk(afterHalfAMonth, question);
      return performance.now() - started;
    });
    expect(times.sort((a, b) => a - b)[25]).toBeLessThan(2);
  }, 120_000);
});

describe('units and periods', () => {
  it.each([1e-4, 1e4])('asks for the same instances when all loads are multiplied by %d', (factor) => {
    const loads = daily(1, 60);
    const scaled = play(
      loads.map((load) => load * factor),
      { ...minute, perInstance: 100 * factor },
    );
    expect(scaled.answers.map(({ needed }) => needed)).toEqual(play(loads).answers.map(({ needed }) => needed));
  });

  it.each([1, 30, 300])(
    'works at a period of %d s',
    (periodSeconds) => {
      const next = noise(3);
      const loads = Array.from({ length: 3000 }, () => Math.max(0, 1000 + 100 * next()));
      const rule = { ...minute, periodSeconds, shortfallPercent: 2 };
      const { answers } = play(loads, rule);
      const settled = answers.slice(2000).map(({ needed }) => needed);
      expect(Math.min(...settled)).toBeGreaterThanOrEqual(10);
      expect(Math.max(...settled)).toBeLessThanOrEqual(17);
    },
    30_000,
  );

  it('finds the day in the data and launches before the morning that it has seen before', () => {
    const next = noise(5);
    const ramp = (minuteOfDay: number) => 300 + 1700 * Math.min(1, Math.max(0, (minuteOfDay - 480) / 60));
    const load = (index: number) => (index % 1440 < 1080 ? ramp(index % 1440) : 300);
    const loads = Array.from({ length: 8 * 1440 }, (_, index) => Math.max(0, load(index) + 10 * next()));
    const { answers } = play(loads, { ...minute, bootSeconds: 1200 });
    const beforeMorning = answers[7 * 1440 + 478];
    expect(beforeMorning?.needed).toBeGreaterThan(6);
  }, 60_000);
});
