import type { LayerValue, Ports } from '../../adapters/ports.ts';
import { addSeconds, type Instant, isBefore } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import { type Usage, usageOf } from '../../core/ceilings.ts';
import { wishHistory } from '../../core/collect-history.ts';
import { collectMetrics, type MetricPlan } from '../../core/collect-metrics.ts';
import { computeKpis } from '../../core/compute-kpis.ts';
import { decideLayers, type SituatedLayer } from '../../core/decide-layers.ts';
import { isMoving } from '../../core/is-moving.ts';
import { stoppingParticipants } from '../../core/participants/stopping.ts';
import type { AlarmReading, AlarmReadings } from '../../core/readings.ts';
import { recordDecision } from '../../core/record-decision.ts';
import type { FileRecord, StoredRecord, TickRecord } from '../../core/records.ts';
import type { Stored } from '../../core/stored.ts';
import type { Account } from './account.ts';
import { chooseRevisions, latestRevisions } from './choose-revisions.ts';
import { decideShadows, gatherForShadows, type LiveRun, type ShadowAnswers } from './decide-shadows.ts';
import { type Answers, gather, pinQuestions } from './gather.ts';
import type { EvaluatePorts, EvaluateWake } from './wake.ts';

/** What came of one application. */
export interface EvaluatedApplication {
  readonly application: string;
  readonly decided: readonly SituatedLayer[];
  readonly values: readonly LayerValue[];
  readonly degraded: readonly string[];
  /** Participants that a change waits for beyond their time, as `application/participant`. */
  readonly stopping: readonly string[];
  /** Layers that could not be decided. */
  readonly errors: readonly Error[];
}

/** Somebody else wrote meanwhile: read again, decide again. Two evaluations at once settle at the second try. */
const MOST_ATTEMPTS = 5;
/** While something moves, the next looks come before the next minute does. */
const TICK_SECONDS = [15, 30, 45];
/** What one conditional write holds. */
const MOST_RECORDS = 100;

/** Decides all layers of one application and stores the answers. Undefined when there is nothing to do: no file, or another's alarm. */
export async function evaluateApplication(
  ports: EvaluatePorts,
  application: string,
  { wake, account }: { readonly wake: EvaluateWake; readonly account: Account },
): Promise<EvaluatedApplication | undefined> {
  let gathered: Gathered | undefined;
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const stored = await ports.table.load(application);
    const { file } = stored;
    if (file === undefined || (wake.trigger === 'alarm' && !alarmsOf(file.file).includes(wake.alarm.name))) return;
    if (gathered?.fileVersion !== file.version) gathered = await gatherFor(ports, { stored, file, wake, account });
    const run = decideNow(ports, { stored, file, wake, gathered, account });
    if (!(await commitAll(ports, application, run.changes))) continue;
    if (run.isMoving && wake.trigger !== 'tick') await ports.ticks.later(application, TICK_SECONDS);
    const { shadows, answers } = gathered;
    const shadowed = shadows === undefined ? [] : await decideShadows(ports, { stored, file, ...run }, shadows);
    const degraded = [...answers.degraded, ...shadowed];
    const stopping = stoppingParticipants(stored).map((participant) => `${application}/${participant}`);
    return { application, decided: run.decided, values: run.values, degraded, stopping, errors: run.errors };
  }
  throw new Error(`the decisions for ${application} were overtaken ${MOST_ATTEMPTS} times and not stored`);
}

interface Gathered {
  readonly fileVersion: number;
  readonly plan: MetricPlan;
  readonly answers: Answers;
  readonly shadows: ShadowAnswers | undefined;
}

interface Scene {
  readonly stored: Stored;
  readonly file: FileRecord;
  readonly wake: EvaluateWake;
}

async function gatherFor(
  ports: EvaluatePorts,
  { stored, file, wake, account }: Scene & { readonly account: Account },
): Promise<Gathered> {
  const plan = collectMetrics(file.file, ports.clock.now());
  const latest = latestRevisions(stored);
  const pins = pinQuestions(file.file, { latest, isDue: wake.trigger === 'schedule' });
  const wish = wishHistory(file.file, stored.scaling, ports.clock.now());
  const history = wish !== undefined && account.takeHistoryTurn() ? wish : undefined;
  const [answers, shadows] = await Promise.all([
    gather(ports, { plan, alarms: alarmsOf(file.file), history, ...pins }),
    gatherForShadows(ports, file.file, ports.clock.now()),
  ]);
  return { fileVersion: file.version, plan, answers, shadows };
}

interface Run
  extends Pick<EvaluatedApplication, 'decided' | 'values' | 'errors'>,
    Pick<LiveRun, 'readings' | 'alarms'> {
  /** Records that belong together are in one list. */
  readonly changes: readonly (readonly StoredRecord[])[];
  readonly isMoving: boolean;
}

function decideNow(
  ports: EvaluatePorts,
  { stored, file, wake, gathered, account }: Scene & { gathered: Gathered; account: Account },
): Run {
  const now = momentAfterLast(stored, ports.clock.now());
  const { plan, answers } = gathered;
  const chosen = chooseRevisions(stored, file, { latest: latestRevisions(stored), answers });
  const readings = computeKpis(file.file, plan, answers.results, now);
  const alarms = alarmReadings(answers.alarms, wake);
  const decided = decideLayers(stored, file, {
    now,
    trigger: wake.trigger,
    wokenBy: wake.trigger === 'alarm' ? wake.alarm.name : undefined,
    readings,
    alarms,
    histories: answers.histories,
    revisions: chosen.revisions,
    ceilings: account.ceilingsFor(file.application),
    isStopped: account.isStopped,
  });
  account.note(file.application, usageAfter(stored, decided));
  const desired = new Map(decided.map(({ decision }) => [decision.layer, decision.to.count]));
  const moving = isMoving(stored, desired);
  const records = decided.map((layer) => recordDecision(stored, layer));
  return {
    decided,
    readings,
    alarms,
    values: valuesOf(stored, decided, now),
    errors: chosen.unpinned.map((layer) => new Error(`${file.application}: ${layer} has no image or no zone yet`)),
    changes: moving ? [...records, [nextTick(stored, now)]] : records,
    isMoving: moving,
  };
}

/** What is there now stays until it is gone; what was decided may come. */
function usageAfter(stored: Stored, decided: readonly SituatedLayer[]): Usage {
  const now = usageOf(stored);
  let [instances, hourlyUsd] = [0, 0];
  for (const { decision } of decided) {
    instances += decision.to.count;
    hourlyUsd += decision.hourlyUsdAfter;
  }
  return { instances: Math.max(now.instances, instances), hourlyUsd: Math.max(now.hourlyUsd, hourlyUsd) };
}

/**
 * Later than the last evaluation, by a millisecond at the least: the instant is part of a stored decision's key, and clocks of two machines
 * differ.
 */
function momentAfterLast(stored: Stored, now: Instant): Instant {
  let moment = now;
  for (const { memory } of stored.scaling.values()) {
    const last = memory.wishes.at(-1);
    if (last !== undefined && !isBefore(last.at, moment)) moment = addSeconds(last.at, 0.001);
  }
  return moment;
}

/** The state that an event brings is newer than what CloudWatch was asked for, unless that says otherwise. */
function alarmReadings(described: readonly AlarmReading[], wake: EvaluateWake): AlarmReadings {
  const alarms = new Map(described.map((alarm) => [alarm.name, alarm]));
  if (wake.trigger !== 'alarm') return alarms;
  const since = alarms.get(wake.alarm.name)?.since;
  const isOlder = since !== undefined && wake.alarm.since !== undefined && isBefore(wake.alarm.since, since);
  if (!isOlder) alarms.set(wake.alarm.name, wake.alarm);
  return alarms;
}

const alarmNames = new WeakMap<Application, readonly string[]>();

function alarmsOf(application: Application): readonly string[] {
  const known = alarmNames.get(application);
  if (known !== undefined) return known;
  const rules = Object.values(application.layers).flatMap((layer) => layer.rules);
  const names = [...new Set(rules.flatMap((rule) => ('alarm' in rule ? [rule.alarm] : [])))];
  alarmNames.set(application, names);
  return names;
}

function valuesOf(stored: Stored, decided: readonly SituatedLayer[], at: Instant): readonly LayerValue[] {
  const { application } = stored;
  const values: LayerValue[] = [];
  for (const { decision, situation } of decided) {
    const { layer, to, degraded = [] } = decision;
    values.push(
      { name: 'InService', application, layer, value: situation.inService, at },
      { name: 'Desired', application, layer, value: to.count, at },
      { name: 'Degraded', application, layer, value: degraded.length, at },
    );
  }
  return values;
}

function nextTick({ application, tick }: Stored, at: Instant): TickRecord {
  return { kind: 'tick', application, version: (tick?.version ?? 0) + 1, at };
}

/** False when somebody else was faster. */
async function commitAll(
  ports: Pick<Ports, 'table'>,
  application: string,
  changes: readonly (readonly StoredRecord[])[],
): Promise<boolean> {
  for (const put of packed(changes)) {
    if ((await ports.table.commit(application, { put })) === 'conflict') return false;
  }
  return true;
}

/** As few writes as possible; the records of one list stay together. */
function packed(changes: readonly (readonly StoredRecord[])[]): readonly (readonly StoredRecord[])[] {
  const writes: StoredRecord[][] = [];
  for (const change of changes) {
    const last = writes.at(-1);
    if (last !== undefined && last.length + change.length <= MOST_RECORDS) last.push(...change);
    else writes.push([...change]);
  }
  return writes;
}
