import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctedRisk } from '../../core/forecast/account.ts';
import {
  asksOf,
  entrantCount,
  entrantName,
  learnContest,
  type Outcome,
  shareShort,
  startContest,
} from '../../core/forecast/choose-policy.ts';
import { decisive, heldSize, holdsOf, qsFor, scoreOf } from '../../core/forecast/hold.ts';
import { policyNames, sizingsOf } from '../../core/forecast/policies.ts';
import type { Contest, Foreseen, Sizing } from '../../core/forecast/state.ts';
import { addScores, scoreAtRisk, shareAbove, startTail } from '../../core/forecast/tail.ts';

function tailOf(scores: readonly number[]) {
  return scores.reduce((tail, score, tick) => addScores(tail, [score], tick), startTail());
}

describe('the tail of scores', () => {
  it('answers with the score that a share of the past exceeded', () => {
    const tail = tailOf(Array.from({ length: 900 }, (_, index) => (index % 100) / 10));
    expect(scoreAtRisk(tail, 0.1)).toBeCloseTo(9, 0);
    expect(scoreAtRisk(tail, 0.5)).toBeCloseTo(5, 0);
  });

  it('goes beyond what was seen when less risk is asked for than the past can show', () => {
    const tail = tailOf([1, 2, 3, 2, 1, 2, 3, 2, 1, 4]);
    expect(scoreAtRisk(tail, 0.001)).toBeGreaterThan(4.2);
    expect(scoreAtRisk(tail, 0.0001)).toBeGreaterThan(scoreAtRisk(tail, 0.001) ?? 0);
  });

  it('knows nothing before the first score, and no more from scores that every fleet carries', () => {
    expect(scoreAtRisk(startTail(), 0.01)).toBeUndefined();
    const calm = tailOf(new Array<number>(50).fill(Number.NEGATIVE_INFINITY));
    expect(calm.total).toBe(50);
    expect(scoreAtRisk(calm, 0.01)).toBeLessThan(0);
    expect(shareAbove(calm, 0)).toBe(0);
  });

  it('counts the samples of one tick as one together', () => {
    expect(addScores(startTail(), [1, 2, 3, 4], 0).total).toBe(1);
  });

  it('leaves the tail that it was given as it was', () => {
    const before = addScores(startTail(), [1, 2], 0);
    const text = JSON.stringify(before);
    addScores(before, [2, 3], 1);
    expect(JSON.stringify(before)).toBe(text);
  });

  it('tells the share above a score as the inverse of the quantile, less a reserve of three ticks', () => {
    const tail = tailOf(Array.from({ length: 500 }, (_, index) => Math.sqrt(index)));
    const above = (risk: number) => 500 * shareAbove(tail, scoreAtRisk(tail, risk) ?? 0);
    for (const risk of [0.02, 0.1, 0.4]) expect(Math.abs(above(risk) - (500 * risk - 3))).toBeLessThan(0.5);
    expect(above(0.004)).toBeCloseTo(1, 0);
    expect(shareAbove(startTail(), 1)).toBe(1);
  });

  it('lets old scores fade', () => {
    const old = tailOf(new Array<number>(999).fill(5));
    const faded = addScores(old, [1], 999);
    expect(faded.total).toBeLessThan(970);
    expect(shareAbove(faded, 3)).toBeCloseTo(0.999, 3);
  });
});

/** Answers with the asks of one entrant. */
function answersOf(asks: readonly number[]) {
  return asks.map((ask) => ({ asks: [ask] }));
}

/** Whether an entrant with this q has `root` in service at place `at`, played out answer by answer. */
function isServed(
  sizings: readonly Sizing[],
  { at, ticks, root, q }: { at: number; ticks: number; root: number; q: number },
) {
  const asks = sizings.map(([middle, width]) => middle + q * width);
  for (let answer = at; answer < asks.length; answer += 1) {
    const held = heldSize(answersOf(asks.slice(0, answer)), { entrant: 0, asked: asks[answer] ?? 0, ticks });
    if (held < root) return false;
  }
  return true;
}

describe('holding', () => {
  it('holds the most of the newest asks', () => {
    expect([1, 2, 3, 9].map((ticks) => heldSize(answersOf([7, 3, 2]), { entrant: 0, asked: 1, ticks }))).toEqual([
      1, 2, 3, 7,
    ]);
  });

  it('holds through a gap of a boot time, or for a third of it', () => {
    expect([0, 1, 3, 10].map(holdsOf)).toEqual([
      [1, 1],
      [2, 1],
      [4, 1],
      [11, 4],
    ]);
  });

  it('scores a tick by the least q that would have served it, holding included', () => {
    const sizing = fc.tuple(fc.double({ min: 0, max: 5, noNaN: true }), fc.double({ min: 0.1, max: 3, noNaN: true }));
    fc.assert(
      fc.property(
        fc.array(sizing, { minLength: 1, maxLength: 12 }),
        fc.nat(11),
        fc.integer({ min: 1, max: 6 }),
        fc.double({ min: 0, max: 20, noNaN: true }),
        (sizings, place, ticks, root) => {
          const at = place % sizings.length;
          const outlooks = sizings.map((sizing, tick) => ({ tick, expected: 0, sizings: [sizing], lesson: undefined }));
          const score = scoreOf(qsFor(outlooks, 0, root), at, ticks);
          expect(isServed(sizings, { at, ticks, root, q: score + 1e-6 })).toBe(true);
          expect(isServed(sizings, { at, ticks, root, q: score - 1e-6 })).toBe(false);
        },
      ),
    );
  });

  it('lets a look-ahead stand for missing ones after it, and says nothing of ticks that none covers', () => {
    const outlook = (tick: number): Foreseen => ({ tick, expected: tick, sizings: [], lesson: undefined });
    const found = decisive([5, 6, 9].map(outlook), 7, 3);
    expect(found?.outlooks.map(({ tick }) => tick)).toEqual([5, 6, 6, 6, 9]);
    expect(found?.at).toBe(2);
    expect(decisive([5, 6].map(outlook), 7, 3)).toBeUndefined();
  });
});

describe('the policies', () => {
  const demand = { tick: 10, count: 20, now: 3, before: 2, smoothed: [3, 2.5, 2, 2, 2, 1] };
  const clues = { demand, expected: 4, usual: 5, perInstance: 1 };

  it('are finite and have a width, also at no demand at all', () => {
    const nothing = { ...demand, now: 0, before: 0, smoothed: [0, 0, 0, 0, 0, 0] };
    const errors = { count: 0, lately: 0, always: 0 };
    for (const [middle, width] of sizingsOf({ demand: nothing, expected: 0, usual: 0, perInstance: 1, errors })) {
      expect(middle).toBe(0);
      expect(width).toBeGreaterThan(0);
    }
  });

  it('tell even headroom apart by less than half a percent of demand: a bin of scores is 0.02 wide', () => {
    const [, width] = sizingsOf({ ...clues, errors: { count: 40, lately: 0.01, always: 0.01 } })[
      policyNames.indexOf('expected')
    ] ?? [0, 1];
    expect((1 + 0.02 * width) ** 2).toBeLessThan(1.005);
  });

  it('take a share of demand for the error until one was seen', () => {
    const width = (count: number) => {
      const sizings = sizingsOf({ ...clues, errors: { count, lately: 0.01, always: 0.01 } });
      return sizings[policyNames.indexOf('expected, errors')]?.[1] ?? 0;
    };
    expect(width(0)).toBeGreaterThan(0.5);
    expect(width(1)).toBeLessThan(0.2);
  });

  it('have names, with the time that they hold', () => {
    expect(entrantName(0)).toBe('of now, held for a boot time');
    expect(entrantName(entrantCount - 1)).toBe('expected, errors lately, held for a third of it');
  });
});

/** Ticks in which the need is always `need`, and policy 0 alone foresaw exactly that; the others stand at `elsewhere`. */
function settled(need: number, elsewhere: number, ticks = 300): Contest {
  let contest = startContest();
  const root = Math.sqrt(need) - 0.01;
  const sizings: Sizing[] = policyNames.map((_, index) => (index === 0 ? [root, 0.1] : [elsewhere, 1]));
  for (let tick = 0; tick < ticks; tick += 1) {
    const asks = asksOf(contest, sizings, { riskRatio: 0.01, perInstance: 1 });
    const outcome: Outcome = {
      tick,
      needs: [tick % 7 === 0 ? need : need - 1],
      foreseen: [{ tick, expected: 0, sizings, lesson: undefined }],
      answers: [{ tick, asks, held: asks, needed: 1, forTick: tick }],
      bootTicks: 0,
      riskRatio: 0.01,
      perInstance: 1,
    };
    contest = learnContest(contest, outcome);
  }
  return contest;
}

describe('the contest', () => {
  it('asks for one instance while nothing was scored', () => {
    const sizings: Sizing[] = policyNames.map(() => [9, 1]);
    expect(new Set(asksOf(startContest(), sizings, { riskRatio: 0.01, perInstance: 1 }))).toEqual(new Set([1]));
  });

  it('asks each entrant for what carries all but the risk', () => {
    const contest = settled(16, 2);
    const sizings: Sizing[] = policyNames.map((_, index) => (index === 0 ? [3.99, 0.1] : [2, 1]));
    const asks = asksOf(contest, sizings, { riskRatio: 0.01, perInstance: 1 });
    for (const asked of asks) expect(Math.abs(asked - 16)).toBeLessThanOrEqual(1);
  });

  it('is led by whoever would have billed least', () => {
    let contest: Contest = { ...startContest(), ticks: 500, allowed: 5 };
    const cheap = 6;
    const answers = [
      { tick: 0, forTick: 0, needed: 1, asks: [], held: contest.tails.map((_, at) => (at === cheap ? 5 : 9)) },
    ];
    const outcome = { tick: 0, needs: [3], foreseen: [], answers, bootTicks: 0, riskRatio: 0.01, perInstance: 1 };
    contest = learnContest(contest, outcome);
    expect(contest.leader).toBe(cheap);
  });

  it('is not led by whoever is cheap because it is always short', () => {
    let contest = startContest();
    const held = contest.tails.map((_, at) => (at === 6 ? 7 : 9));
    const answers = [{ tick: 0, forTick: 0, needed: 1, asks: [], held }];
    for (let tick = 0; tick < 400; tick += 1)
      contest = learnContest(contest, {
        tick: 0,
        needs: [tick % 2 === 0 ? 8 : 3],
        foreseen: [],
        answers,
        bootTicks: 0,
        riskRatio: 0.01,
        perInstance: 1,
      });
    expect(contest.leader).not.toBe(6);
  });

  it('gives no credit for less risk than is allowed', () => {
    const start = startContest();
    const within = start.leader + 1;
    const tallies = start.tallies.map((_, at) => {
      if (at === start.leader) return { billed: 2190, short: 0 };
      return at === within ? { billed: 2100, short: 5 } : { billed: 9999, short: 0 };
    });
    const answers = [{ tick: 0, forTick: 0, needed: 1, asks: [], held: tallies.map(() => 9) }];
    const outcome = { tick: 0, needs: [3], foreseen: [], answers, bootTicks: 0, riskRatio: 0.01, perInstance: 1 };

    expect(learnContest({ ...start, ticks: 500, allowed: 5, tallies }, outcome).leader).toBe(within);
  });

  it('tells how often a fleet kept as the leader keeps it would have been short', () => {
    const contest = settled(16, 2);
    const sizings: Sizing[] = policyNames.map((_, index) => (index === 0 ? [3.99, 0.1] : [2, 1]));
    expect(shareShort(contest, sizings, 13.5)).toBeGreaterThan(0.9);
    expect(shareShort(contest, sizings, 400)).toBe(0);
  });
});

describe('the account', () => {
  const aimed = (shortTicks: number) => correctedRisk({ allowedTicks: 90, shortTicks }, 0.01);

  it('aims for what was asked for while as much was used', () => {
    expect(aimed(90)).toBeCloseTo(0.01, 9);
  });

  it('aims for more while much is left, and less gently so than for less after too much', () => {
    expect(aimed(40)).toBeCloseTo(0.01 * Math.exp(0.75), 9);
    expect(aimed(140)).toBeCloseTo(0.01 * Math.exp(-0.25), 9);
  });

  it('corrects within bounds', () => {
    expect(aimed(9000)).toBeCloseTo(0.002, 9);
    expect(correctedRisk({ allowedTicks: 90, shortTicks: 0 }, 0.4)).toBe(0.5);
  });
});
