import { type Instant, secondsBetween } from '../amounts.ts';
import type { KpiScene } from '../application/kpi-dependence.ts';
import type { Rule } from '../application/rule-schema.ts';
import type { ShadowSettings } from '../application/shadow-settings.ts';
import type { SituatedLayer } from '../decide-layers.ts';
import { decideScaling } from '../decide-scaling/decide-scaling.ts';
import { noteInService } from '../decide-scaling/in-service-history.ts';
import { desiredCount, type LayerSituation } from '../decide-scaling/layer-situation.ts';
import type { Decision, ScalingMemory, ShadowNote } from '../decision.ts';
import { kpisOfLayer } from '../kpis-looked-at.ts';
import type { AlarmReadings, Readings } from '../readings.ts';
import type { ShadowRecord } from '../records.ts';
import { shown } from '../rounding.ts';
import type { ShadowFleet, ShadowRisk } from '../shadow.ts';
import { countRisk } from './count-risk.ts';
import { type Restated, restateReadings } from './restate-readings.ts';
import { copyFleet, resizeFleet, servingOf, settleFleet } from './shadow-fleet.ts';

/** What the shadow rules of one layer are decided from. */
export interface ShadowQuestion {
  /** The live rules' answer in the same evaluation. */
  readonly live: SituatedLayer;
  readonly settings: ShadowSettings;
  readonly scene: KpiScene;
  /** What the shadow came to before; absent at first. */
  readonly before: ShadowRecord | undefined;
  /** Those of the live rules, and those that only the shadow rules look at. */
  readonly readings: Readings;
  readonly alarms: AlarmReadings;
}

/** The shadow's answer, and what to remember until the next. */
export interface DecidedShadow {
  readonly decision: Decision;
  readonly memory: ScalingMemory;
  readonly fleet: ShadowFleet;
  readonly risk: ShadowRisk | undefined;
  /** When this shadow began as a copy of the live layer. */
  readonly since: Instant;
}

/** After a longer silence (the shadow was gone from the file, or nobody evaluated) it begins anew as a copy of the live layer. */
const LONGEST_SILENCE_SECONDS = 3600;

/**
 * Decides what the shadow rules would have, by the same code as the live ones: own count, own memory, own fleet, whose newcomers serve after the boot time
 * that was measured. It begins as a copy of the live layer, so equal rules decide equally. Budget, ceilings and limits between layers bind it as
 * if it stood in the place of the live layer, and nobody else feels it. Pure; nothing of it is ever carried out.
 */
export function decideShadow(question: ShadowQuestion): DecidedShadow {
  const { live, settings, readings } = question;
  const { now, bootSeconds, revision, inService: liveInService } = live.situation;
  const began = begin(question);
  const fleet = settleFleet(began.fleet, now);
  const serving = servingOf(fleet);
  const served = { count: serving, newestInServiceAt: fleet.newestAt, now };
  const memory = { ...began.memory, inService: noteInService(began.memory.inService, served) };
  const histories = { live: live.memory.inService, shadow: memory.inService };
  const seen = restate(question, histories);
  const { decision, memory: remembered } = decideScaling({
    ...ownSituation(question, fleet),
    inService: serving,
    memory,
    readings: seen.readings,
  });
  const note: ShadowNote = {
    liveCount: live.decision.to.count,
    liveInService,
    inService: serving,
    restated: seen.restated,
    taken: seen.taken,
  };
  const rules = [...live.situation.settings.rules, ...settings.rules];
  return {
    decision: { ...decision, shadow: note, because: sentence(decision, note) },
    memory: remembered,
    fleet: resizeFleet(fleet, { count: decision.to.count, now, bootSeconds }),
    risk: countRisk(began.risk, { rules, readings, capacity: revision.capacity, histories }),
    since: began.since,
  };
}

interface Beginning extends Pick<DecidedShadow, 'since' | 'fleet' | 'memory' | 'risk'> {}

function begin({ live, settings, before }: ShadowQuestion): Beginning {
  const { situation } = live;
  const { now } = situation;
  if (before !== undefined && secondsBetween(before.decidedAt, now) <= LONGEST_SILENCE_SECONDS) {
    return { since: before.since, fleet: before.fleet, memory: before.memory, risk: before.risk };
  }
  const fleet = copyFleet({ ...situation, count: desiredCount(situation) });
  return { since: now, fleet, memory: knownTo(settings, situation), risk: undefined };
}

/** What the live layer remembers, but of the look-aheads only those that the same rule has learnt. */
function knownTo({ rules }: ShadowSettings, { settings, memory }: LayerSituation): ScalingMemory {
  const { forecasts, taught, ...rest } = memory;
  const isSame = ([name]: readonly [string, unknown]) =>
    rules.some((rule) => rule.name === name && learnsAlike(rule, settings.rules));
  const [known, until] = [forecasts, taught].map((by) => Object.entries(by ?? {}).filter(isSame));
  if (known === undefined || known.length === 0) return rest;
  return { ...rest, forecasts: Object.fromEntries(known), ...(until ? { taught: Object.fromEntries(until) } : {}) };
}

/** Whether a live rule of the same name learns the same from the same. */
function learnsAlike(own: Rule, live: readonly Rule[]): boolean {
  if (!('shortfallPercent' in own)) return false;
  return live.some(
    (rule) =>
      rule.name === own.name &&
      'shortfallPercent' in rule &&
      rule.kpi === own.kpi &&
      rule.perCapacityUnit === own.perCapacityUnit &&
      JSON.stringify(rule.demand) === JSON.stringify(own.demand),
  );
}

function ownSituation({ live, settings, alarms }: ShadowQuestion, fleet: ShadowFleet): LayerSituation {
  const { situation } = live;
  const { number, hourlyUsd } = situation.revision;
  const lookAheads = settings.rules.filter((rule) => 'shortfallPercent' in rule);
  return {
    ...situation,
    settings,
    desired: { count: fleet.count, revision: number, hourlyUsd },
    newestInServiceAt: fleet.newestAt,
    failed: 0,
    isStopped: undefined,
    alarms,
    // History is read for the live rules alone: others would wait for it in vain.
    histories: lookAheads.every((rule) => learnsAlike(rule, situation.settings.rules))
      ? situation.histories
      : undefined,
  };
}

function restate(
  { live, settings, scene, readings }: ShadowQuestion,
  histories: Parameters<typeof restateReadings>[1]['histories'],
): Restated {
  const layer = live.situation.name;
  const kpis = kpisOfLayer(settings);
  const trial = { ...scene, layers: { ...scene.layers, [layer]: settings } };
  return restateReadings(readings, { scene: trial, layer, kpis, histories });
}

/** What was decided, marked as a shadow's, and where its readings come from when that matters. */
function sentence({ because, readings }: Decision, { liveInService, inService, restated, taken }: ShadowNote): string {
  const shares = restated.map(({ kpi, measured }) => {
    const value = readings.find((reading) => reading.kpi === kpi)?.value ?? measured;
    return `${kpi} ${shown(measured)} was measured on ${liveInService} live instances and counts as ${shown(value)} on ${inService}`;
  });
  const others = taken.map((kpi) => `${kpi} is that of ${liveInService} live instances, not of ${inService}`);
  const notes = [...shares, ...others];
  return `Shadow: ${because}${notes.length === 0 ? '' : ` Note: ${notes.join('; ')}.`}`;
}
