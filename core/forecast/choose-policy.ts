import { decisive, heldSize, holdsOf, qsFor, scoreOf } from './hold.ts';
import { policyNames } from './policies.ts';
import type { Answer, Contest, Foreseen, Sizing, Tail, Tally } from './state.ts';
import { addScores, scoreAtRisk, shareAbove, startTail } from './tail.ts';

/** Every policy competes with every holding time: entrant `policy * holds + hold`. */
const holds = 2;
/** How many compete. */
export const entrantCount = policyNames.length * holds;
/** Tallies remember half of the time since learning began, and no more than this many ticks: a week of minutes. */
const mostMemoryTicks = 10_080;
/** Ticks short, and allowed, that are needed before a difference in risk means much. */
const softness = 3;
/**
 * More risk than allowed counts as if cost fell with this power of it: measured between 0.05 and 0.25. Less risk earns nothing, as under smooth loads
 * it costs next to nothing and says nothing of who is cheap.
 */
const costPower = 0.15;
/** A rival takes over when it is cheaper by this. */
const takesOver = 0.97;
/** Which leads until another is cheaper: a reactive one. */
const firstLeader = policyNames.indexOf('of minutes') * holds;

/** Nothing scored yet. */
export function startContest(): Contest {
  return {
    tails: Array.from({ length: entrantCount }, startTail),
    tallies: Array.from({ length: entrantCount }, () => ({ billed: 0, short: 0 })),
    allowed: 0,
    ticks: 0,
    leader: firstLeader,
  };
}

/** Instances that each entrant asks for at a risk; none before it has a score. */
export function asksOf(
  contest: Contest,
  sizings: readonly Sizing[],
  aim: { readonly riskRatio: number; readonly perInstance: number },
): number[] {
  const asks: number[] = [];
  for (const tail of contest.tails) {
    const sizing = sizings[Math.floor(asks.length / holds)];
    const q = scoreAtRisk(tail, aim.riskRatio);
    asks.push(q === undefined || sizing === undefined ? 1 : askedBy(sizing, q, aim.perInstance));
  }
  return asks;
}

function askedBy([middle, width]: Sizing, q: number, perInstance: number): number {
  const root = Math.max(0, middle + q * width);
  const size = Math.ceil((root * root) / perInstance - 1e-9);
  return Math.min(mostInstances, Math.max(1, size));
}

/** Far more than any layer may have; keeps an ask without meaning finite. */
const mostInstances = 1e6;

/** What each entrant would have in answer to its asks, the newest of which are given. */
export function heldOf(answers: readonly Answer[], asks: readonly number[], bootTicks: number): number[] {
  const ticks = holdsOf(bootTicks);
  const held: number[] = [];
  for (const [entrant, asked] of asks.entries())
    held.push(heldSize(answers, { entrant, asked, ticks: ticks[entrant % holds] ?? 1 }));
  return held;
}

/** The name of an entrant, for people. */
export function entrantName(entrant: number): string {
  const hold = entrant % holds === 0 ? 'held for a boot time' : 'held for a third of it';
  return `${policyNames[Math.floor(entrant / holds)]}, ${hold}`;
}

/** The chance that a fleet for `demand` units, kept as the leader keeps it, is short: the share of past scores above what it amounts to. */
export function shareShort({ tails, leader }: Contest, sizings: readonly Sizing[], demand: number): number {
  const [middle, width] = sizings[Math.floor(leader / holds)] ?? [0, 1];
  return shareAbove(tails[leader] ?? startTail(), (Math.sqrt(demand) - middle) / width);
}

/** What came in one tick, and what had been said about it. */
export interface Outcome {
  readonly tick: number;
  /** Instances needed, one number a sample. */
  readonly needs: readonly number[];
  readonly foreseen: readonly Foreseen[];
  readonly answers: readonly Answer[];
  readonly bootTicks: number;
  readonly riskRatio: number;
  readonly perInstance: number;
}

/** Scores every entrant on what came, counts what it would have billed and how often it would have been short, and finds the leader. */
export function learnContest(contest: Contest, outcome: Outcome): Contest {
  const tails = scored(contest, outcome);
  const ticks = contest.ticks + 1;
  const keep = 1 - 1 / Math.max(2, Math.min(ticks / 2, mostMemoryTicks));
  const counting = outcome.answers.filter(
    ({ forTick }) => forTick >= outcome.tick && forTick <= outcome.tick + outcome.bootTicks,
  );
  const newest = counting.at(-1);
  if (newest === undefined) return { ...contest, tails, ticks };
  const tallies: Tally[] = [];
  for (const { billed, short } of contest.tallies) {
    const entrant = tallies.length;
    const shortNow = shareShortOf(outcome.needs, servedBy(entrant, counting));
    tallies.push({ billed: billed * keep + (newest.held[entrant] ?? 1), short: short * keep + shortNow });
  }
  const allowed = contest.allowed * keep + outcome.riskRatio;
  return { tails, tallies, allowed, ticks, leader: leaderOf({ tallies, allowed, leader: contest.leader }) };
}

/**
 * Before the first look-ahead's time has come, the oldest one stands in for it: it is for a later time, and yet the best there is to learn from. A need
 * of one is carried by every fleet, whatever the score.
 */
function scored({ tails, ticks }: Contest, outcome: Outcome): readonly Tail[] {
  const { tick, needs, foreseen, bootTicks, perInstance } = outcome;
  const oldest = foreseen[0];
  const known = decisive(foreseen, tick, bootTicks);
  const isEarly = known === undefined && oldest !== undefined && oldest.tick > tick;
  const outlooks = isEarly ? [oldest] : known?.outlooks;
  if (outlooks === undefined) return tails;
  const at = known?.at ?? 0;
  const holdTicks = holdsOf(bootTicks);
  const { roots, rootOf } = rootsOf(needs, perInstance);
  const next: Tail[] = [];
  for (let policy = 0; policy < policyNames.length; policy += 1) {
    const qs: number[][] = [];
    for (const root of roots) qs.push(qsFor(outlooks, policy, root));
    for (const ticksHeld of holdTicks) {
      const scoreByRoot: number[] = [];
      for (const those of qs) scoreByRoot.push(scoreOf(those, at, ticksHeld));
      const scores: number[] = [];
      for (const root of rootOf) scores.push(scoreByRoot[root] ?? Number.NEGATIVE_INFINITY);
      next.push(addScores(tails[next.length] ?? startTail(), scores, ticks));
    }
  }
  return next;
}

/** The square roots of demand that the needs amount to, each once, and for each need the place of its root; -1 for a need of one. */
function rootsOf(
  needs: readonly number[],
  perInstance: number,
): { readonly roots: number[]; readonly rootOf: number[] } {
  const roots: number[] = [];
  const rootOf: number[] = [];
  const known = new Map([[1, -1]]);
  for (const need of needs) {
    const root = known.get(need) ?? roots.push(Math.sqrt((need - 1) * perInstance)) - 1;
    known.set(need, root);
    rootOf.push(root);
  }
  return { roots, rootOf };
}

/** What an entrant alone would have had in service. */
function servedBy(entrant: number, counting: readonly Answer[]): number {
  let served = Number.POSITIVE_INFINITY;
  for (const { held } of counting) served = Math.min(served, held[entrant] ?? 1);
  return served;
}

function shareShortOf(needs: readonly number[], served: number): number {
  let short = 0;
  for (const need of needs) if (need > served) short += 1;
  return short / needs.length;
}

/** The entrant that would have been cheapest lately, all brought to the same risk; the first of equals. */
function leaderOf({ tallies, allowed, leader }: Pick<Contest, 'tallies' | 'allowed' | 'leader'>): number {
  let [cheapest, least, led] = [leader, Number.POSITIVE_INFINITY, 0];
  for (const [entrant, { billed, short }] of tallies.entries()) {
    const used = (short + softness) / (allowed + softness);
    const cost = used > 1 ? billed * used ** costPower : billed;
    if (entrant === leader) led = cost;
    if (cost >= least) continue;
    least = cost;
    cheapest = entrant;
  }
  return least < takesOver * led ? cheapest : leader;
}
