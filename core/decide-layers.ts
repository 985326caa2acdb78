import { addSeconds, type Instant, isBefore, secondsBetween } from './amounts.ts';
import type { Application } from './application/application-schema.ts';
import type { Layer } from './application/layer-schema.ts';
import { type Ceilings, sumOf, type Usage } from './ceilings.ts';
import type { RuleHistory } from './collect-history.ts';
import { type Decided, decideScaling } from './decide-scaling/decide-scaling.ts';
import { servedDuring } from './decide-scaling/in-service-history.ts';
import type { LayerSituation } from './decide-scaling/layer-situation.ts';
import type { ScalingMemory, Trigger } from './decision.ts';
import { oncePer } from './once-per.ts';
import type { AlarmReadings, Readings } from './readings.ts';
import type { DesiredRecord, FileRecord, RevisionRecord } from './records.ts';
import { revisionKey, type Stored } from './stored.ts';

/** What one evaluation brings to what is stored. */
export interface Evaluation {
  readonly now: Instant;
  readonly trigger: Trigger;
  /** The alarm that woke the evaluation. */
  readonly wokenBy?: string | undefined;
  readonly readings: Readings;
  readonly alarms: AlarmReadings;
  /** What was read for rules that lack history; absent where no history is to be had. */
  readonly histories?: readonly RuleHistory[];
  /** The revision to be desired of each layer of the file. A layer without one (its image was never found) is not decided. */
  readonly revisions: ReadonlyMap<string, RevisionRecord>;
  /** What the account allows all applications, and what the other applications take of it. */
  readonly ceilings?: (Ceilings & { readonly takenByOthers: Usage }) | undefined;
  /** Whether the kill switch is thrown. */
  readonly isStopped?: boolean;
}

/** A layer's answer, and the revision to be stored with it when it is new. */
export interface DecidedLayer extends Decided {
  readonly revision: RevisionRecord | undefined;
}

/** A layer's answer with all that it was made from: what a shadow is decided beside. */
export interface SituatedLayer extends DecidedLayer {
  readonly situation: LayerSituation;
}

/**
 * Decides every layer of an application, a layer that follows another after the one that it follows, then those that vanished from the file.
 * What one layer takes of the budget, the next no longer has.
 */
export function decideLayers(stored: Stored, file: FileRecord, evaluation: Evaluation): readonly SituatedLayer[] {
  const tallies = tallySlots(stored.slots);
  const layers = layersOf(stored, file);
  const others = new Map<string, { desired: number; inService: number; lost: number }>();
  let hourlyUsd = 0;
  for (const { name, settings } of layers) {
    const desired = stored.desired.get(name);
    const { inService } = tallies.get(name) ?? nobody;
    const lost = lostOf(stored, { name, tally: tallies.get(name) ?? nobody, now: evaluation.now });
    others.set(name, { desired: desired?.count ?? 0, inService, lost });
    hourlyUsd += costOf(stored, desired, settings);
  }
  const decided: SituatedLayer[] = [];
  for (const layer of layers) {
    const { name, settings } = layer;
    const desired = stored.desired.get(name);
    const own = costOf(stored, desired, settings);
    const revision = evaluation.revisions.get(name);
    const tally = tallies.get(name) ?? nobody;
    const target = targetOf(revision, desired, settings);
    if (target === undefined) continue;
    const othersHourlyUsd = hourlyUsd - own;
    const world: World = { stored, file, evaluation, others };
    const situation = situationOf(layer, world, { desired, revision: target, tally, othersHourlyUsd });
    const answer = decideScaling(situation);
    const { to, hourlyUsdAfter } = answer.decision;
    others.set(name, { desired: to.count, inService: tally.inService, lost: others.get(name)?.lost ?? 0 });
    hourlyUsd = othersHourlyUsd + hourlyUsdAfter;
    decided.push({ situation, decision: answer.decision, memory: answer.memory, revision });
  }
  return decided;
}

interface NamedLayer {
  readonly name: string;
  readonly settings: Layer;
  readonly vanished: { readonly drain: boolean } | undefined;
}

interface World {
  readonly stored: Stored;
  readonly file: FileRecord;
  readonly evaluation: Evaluation;
  readonly others: LayerSituation['others'];
}

/** What the slots of a layer come to. */
interface Tally {
  inService: number;
  failed: number;
  newestInServiceAt: Instant | undefined;
  /** From intent to in service, of each that serves. */
  readonly bootSeconds: number[];
}

interface OwnState extends Pick<LayerSituation, 'revision' | 'othersHourlyUsd'> {
  readonly desired: DesiredRecord | undefined;
  readonly tally: Readonly<Tally>;
}

const nobody: Readonly<Tally> = { inService: 0, failed: 0, newestInServiceAt: undefined, bootSeconds: [] };

/** Boots looked at, the newest: a layer's boot time may change with its image. */
const MOST_BOOTS = 20;
const nothingRemembered: ScalingMemory = { wishes: [], inService: [] };

const tallySlots = oncePer((slots: Stored['slots']): ReadonlyMap<string, Readonly<Tally>> => {
  const tallies = new Map<string, Tally>();
  for (const { slot } of slots) {
    const isFailed = slot.failedAt !== undefined && slot.state !== 'gone';
    if (slot.state !== 'in-service' && !isFailed) continue;
    const tally = tallies.get(slot.layer) ?? { inService: 0, failed: 0, newestInServiceAt: undefined, bootSeconds: [] };
    tallies.set(slot.layer, tally);
    if (isFailed) {
      tally.failed += 1;
      continue;
    }
    tally.inService += 1;
    const { inServiceAt } = slot;
    if (inServiceAt === undefined) continue;
    tally.bootSeconds.push(secondsBetween(slot.intendedAt, inServiceAt));
    if (tally.newestInServiceAt === undefined || isBefore(tally.newestInServiceAt, inServiceAt)) {
      tally.newestInServiceAt = inServiceAt;
    }
  }
  return tallies;
});

/** Seconds in which one that served and no longer does counts as lost. */
const LOST_SECONDS = 3600;

/**
 * How many of those that a layer should have it has lost: they have failed, or served within the hour and no longer do. Those that boot because the
 * layer grows are not lost.
 */
function lostOf(
  { desired, scaling }: Stored,
  { name, tally, now }: { readonly name: string; readonly tally: Readonly<Tally>; readonly now: Instant },
): number {
  const { count = 0 } = desired.get(name) ?? {};
  const history = scaling.get(name)?.memory.inService ?? [];
  const { most } = servedDuring(history, { from: addSeconds(now, -LOST_SECONDS), until: now });
  return Math.max(Math.min(tally.failed, count), Math.min(most, count) - tally.inService, 0);
}

/** A vanished layer that never had a desired count has nothing to decide. */
function layersOf(stored: Stored, file: FileRecord): readonly NamedLayer[] {
  const layers = followingOrder(file.file);
  const vanished = vanishedOf(file.vanished);
  if (vanished.length === 0) return layers;
  return [...layers, ...vanished.filter(({ name }) => stored.desired.has(name))];
}

const vanishedOf = oncePer((vanished: FileRecord['vanished']): readonly NamedLayer[] =>
  Object.entries(vanished).map(([name, { layer, drain }]) => ({ name, settings: layer, vanished: { drain } })),
);

const orderOf = new WeakMap<Application, readonly NamedLayer[]>();

/** The layers of a file, each after the one that it follows; otherwise in the order of the file. */
function followingOrder(application: Application): readonly NamedLayer[] {
  const known = orderOf.get(application);
  if (known !== undefined) return known;
  const order = new Map<string, NamedLayer>();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const settings = application.layers[name];
    if (settings === undefined || seen.has(name)) return;
    seen.add(name);
    for (const rule of settings.rules) if ('followLayer' in rule) visit(rule.followLayer);
    order.set(name, { name, settings, vanished: undefined });
  };
  for (const name of Object.keys(application.layers)) visit(name);
  const layers = [...order.values()];
  orderOf.set(application, layers);
  return layers;
}

function costOf(stored: Stored, desired: DesiredRecord | undefined, settings: Layer): number {
  return desired === undefined ? 0 : desired.count * priceOf(stored, desired, settings);
}

/** Of one instance an hour. Without the revision's record, what the file says today. */
function priceOf(stored: Stored, desired: DesiredRecord, settings: Layer): number {
  return stored.revisions.get(revisionKey(desired))?.hourlyUsd ?? settings.sizes[0]?.hourlyUsd ?? 0;
}

function targetOf(
  revision: RevisionRecord | undefined,
  desired: DesiredRecord | undefined,
  settings: Layer,
): LayerSituation['revision'] | undefined {
  if (revision !== undefined) {
    return { number: revision.revision, hourlyUsd: revision.hourlyUsd, capacity: revision.capacity };
  }
  const { hourlyUsd = 0, capacity = 1 } = settings.sizes[0] ?? {};
  return desired && { number: desired.revision, hourlyUsd, capacity };
}

/**
 * The time that nine in ten of the newest boots took at most, their joining included. Slots come in the order of their numbers, so the newest are
 * last. Before the first boot, half of the deadline.
 */
function bootSecondsOf({ bootSeconds }: Readonly<Tally>, { readySeconds }: Layer): number {
  const newest = sortedNewest(bootSeconds);
  return newest[Math.floor(newest.length * 0.9)] ?? readySeconds / 2;
}

const sortedNewest = oncePer((bootSeconds: readonly number[]) =>
  bootSeconds.slice(-MOST_BOOTS).toSorted((a, b) => a - b),
);

/** Every field by name and in one order: this is built for every layer in every evaluation, and spreading costs more than deciding. */
function situationOf(
  { name, settings, vanished }: NamedLayer,
  { stored, file, evaluation, others }: World,
  { desired, revision, tally, othersHourlyUsd }: OwnState,
): LayerSituation {
  const { now, trigger, wokenBy, readings, alarms } = evaluation;
  return {
    name,
    settings,
    vanished,
    desired: desired && {
      count: desired.count,
      revision: desired.revision,
      hourlyUsd: priceOf(stored, desired, settings),
    },
    revision,
    bootSeconds: bootSecondsOf(tally, settings),
    inService: tally.inService,
    newestInServiceAt: tally.newestInServiceAt,
    failed: tally.failed,
    memory: stored.scaling.get(name)?.memory ?? nothingRemembered,
    others,
    othersHourlyUsd,
    limits: limitsOf(file.file.limits, name),
    maxHourlyUsd: file.file.budget?.maxHourlyUsd,
    ceilings: evaluation.ceilings && ceilingsFor(name, evaluation.ceilings, { others, othersHourlyUsd }),
    isStopped: evaluation.isStopped,
    readings,
    histories: evaluation.histories && historiesOf(name, evaluation.histories),
    alarms,
    now,
    trigger,
    wokenBy,
    fileVersion: file.version,
  };
}

function limitsOf(limits: Application['limits'], name: string): LayerSituation['limits'] {
  return limits.length === 0 ? limits : limits.filter(({ layer }) => layer === name);
}

function historiesOf(layer: string, histories: readonly RuleHistory[]): LayerSituation['histories'] {
  return new Map(histories.flatMap((history) => (history.layer === layer ? [[history.rule, history]] : [])));
}

/** For one layer the other layers of its application are elsewhere too. */
function ceilingsFor(
  name: string,
  { mostInstances, mostHourlyUsd, takenByOthers }: NonNullable<Evaluation['ceilings']>,
  { others, othersHourlyUsd }: Pick<LayerSituation, 'others' | 'othersHourlyUsd'>,
): LayerSituation['ceilings'] {
  let instances = 0;
  for (const [layer, { desired }] of others) if (layer !== name) instances += desired;
  return {
    mostInstances,
    mostHourlyUsd,
    takenElsewhere: sumOf([takenByOthers, { instances, hourlyUsd: othersHourlyUsd }]),
  };
}
