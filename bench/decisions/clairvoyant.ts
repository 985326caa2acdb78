import { type Controller, firstScoredStep, neededInstances, stepsOf, type World } from './simulate.ts';

/** Steps from launch to in service, and the least number of steps that are billed once launched. */
export interface Billing {
  readonly bootSteps: number;
  readonly minimumSteps: number;
}

/**
 * Billed steps of the cheapest schedule that is never short, for one who knows the whole load; a lower bound for everybody who is never short.
 *
 * Exact, level by level: instance k is needed in the steps where d(t) >= k, and levels are independent as long as any instance may be terminated. A run of
 * needed steps costs boot + length (billed from launch, `minimumSteps` at least); a gap between two runs is either kept (its length) or
 * given up (a new boot). With a minimum billing no longer than boot + 1, keeping is right when gap <= boot; the general rule for one step
 * of minimum billing, gap <= boot + minimum - 1, is the same number. A longer minimum is settled by the recursion over runs below.
 * Before the first scored step nothing is billed: what is needed first is there already, or boots within the scored time.
 */
export function clairvoyantBilledSteps(needed: Int32Array, billing: Billing): number {
  let total = 0;
  const highest = needed.reduce((most, value) => Math.max(most, value), 0);
  for (let level = 1; level <= highest; level += 1)
    total += cheapestForLevel(runsOfNeed(needed, level), billing, needed.length);
  return total;
}

/** The same bound for one world, over its scored steps. */
export function clairvoyantBilledHours(world: World): number {
  const { stepSeconds } = world.trace;
  const billing = {
    bootSteps: stepsOf(world.bootSeconds, stepSeconds),
    minimumSteps: stepsOf(world.minimumBilledSeconds, stepSeconds),
  };
  const scored = neededInstances(world).subarray(firstScoredStep(world.trace));
  return (clairvoyantBilledSteps(scored, billing) * stepSeconds) / 3600;
}

/**
 * The bound of a perfect look-ahead that sees no further than the boot time: it launches exactly in time, and gives an instance up when nothing
 * within the boot time needs it. As a gap is worth keeping when it is no longer than the boot time, this costs what the optimum costs:
 * to know more than a boot time ahead is worth nothing.
 */
export function perfectWithinBoot(world: World): Controller {
  const needed = neededInstances(world);
  const bootSteps = stepsOf(world.bootSeconds, world.trace.stepSeconds);
  return ({ step }) => {
    let most = 1;
    for (let ahead = step; ahead <= Math.min(step + bootSteps, needed.length - 1); ahead += 1)
      most = Math.max(most, needed[ahead] ?? 1);
    return most;
  };
}

interface NeedRun {
  readonly from: number;
  /** First step after it. */
  readonly to: number;
}

function runsOfNeed(needed: Int32Array, level: number): NeedRun[] {
  const runs: NeedRun[] = [];
  let from = -1;
  for (let step = 0; step <= needed.length; step += 1) {
    const isNeeded = step < needed.length && (needed[step] ?? 0) >= level;
    if (isNeeded && from < 0) from = step;
    if (!isNeeded && from >= 0) {
      runs.push({ from, to: step });
      from = -1;
    }
  }
  return runs;
}

/** Settles each gap: kept through or given up. The start of time gives no boot to be billed that does not fit. */
function cheapestForLevel(runs: readonly NeedRun[], billing: Billing, steps: number): number {
  if (billing.minimumSteps <= billing.bootSteps + 1) return cheapestByGaps(runs, billing.bootSteps);
  return cheapestByRecursion(runs, billing, steps);
}

function cheapestByGaps(runs: readonly NeedRun[], bootSteps: number): number {
  let billed = 0;
  let end = 0;
  for (const run of runs) {
    billed += Math.min(run.from - end, bootSteps) + run.to - run.from;
    end = run.to;
  }
  return billed;
}

/**
 * best[j] = least cost of the first j runs when an instance ends after run j - 1; looks back only while keeping can still pay. What is never
 * terminated is billed to the end and no further, what is there from the start has been billed before.
 */
function cheapestByRecursion(runs: readonly NeedRun[], { bootSteps, minimumSteps }: Billing, steps: number): number {
  const best: number[] = [0];
  for (const [last, { to }] of runs.entries()) {
    let cheapest = Number.POSITIVE_INFINITY;
    for (let first = last; first >= 0; first -= 1) {
      const from = runs[first]?.from ?? 0;
      const gap = first > 0 ? from - (runs[first - 1]?.to ?? 0) : Number.POSITIVE_INFINITY;
      const least = Math.min(minimumSteps, steps - from + bootSteps);
      const launched = from < bootSteps ? to : Math.max(least, bootSteps + to - from);
      const charged = first === 0 ? Math.min(to, launched) : launched;
      if (gap >= bootSteps) cheapest = Math.min(cheapest, (best[first] ?? 0) + charged);
      if (gap > bootSteps + minimumSteps) break;
    }
    best.push(cheapest);
  }
  return best[runs.length] ?? 0;
}
