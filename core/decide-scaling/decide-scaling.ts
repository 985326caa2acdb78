import type { Decision, Outcome, Proposal, ScalingMemory } from '../decision.ts';
import type { Draft } from '../draft.ts';
import { kpisOfLayer } from '../kpis-looked-at.ts';
import { type AlarmReading, degradedBecause, type Reading } from '../readings.ts';
import { basisOf } from './basis-of.ts';
import { chooseCount } from './choose-count.ts';
import { explain } from './explain.ts';
import { foresee, rememberForecasts } from './foresee.ts';
import { noteInService } from './in-service-history.ts';
import { desiredCount, type LayerSituation } from './layer-situation.ts';
import { propose } from './propose.ts';
import { rememberOutcome } from './remember.ts';
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
  const { settings, vanished } = situation;
  const seen = withHistory(situation);
  if (vanished !== undefined) return decideVanished(seen, vanished);
  const foreseen = foresee(seen);
  const proposals = settings.rules.map((rule) => propose(rule, seen, foreseen));
  const { memory, wish, count, limits } = chooseCount(seen, proposals);
  return concluded(seen, rememberForecasts(memory, foreseen), { proposals, wish, count, limits });
}

/** The situation with those in service now in its history; itself, while nothing changed. */
function withHistory(situation: LayerSituation): LayerSituation {
  const { newestInServiceAt, inService: count, memory, now } = situation;
  const inService = noteInService(memory.inService, { count, newestInServiceAt, now });
  return inService === memory.inService ? situation : { ...situation, memory: { ...memory, inService } };
}

function decideVanished(situation: LayerSituation, { drain }: { readonly drain: boolean }): Decided {
  const rule = 'gone from the file';
  const proposal: Proposal = drain
    ? { rule, kind: 'want', count: 0, because: 'its end was asked for' }
    : { rule, kind: 'stay', because: 'its end was not asked for' };
  const proposals = [proposal];
  const wish = safest(proposals, desiredCount(situation));
  return concluded(situation, situation.memory, { proposals, wish, count: wish.count, limits: [] });
}

function concluded(
  situation: LayerSituation,
  memory: ScalingMemory,
  chosen: Pick<Decision, 'proposals' | 'limits'> & { readonly wish: Wish; readonly count: number },
): Decided {
  const { name, now, trigger, wokenBy, fileVersion, desired, revision, isStopped, vanished } = situation;
  const { proposals, limits, wish, count } = chosen;
  const from = { count: desiredCount(situation), revision: desired?.revision ?? 0 };
  const to = { count, revision: revision.number };
  const outcome = outcomeOf({ from: from.count, to: count });
  const readings = readingsOf(situation);
  const degraded: string[] = [];
  for (const reading of readings) if (degradedBecause(reading) !== undefined) degraded.push(reading.kpi);
  const decision: Draft<Decision> = {
    layer: name,
    at: now,
    trigger,
    fileVersion,
    readings,
    alarms: alarmsOf(situation),
    proposals,
    limits,
    from,
    to,
    outcome,
    because: explain({ layer: name, from, to, outcome, limits, proposals, wish, degraded, isStopped, vanished }),
    hourlyUsdBefore: from.count * (desired?.hourlyUsd ?? revision.hourlyUsd),
    hourlyUsdAfter: count * revision.hourlyUsd,
    basis: basisOf(situation),
  };
  if (wokenBy !== undefined) decision.wokenBy = wokenBy;
  if (isStopped === true) decision.isStopped = true;
  if (degraded.length > 0) decision.degraded = degraded;
  return { decision, memory: rememberOutcome(memory, outcome, now) };
}

function outcomeOf({ from, to }: { readonly from: number; readonly to: number }): Outcome {
  if (to === from) return 'hold';
  return to > from ? 'out' : 'in';
}

/** Those that this layer's rules and freezes look at, each once. */
function readingsOf({ vanished, settings, readings }: LayerSituation): readonly Reading[] {
  const found: Reading[] = [];
  for (const kpi of vanished === undefined ? kpisOfLayer(settings) : []) {
    const reading = readings.get(kpi);
    if (reading !== undefined) found.push(reading);
  }
  return found;
}

function alarmsOf({ vanished, settings, alarms }: LayerSituation): readonly AlarmReading[] {
  const found: AlarmReading[] = [];
  for (const rule of vanished === undefined ? settings.rules : []) {
    const alarm = 'alarm' in rule ? alarms.get(rule.alarm) : undefined;
    if (alarm !== undefined && !found.includes(alarm)) found.push(alarm);
  }
  return found;
}
