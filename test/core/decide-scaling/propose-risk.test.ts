import { describe, expect, it } from 'vitest';
import { addSeconds } from '../../../core/amounts.ts';
import { decideScaling } from '../../../core/decide-scaling/decide-scaling.ts';
import type { ScalingMemory } from '../../../core/decision.ts';
import { makeReading, makeSituation, readingsOf } from '../../factories/situation.ts';
import { noon } from '../../factories/stored.ts';

const rule = { name: 'carry the load', kpi: 'cpu', perCapacityUnit: 10, shortfallPercent: 0.5 };

/** One decision a minute on these loads, each asked with what the last one remembered. */
function decideAll(loads: readonly (number | undefined)[], capacity = 1) {
  let memory: ScalingMemory = { wishes: [], inService: [] };
  let count = 4;
  return loads.map((value, minute) => {
    const now = addSeconds(noon, minute * 60);
    const reading = makeReading({ value, ...(value === undefined ? {} : { at: addSeconds(now, -60) }) });
    const situation = makeSituation({
      settings: { rules: [rule], count: { min: 0, max: 100 }, scaleIn: { stabilizationSeconds: 0 } },
      count,
      inService: count,
      revision: { number: 1, hourlyUsd: 0.1, capacity },
      memory,
      now,
      readings: readingsOf(reading),
    });
    const decided = decideScaling(situation);
    memory = decided.memory;
    count = decided.decision.to.count;
    return decided;
  });
}

describe('the risk rule', () => {
  it('says when less would do, and is too little less for a release', () => {
    const loads = Array.from({ length: 400 }, (_, minute) => 400 + 37 * ((minute * 7) % 11));
    const said = decideAll(loads).map(({ decision }) => decision.proposals[0]?.because ?? '');

    expect(
      said.some((because) => /\d+ would do from now on, too little less than \d+ for a release$/u.test(because)),
    ).toBe(true);
  });

  it('never asks for less than demand needs now, and lets nobody go while it learns', () => {
    const decided = decideAll([40, 100, 100, 20, 20]);

    for (const { decision } of decided.slice(1)) expect(decision.to.count).toBeGreaterThanOrEqual(10);
    expect(decided[1]?.decision.proposals[0]?.because).toContain('still learning');
  });

  it('counts what one instance carries: twice the capacity needs half the instances', () => {
    const [needed, halved] = [1, 2].map((capacity) => decideAll([100, 100], capacity).at(-1)?.decision.to.count);

    expect(needed).toBeGreaterThanOrEqual(10);
    expect(halved).toBeGreaterThanOrEqual(5);
    expect(halved).toBeLessThan(needed ?? 0);
  });

  it('lets nobody go without data, and learns nothing from a stand-in', () => {
    const decided = decideAll([40, undefined]);

    expect(decided[1]?.decision.proposals).toEqual([{ rule: rule.name, kind: 'stay', because: 'no data for cpu' }]);
    expect(decided[1]?.memory.forecasts).toEqual(decided[0]?.memory.forecasts);
  });

  it('keeps its last answer between two samples, and says so', () => {
    const [first] = decideAll([40]);
    const situation = makeSituation({
      settings: { rules: [rule], count: { min: 0, max: 100 } },
      memory: first?.memory ?? { wishes: [], inService: [] },
      readings: readingsOf(makeReading({ value: 40 })),
    });

    const [proposal] = decideScaling({ ...situation, now: addSeconds(noon, 30) }).decision.proposals;

    expect(proposal?.because).toMatch(/no new cpu since the last answer|still learning/);
  });

  it('learns the headroom: on a steady noisy load it ends near the load, and says what it expects', () => {
    const loads = Array.from({ length: 1500 }, (_, minute) => 200 + 20 * Math.sin(minute * 2.4));

    const last = decideAll(loads).at(-1)?.decision;

    expect(last?.to.count).toBeGreaterThanOrEqual(20);
    expect(last?.to.count).toBeLessThanOrEqual(26);
    const [proposal] = last?.proposals ?? [];
    expect(proposal).toMatchObject({ kind: 'want', outlook: { bandLoad: [expect.any(Number), expect.any(Number)] } });
    expect(proposal?.because).toMatch(/expected .* chance to be short, 0\.5 % accepted/);
  });

  it('forgets what it learnt when the rule is gone, and stays small enough to store', () => {
    const [first] = decideAll([40]);
    const gone = makeSituation({ memory: first?.memory ?? { wishes: [], inService: [] } });

    expect(Object.keys(first?.memory.forecasts ?? {})).toEqual([rule.name]);
    expect(decideScaling(gone).memory.forecasts).toEqual({});
    expect(JSON.stringify(decideAll(Array.from({ length: 300 }, () => 50)).at(-1)?.memory).length).toBeLessThan(65_536);
  });
});
