import { type Controller, firstScoredStep, neededInstances, stepsOf, type World } from './simulate.ts';

/**
 * Billed steps of the cheapest schedule that is never short, for one who knows the whole load; a lower bound for everybody who is never short.
 *
 * Exact, level by level: instance k is needed in the steps where d(t) >= k. A run of needed steps costs boot + length, as billing begins at the launch; a
 * gap between two runs is either kept through (its length) or given up (a new boot): kept when gap <= boot. With a minimum billing of one step this is the
 * rule "gap <= boot + minimum - 1"; up to boot + 1 steps the minimum never binds, because every launch is billed for boot and a step at least. A
 * longer one is not counted: the result is then still a lower bound. Nothing before the first step is billed: what is needed first is there already,
 * or boots within the time that counts.
 */
export function clairvoyantBilledSteps(needed: Int32Array, bootSteps: number): number {
  let total = 0;
  const highest = needed.reduce((most, value) => Math.max(most, value), 0);
  for (let level = 1; level <= highest; level += 1) total += cheapestForLevel(runsOfNeed(needed, level), bootSteps);
  return total;
}

/** The same bound for one world, over its scored steps. */
export function clairvoyantBilledHours(world: World): number {
  const { stepSeconds } = world.trace;
  const scored = neededInstances(world).subarray(firstScoredStep(world.trace));
  return (clairvoyantBilledSteps(scored, stepsOf(world.bootSeconds, stepSeconds)) * stepSeconds) / 3600;
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

/** Each gap costs its length when kept through, or a boot. Boots that began before the first step are billed from there. */
function cheapestForLevel(runs: readonly NeedRun[], bootSteps: number): number {
  let billed = 0;
  let end = 0;
  for (const run of runs) {
    billed += Math.min(run.from - end, bootSteps) + run.to - run.from;
    end = run.to;
  }
  return billed;
}
