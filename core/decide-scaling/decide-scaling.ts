import type { Decision, Outcome, Proposal, ScalingMemory } from '../decision.ts';
import type { AlarmReading, Reading } from '../readings.ts';
import { applyLimits } from './apply-limits.ts';
import { explain } from './explain.ts';
import { noteInService } from './in-service-history.ts';
import { desiredCount, type LayerSituation } from './layer-situation.ts';
import { propose } from './propose.ts';
import { rememberOutcome, rememberWish } from './remember.ts';
import { safest, type Wish } from './safest.ts';

/** The one answer for a layer, and what to remember until the next. */
export interface Decided {
  readonly decision: Decision;
  readonly memory: ScalingMemory;
}

/**
 * The one place where a layer's next desired count is chosen. Pure: same arguments, same decision. Every rule proposes, the safest wins, limits
 * apply in a fixed order. The first decision grows from 0. A layer that vanished from the file has no rules and no limits: it is held as it
 * is, or drained to 0 when that was asked for by name.
 */
export function decideScaling(situation: LayerSituation): Decided {
  const { now, settings, vanished } = situation;
  const { newestInServiceAt, inService: count } = situation;
  const inService = noteInService(situation.memory.inService, { count, newestInServiceAt, now });
  const seen = { ...situation, memory: { ...situation.memory, inService } };
  if (vanished !== undefined) return decideVanished(seen, vanished);
  const proposals = settings.rules.map((rule) => propose(rule, seen));
  const wish = safest(proposals, desiredCount(seen));
  const memory = rememberWish(seen.memory, { at: now, count: wish.count }, settings.scaleIn.stabilizationSeconds);
  const limited = applyLimits(wish.count, { ...seen, memory });
  return concluded({ ...seen, memory }, { proposals, wish, count: limited.count, limits: limited.applied });
}

function decideVanished(situation: LayerSituation, { drain }: { readonly drain: boolean }): Decided {
  const present = desiredCount(situation);
  const rule = 'gone from the file';
  const proposal: Proposal = drain
    ? { rule, kind: 'want', count: 0, because: 'its end was asked for' }
    : { rule, kind: 'stay', because: 'its end was not asked for' };
  const proposals = [proposal];
  const wish = safest(proposals, present);
  return concluded(situation, { proposals, wish, count: wish.count, limits: [] });
}

function concluded(
  situation: LayerSituation,
  chosen: Pick<Decision, 'proposals' | 'limits'> & { readonly wish: Wish; readonly count: number },
): Decided {
  const { name, now, trigger, fileVersion, desired, revision } = situation;
  const { proposals, limits, wish, count } = chosen;
  const from = { count: desiredCount(situation), revision: desired?.revision ?? 0 };
  const to = { count, revision: revision.number };
  const outcome = outcomeOf({ from: from.count, to: count });
  const decision: Decision = {
    layer: name,
    at: now,
    trigger,
    fileVersion,
    readings: readingsOf(situation),
    alarms: alarmsOf(situation),
    proposals,
    limits,
    from,
    to,
    outcome,
    because: explain({ layer: name, from, to, outcome, limits, proposals, wish }),
    hourlyUsdBefore: from.count * (desired?.hourlyUsd ?? revision.hourlyUsd),
    hourlyUsdAfter: count * revision.hourlyUsd,
  };
  return { decision, memory: rememberOutcome(situation.memory, outcome, now) };
}

function outcomeOf({ from, to }: { readonly from: number; readonly to: number }): Outcome {
  if (to === from) return 'hold';
  return to > from ? 'out' : 'in';
}

/** Those that this layer's rules look at, each once. */
function readingsOf({ vanished, settings, readings }: LayerSituation): readonly Reading[] {
  if (vanished !== undefined) return [];
  const kpis = new Set(settings.rules.flatMap((rule) => ('kpi' in rule ? [rule.kpi] : [])));
  return [...kpis].flatMap((kpi) => readings.get(kpi) ?? []);
}

function alarmsOf({ vanished, settings, alarms }: LayerSituation): readonly AlarmReading[] {
  if (vanished !== undefined) return [];
  const names = new Set(settings.rules.flatMap((rule) => ('alarm' in rule ? [rule.alarm] : [])));
  return [...names].flatMap((name) => alarms.get(name) ?? []);
}
