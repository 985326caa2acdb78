import { addSeconds, earlier, type Instant, isBefore } from '../amounts.ts';
import type { DecisionBasis, PastWish, ScalingMemory } from '../decision.ts';
import type { LayerSituation } from './layer-situation.ts';

/**
 * What the decision's record keeps of its situation beside readings and alarms, so that the same rules can be asked again with other readings.
 * It runs for every decision, also for a hold that is only counted: it copies, and computes nothing. Every field by name, as in decide-layers.ts.
 */
export function basisOf(situation: LayerSituation): DecisionBasis {
  const { inService, newestInServiceAt, failed, bootSeconds, revision, othersHourlyUsd, memory, ceilings } = situation;
  const { scaledOutAt, scaledInAt, wishesSince, freezes } = memory;
  return {
    inService,
    newestInServiceAt,
    failed,
    bootSeconds,
    instanceHourlyUsd: revision.hourlyUsd,
    othersHourlyUsd,
    served: servedSince(memory.inService, oldestLook(situation)),
    wishes: standingWishes(memory, situation),
    wishesSince,
    scaledOutAt,
    scaledInAt,
    freezes,
    others: othersOf(situation),
    ceilings,
  };
}

/** The layers that this one's rules, limits and freezes look at. */
function othersOf({ settings, limits, others }: LayerSituation): DecisionBasis['others'] {
  let found: Record<string, NonNullable<DecisionBasis['others']>[string]> | undefined;
  const note = (layer: string): void => {
    const other = others.get(layer);
    if (other === undefined) return;
    found ??= {};
    found[layer] = other;
  };
  for (const rule of settings.rules) if ('followLayer' in rule) note(rule.followLayer);
  for (const { per } of limits) note(per);
  for (const freeze of settings.scaleIn.freeze) if ('layer' in freeze.while) note(freeze.while.layer);
  return found;
}

/** The oldest instant at which a rule asks how many were in service. */
function oldestLook({ settings, readings, alarms, now }: LayerSituation): Instant {
  let oldest = now;
  for (const rule of settings.rules) {
    const reading = 'kpi' in rule ? readings.get(rule.kpi) : undefined;
    if (reading?.at !== undefined) {
      oldest = earlier(oldest, addSeconds(reading.at, (1 - reading.recent.length) * reading.periodSeconds)) ?? oldest;
    }
    const since = 'alarm' in rule ? alarms.get(rule.alarm)?.since : undefined;
    if (since !== undefined) oldest = earlier(oldest, since) ?? oldest;
  }
  return oldest;
}

/** The changes since then, and the one before, which was true at that time. */
function servedSince(history: readonly PastWish[], oldest: Instant): readonly PastWish[] {
  let first = history.length - 1;
  while (first > 0 && isBefore(oldest, history[first]?.at ?? oldest)) first -= 1;
  return first <= 0 ? history : history.slice(first);
}

/** Of the remembered wishes those that decide: the highest that still stands, which is the oldest of them, and the last. */
function standingWishes({ wishes }: ScalingMemory, { settings, now }: LayerSituation): readonly PastWish[] {
  const horizon = addSeconds(now, -settings.scaleIn.stabilizationSeconds);
  const last = wishes.at(-1);
  const highest = wishes.find(({ at }) => isBefore(horizon, at));
  if (last === undefined) return wishes;
  return highest === undefined || highest === last ? [last] : [highest, last];
}
