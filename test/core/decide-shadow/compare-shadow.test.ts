import { describe, expect, it } from 'vitest';
import { compareShadow, type ShadowStory } from '../../../core/decide-shadow/compare-shadow.ts';
import type { Decision, Outcome } from '../../../core/decision.ts';
import { later, noon } from '../../factories/stored.ts';
import { makeDecisionRecord } from '../../factories/table.ts';

function decided(minute: number, from: number, to: number, more: Partial<Decision> = {}): Decision {
  const outcome: Outcome = to === from ? 'hold' : to > from ? 'out' : 'in';
  return {
    ...makeDecisionRecord({ application: 'shop', seconds: 60 * minute }).decision,
    from: { count: from, revision: 1 },
    to: { count: to, revision: 1 },
    outcome,
    because: `${from} to ${to} at minute ${minute}`,
    hourlyUsdBefore: from * 0.5,
    hourlyUsdAfter: to * 0.5,
    ...more,
  };
}

function story(overrides: Partial<ShadowStory> = {}): ShadowStory {
  const standing = { count: 4, hourlyUsd: 2 };
  return {
    layer: 'web',
    from: noon,
    until: later(7200),
    live: [],
    shadow: [],
    standing: { live: standing, shadow: standing },
    risk: undefined,
    ...overrides,
  };
}

describe('a comparison of live and shadow rules', () => {
  it('counts from decision to decision, and before the first what it started from', () => {
    const compared = compareShadow(
      story({ live: [decided(30, 4, 6), decided(90, 6, 4)], shadow: [decided(60, 4, 4), decided(90, 4, 3)] }),
    );

    expect(compared.live).toEqual({
      decisionsOut: 1,
      decisionsIn: 1,
      instanceHours: 10,
      usd: 5,
      shortPercent: undefined,
    });
    expect(compared.shadow).toMatchObject({ decisionsOut: 0, decisionsIn: 1, instanceHours: 7.5, usd: 3.75 });
    expect(compared.agreementPercent).toBeCloseTo(25, 9);
  });

  it('shows the largest disagreements first, with what both said last', () => {
    const { disagreements, disagreementCount } = compareShadow(
      story({ live: [decided(30, 4, 6), decided(100, 6, 9)], shadow: [decided(110, 4, 9)] }),
    );

    expect(disagreementCount).toBe(2);
    expect(disagreements).toEqual([
      {
        from: later(1800),
        until: later(6000),
        liveCount: 6,
        shadowCount: 4,
        liveBecause: '4 to 6 at minute 30',
        shadowBecause: undefined,
      },
      {
        from: later(6000),
        until: later(6600),
        liveCount: 9,
        shadowCount: 4,
        liveBecause: '6 to 9 at minute 100',
        shadowBecause: undefined,
      },
    ]);
  });

  it('tells of twenty disagreements at the most, and of how many there are', () => {
    const live = Array.from({ length: 50 }, (_, index) => decided(index + 1, 5 + (index % 2), 6 - (index % 2)));

    const { disagreements, disagreementCount } = compareShadow(story({ live }));

    expect([disagreements.length, disagreementCount]).toEqual([20, 51]);
  });

  it('takes what stands when nothing was decided', () => {
    const compared = compareShadow(
      story({ standing: { live: { count: 4, hourlyUsd: 2 }, shadow: { count: 3, hourlyUsd: 1.5 } } }),
    );

    expect([compared.live.instanceHours, compared.shadow.usd, compared.agreementPercent]).toEqual([8, 3, 0]);
    expect(compareShadow(story()).agreementPercent).toBe(100);
  });

  it('knows what to say of no time at all', () => {
    expect(compareShadow(story({ until: noon })).agreementPercent).toBe(100);
    const standing = { live: { count: 4, hourlyUsd: 2 }, shadow: { count: 3, hourlyUsd: 1.5 } };
    expect(compareShadow(story({ until: noon, standing })).agreementPercent).toBe(0);
  });

  it('weighs the risk over the hours that it is known for, of the time alone', () => {
    const hour = (hours: number, known: number, live: number, shadow: number) => ({
      from: later(3600 * hours),
      knownSeconds: known,
      liveShortSeconds: live,
      shadowShortSeconds: shadow,
    });
    const hours = [hour(-1, 3600, 3600, 3600), hour(0, 3600, 36, 0), hour(1, 1800, 18, 540), hour(2, 3600, 3600, 0)];

    const compared = compareShadow(story({ risk: { kpi: 'requests', until: later(7200), hours } }));

    expect([compared.live.shortPercent, compared.shadow.shortPercent, compared.knownHours]).toEqual([1, 10, 1.5]);
  });

  it('names the versions of the file that decided', () => {
    const live = [decided(30, 4, 6, { fileVersion: 10 })];
    const shadow = [decided(20, 4, 5, { fileVersion: 9 }), decided(40, 5, 6, { fileVersion: 10 })];

    expect(compareShadow(story({ live, shadow })).fileVersions).toEqual([9, 10]);
  });
});
