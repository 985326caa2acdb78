import { secondsBetween } from '../amounts.ts';
import type { AppliedLimit, LimitName, ScalingMemory } from '../decision.ts';
import { roundDown, shown } from '../rounding.ts';
import { frozenBecause } from './freeze.ts';
import { desiredCount, type LayerSituation } from './layer-situation.ts';
import { growsAt } from './propose.ts';
import { highestWish } from './remember.ts';

/** What a limit makes of a count; undefined when it does not change it. */
type Verdict = { readonly after: number; readonly because: string } | undefined;

/** `memory` holds this evaluation's wish, the situation's does not yet. */
type Limit = (count: number, situation: LayerSituation, memory: ScalingMemory) => Verdict;

/**
 * The limits in the order in which they apply.
 *
 * 1. `min` raises, `max` cuts: the file's bounds, whatever the rules want.
 * 2. `limit`, `budget` and `ceiling` cut growth, also growth towards `min` (a layer waits for the one that it depends on). They never force a
 *    scale-in.
 * 3. `cooldown` delays growth beyond `min`, and any scale-in, each by the time since the last step of its own direction.
 * 4. `unhealthy`, `freeze`, `stabilization`, `step size` and `asked again` make a scale-in smaller or skip it. They yield to `max` alone: more than `max`
 *    never stay for them.
 */
const limits: readonly (readonly [LimitName, Limit])[] = [
  ['min', atLeastMin],
  ['max', atMostMax],
  ['limit', withinRelations],
  ['budget', withinBudget],
  ['ceiling', underCeilings],
  ['cooldown', outOfCooldown],
  ['unhealthy', whileHealthy],
  ['freeze', whileThawed],
  ['stabilization', stabilized],
  ['step size', withinStep],
  ['asked again', askedAgain],
];

/** Applies every limit in its order; those that changed the count are named. `memory` holds this evaluation's wish. */
export function applyLimits(
  wish: number,
  situation: LayerSituation,
  memory: ScalingMemory,
): { readonly count: number; readonly applied: readonly AppliedLimit[] } {
  const applied: AppliedLimit[] = [];
  let count = wish;
  for (const [limit, judge] of limits) {
    const verdict = judge(count, situation, memory);
    if (verdict === undefined || verdict.after === count) continue;
    applied.push({ limit, before: count, after: verdict.after, because: verdict.because });
    count = verdict.after;
  }
  return { count, applied };
}

function atLeastMin(count: number, { settings }: LayerSituation): Verdict {
  const { min } = settings.count;
  return count < min ? { after: min, because: `never fewer than ${min}` } : undefined;
}

function atMostMax(count: number, { settings }: LayerSituation): Verdict {
  const { max } = settings.count;
  return count > max ? { after: max, because: `never more than ${max}` } : undefined;
}

/** The tightest of the limits that name this layer. */
function withinRelations(count: number, situation: LayerSituation): Verdict {
  let verdict: Verdict;
  let lowest = count;
  for (const { atMost, per } of situation.limits) {
    const inService = situation.others.get(per)?.inService ?? 0;
    const after = cutGrowth(lowest, roundDown(atMost * inService), situation);
    if (after >= lowest) continue;
    lowest = after;
    verdict = { after, because: `at most ${shown(atMost)} for each of ${inService} ${per} in service` };
  }
  return verdict;
}

function withinBudget(count: number, situation: LayerSituation): Verdict {
  const { maxHourlyUsd, othersHourlyUsd, revision } = situation;
  if (maxHourlyUsd === undefined || revision.hourlyUsd === 0) return undefined;
  const affordable = Math.max(0, roundDown((maxHourlyUsd - othersHourlyUsd) / revision.hourlyUsd));
  const after = cutGrowth(count, affordable, situation);
  const because = `${shown(maxHourlyUsd)} USD an hour, of which the other layers take ${shown(othersHourlyUsd)}`;
  return after < count ? { after, because } : undefined;
}

/** What the account allows all applications together. */
function underCeilings(count: number, situation: LayerSituation): Verdict {
  const { ceilings, revision } = situation;
  if (ceilings === undefined) return undefined;
  const { mostInstances, mostHourlyUsd, takenElsewhere } = ceilings;
  const affordable =
    revision.hourlyUsd === 0 ? count : roundDown((mostHourlyUsd - takenElsewhere.hourlyUsd) / revision.hourlyUsd);
  const cap = Math.max(0, Math.min(mostInstances - takenElsewhere.instances, affordable));
  const after = cutGrowth(count, cap, situation);
  const allowed = `${shown(mostInstances)} instances and ${shown(mostHourlyUsd)} USD an hour for the whole account`;
  const taken = `${shown(takenElsewhere.instances)} and ${shown(takenElsewhere.hourlyUsd)} are taken elsewhere`;
  return after < count ? { after, because: `${allowed}, of which ${taken}` } : undefined;
}

/** A cap on growth is no reason to shrink. */
function cutGrowth(count: number, cap: number, situation: LayerSituation): number {
  return Math.min(count, Math.max(cap, desiredCount(situation)));
}

function outOfCooldown(count: number, situation: LayerSituation): Verdict {
  const { settings, memory, now } = situation;
  const desired = desiredCount(situation);
  if (count > desired) {
    const { cooldownSeconds } = settings.scaleOut;
    if (!isWithinCooldown(memory.scaledOutAt, cooldownSeconds)) return undefined;
    const after = Math.max(desired, Math.min(count, settings.count.min));
    return { after, because: `the last scale-out is less than ${cooldownSeconds} s ago` };
  }
  const { cooldownSeconds } = settings.scaleIn;
  if (count >= stayingCount(situation) || !isWithinCooldown(memory.scaledInAt, cooldownSeconds)) return undefined;
  return { after: stayingCount(situation), because: `the last scale-in is less than ${cooldownSeconds} s ago` };

  function isWithinCooldown(last: ScalingMemory['scaledOutAt'], seconds: number): boolean {
    return last !== undefined && secondsBetween(last, now) < seconds;
  }
}

function whileHealthy(count: number, situation: LayerSituation): Verdict {
  const staying = stayingCount(situation);
  const mostFailed = (situation.settings.maxUnhealthyPercent / 100) * desiredCount(situation);
  if (count >= staying || situation.failed <= mostFailed) return undefined;
  return { after: staying, because: `${situation.failed} instances have failed` };
}

/** An outage must not shrink the fleet that its end will need. */
function whileThawed(count: number, situation: LayerSituation, memory: ScalingMemory): Verdict {
  const staying = stayingCount(situation);
  if (count >= staying) return undefined;
  const because = frozenBecause(memory, situation);
  return because === undefined ? undefined : { after: staying, because };
}

function stabilized(count: number, situation: LayerSituation, memory: ScalingMemory): Verdict {
  const staying = stayingCount(situation);
  if (count >= staying) return undefined;
  const { stabilizationSeconds } = situation.settings.scaleIn;
  const highest = highestWish(memory, stabilizationSeconds);
  if (highest === undefined) return { after: staying, because: `not yet watched for ${stabilizationSeconds} s` };
  const after = Math.max(count, Math.min(highest, staying));
  return { after, because: `the highest wish of the last ${stabilizationSeconds} s` };
}

/** At most `maxPercent` of the layer, rounded down, at least one. */
function withinStep(count: number, situation: LayerSituation): Verdict {
  const { maxPercent } = situation.settings.scaleIn;
  const desired = desiredCount(situation);
  const largest = Math.max(1, roundDown((desired * maxPercent) / 100));
  const lowest = Math.min(desired - largest, stayingCount(situation));
  return count < lowest ? { after: lowest, because: `at most ${shown(maxPercent)} % in one step` } : undefined;
}

/** The largest step after which no rule would at once ask for more. */
function askedAgain(count: number, situation: LayerSituation): Verdict {
  const staying = stayingCount(situation);
  let because: string | undefined;
  for (let after = count; after < staying; after += 1) {
    const grower = situation.settings.rules.find((rule) => growsAt(rule, situation, after));
    if (grower === undefined) return because === undefined ? undefined : { after, because };
    because = `with fewer, "${grower.name}" would ask for more again`;
  }
  return because === undefined ? undefined : { after: staying, because };
}

/** What a layer keeps when its scale-in is refused: the present count, but never more than `max`. */
function stayingCount(situation: LayerSituation): number {
  return Math.min(desiredCount(situation), situation.settings.count.max);
}
