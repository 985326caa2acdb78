import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safest } from '../../../core/decide-scaling/safest.ts';
import type { Proposal } from '../../../core/decision.ts';

const want = (count: number, rule = `wants ${count}`): Proposal => ({ rule, kind: 'want', count, because: '' });
const stay: Proposal = { rule: 'blind', kind: 'stay', because: '' };
const agree: Proposal = { rule: 'quiet', kind: 'agree', because: '' };

describe('the safest of the proposals', () => {
  it.each([
    ['the largest wish', [want(3), want(7), want(5)], 7],
    ['a smaller wish when every other rule agrees', [want(2), agree], 2],
    ['the present count without rules', [], 4],
    ['the present count when nobody wants a number', [agree, agree], 4],
    ['the present count when a rule has no data and others want fewer', [want(2), stay], 4],
    ['a larger wish although a rule has no data', [stay, want(6)], 6],
    ['the present count when no rule has data', [stay], 4],
    ['none, when that is wanted', [want(0)], 0],
  ] as const)('is %s', (_, proposals, count) => {
    expect(safest(proposals, 4).count).toBe(count);
  });

  it('names who wanted it, of equals the first', () => {
    const first = want(5, 'first');
    expect(safest([first, want(5, 'second'), agree], 4)).toEqual({ count: 5, wantedBy: first });
  });

  it('names who lets nobody go', () => {
    expect(safest([want(2), stay], 4)).toEqual({ count: 4, keptBy: stay });
    expect(safest([stay, agree], 4)).toEqual({ count: 4, keptBy: stay });
  });

  it('names the wish that is met rather than who stays', () => {
    expect(safest([want(4, 'met'), stay], 4)).toEqual({ count: 4, wantedBy: want(4, 'met') });
  });

  it('is never below any wish, nor below the present count while a rule stays', () => {
    const proposal = fc.oneof(
      fc.integer({ min: 0, max: 50 }).map((count) => want(count)),
      fc.constantFrom(stay, agree),
    );
    fc.assert(
      fc.property(fc.array(proposal), fc.integer({ min: 0, max: 50 }), (proposals, present) => {
        const { count } = safest(proposals, present);
        for (const one of proposals) if (one.kind === 'want') expect(count).toBeGreaterThanOrEqual(one.count);
        if (proposals.includes(stay)) expect(count).toBeGreaterThanOrEqual(present);
      }),
    );
  });
});
