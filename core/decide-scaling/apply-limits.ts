import { addSeconds, type Instant, isBefore } from '../amounts.ts';
import type { AppliedLimit, LimitName, ScalingMemory } from '../decision.ts';
import { roundDown, shown } from '../rounding.ts';
import { frozenBecause } from './freeze.ts';
import { desiredCount, type LayerSituation } from './layer-situation.ts';
import { growsAt } from './propose.ts';
import { highestWish } from './remember.ts';
import { clockTime, usd } from './say.ts';

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

/** Applies every limit in its order but those left out; those that changed the count are named. `memory` holds this evaluation's wish. */
export function applyLimits(
  wish: number,
  situation: LayerSituation,
  memory: ScalingMemory,
  without?: ReadonlySet<LimitName>,
): { readonly count: number; readonly applied: readonly AppliedLimit[] } {
  const applied: AppliedLimit[] = [];
  let count = wish;
  for (const [limit, judge] of limits) {
    if (without?.has(limit) === true) continue;
    const verdict = judge(count, situation, memory);
    if (verdict === undefined || verdict.after === count) continue;
    applied.push({ limit, before: count, after: verdict.after, because: verdict.because });
    count = verdict.after;
  }
  return { count, applied };
}

function atLeastMin(count: number, { settings }: LayerSituation): Verdict {
  const { min } = settings.count;
  return count < min ? { after: min, because: `min ${min} allows no fewer` } : undefined;
}

function atMostMax(count: number, { settings }: LayerSituation): Verdict {
  const { max } = settings.count;
  return count > max ? { after: max, because: `max ${max} allows no more` } : undefined;
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
    const allowed = roundDown(atMost * inService);
    const verb = inService === 1 ? 'allows' : 'allow';
    const because = `${inService} ${per} in service ${verb} ${allowance(allowed, after)} (${shown(atMost)} each)`;
    verdict = { after, because };
  }
  return verdict;
}

function withinBudget(count: number, situation: LayerSituation): Verdict {
  const { maxHourlyUsd, othersHourlyUsd, revision } = situation;
  if (maxHourlyUsd === undefined || revision.hourlyUsd === 0) return undefined;
  const affordable = Math.max(0, roundDown((maxHourlyUsd - othersHourlyUsd) / revision.hourlyUsd));
  const after = cutGrowth(count, affordable, situation);
  if (after >= count) return undefined;
  const budget = `the budget of ${usd(maxHourlyUsd)} an hour allows ${allowance(affordable, after)}`;
  return { after, because: `${budget} (other layers take ${usd(othersHourlyUsd)})` };
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
  if (after >= count) return undefined;
  const ceiling = `${shown(mostInstances)} instances and ${usd(mostHourlyUsd)} an hour`;
  const taken = `${takenElsewhere.instances} and ${usd(takenElsewhere.hourlyUsd)} are taken elsewhere`;
  return { after, because: `the account's ceiling allows ${allowance(cap, after)} (${ceiling}; ${taken})` };
}

/** A cap below what there is cuts growth only. */
function allowance(cap: number, after: number): string {
  return cap < after ? `${cap}, but nobody leaves for that` : String(cap);
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
    const until = cooldownEnd(memory.scaledOutAt, cooldownSeconds);
    if (until === undefined || !isBefore(now, until)) return undefined;
    const after = Math.max(desired, Math.min(count, settings.count.min));
    return { after, because: `kept at ${after} by the scale-out cooldown until ${clockTime(until, now)}` };
  }
  if (count >= stayingCount(situation)) return undefined;
  const until = cooldownEnd(memory.scaledInAt, settings.scaleIn.cooldownSeconds);
  if (until === undefined || !isBefore(now, until)) return undefined;
  const after = stayingCount(situation);
  return { after, because: `kept at ${after} by the scale-in cooldown until ${clockTime(until, now)}` };
}

/** When the next step of a direction may come; undefined when there was none yet. */
function cooldownEnd(last: Instant | undefined, cooldownSeconds: number): Instant | undefined {
  return last === undefined ? undefined : addSeconds(last, cooldownSeconds);
}

function whileHealthy(count: number, situation: LayerSituation): Verdict {
  const staying = stayingCount(situation);
  const { failed } = situation;
  const { maxUnhealthyPercent } = situation.settings;
  if (count >= staying || failed <= (maxUnhealthyPercent / 100) * desiredCount(situation)) return undefined;
  const gone = failed === 1 ? '1 that failed is' : `${failed} that failed are`;
  const because = `kept at ${staying} while ${gone} not gone yet (more than ${shown(maxUnhealthyPercent)} %)`;
  return { after: staying, because };
}

/** An outage must not shrink the fleet that its end will need. */
function whileThawed(count: number, situation: LayerSituation, memory: ScalingMemory): Verdict {
  const staying = stayingCount(situation);
  if (count >= staying) return undefined;
  const because = frozenBecause(memory, situation);
  if (because === undefined) return undefined;
  return { after: staying, because: `kept at ${staying} by the freeze ${because}` };
}

function stabilized(count: number, situation: LayerSituation, memory: ScalingMemory): Verdict {
  const staying = stayingCount(situation);
  if (count >= staying) return undefined;
  const { stabilizationSeconds } = situation.settings.scaleIn;
  const highest = highestWish(memory, stabilizationSeconds);
  if (highest === undefined) return { after: staying, because: watchedTooShort(staying, situation, memory) };
  const after = Math.max(count, Math.min(highest.count, staying));
  if (after === count) return undefined;
  const { now } = situation;
  const until = clockTime(addSeconds(highest.at, stabilizationSeconds), now);
  const wanted = `${highest.count} ${highest.count === 1 ? 'was' : 'were'} wanted at ${clockTime(highest.at, now)}`;
  return { after, because: `kept at ${after} by stabilisation until ${until} (${wanted})` };
}

function watchedTooShort(staying: number, { settings, now }: LayerSituation, memory: ScalingMemory): string {
  const since = memory.wishesSince ?? now;
  const until = clockTime(addSeconds(since, settings.scaleIn.stabilizationSeconds), now);
  return `kept at ${staying} by stabilisation until ${until} (watched since ${clockTime(since, now)} only)`;
}

/** At most `maxPercent` of the layer, rounded down, at least one. */
function withinStep(count: number, situation: LayerSituation): Verdict {
  const { maxPercent } = situation.settings.scaleIn;
  const desired = desiredCount(situation);
  const largest = Math.max(1, roundDown((desired * maxPercent) / 100));
  const lowest = Math.min(desired - largest, stayingCount(situation));
  if (count >= lowest) return undefined;
  return { after: lowest, because: `at most ${shown(maxPercent)} % leave in one step, which makes ${lowest}` };
}

/** The largest step after which no rule would at once ask for more. */
function askedAgain(count: number, situation: LayerSituation): Verdict {
  const staying = stayingCount(situation);
  let because: string | undefined;
  for (let after = count; after < staying; after += 1) {
    const grower = situation.settings.rules.find((rule) => growsAt(rule, situation, after));
    if (grower === undefined) return because === undefined ? undefined : { after, because };
    because = `not below ${after + 1}: with ${after}, "${grower.name}" would ask for more again`;
  }
  return because === undefined ? undefined : { after: staying, because };
}

/** What a layer keeps when its scale-in is refused: the present count, but never more than `max`. */
function stayingCount(situation: LayerSituation): number {
  return Math.min(desiredCount(situation), situation.settings.count.max);
}
