import type { FleetBill } from '../../adapters/memory/fleet-ledger.ts';
import type { FleetEvent } from '../../adapters/memory/memory-fleet.ts';
import { statisticOf } from '../../adapters/memory/metric-statistic.ts';
import { addSeconds, type Instant, isBefore, secondsBetween } from '../../core/amounts.ts';
import type { Ceilings } from '../../core/ceilings.ts';
import type { AlarmReading } from '../../core/readings.ts';
import { acknowledgeStage } from '../../functions/acknowledge/stage.ts';
import { announceStage } from '../../functions/announce/stage.ts';
import { applyStage } from '../../functions/apply/stage.ts';
import { evaluateStage } from '../../functions/evaluate/stage.ts';
import type { EvaluateWake } from '../../functions/evaluate/wake.ts';
import { type ObserveWake, observeStage } from '../../functions/observe/stage.ts';
import { reconcileStage } from '../../functions/reconcile/stage.ts';
import type { StageName } from '../../infra/bundle.ts';
import { emptyHistory, type History } from './history.ts';
import { asynchronousRetrySeconds } from './invocations.ts';
import { localAlarms } from './local-alarms.ts';
import { MetricPublisher } from './metric-publisher.ts';
import { attendParticipants } from './participants.ts';
import { attendProduct, look, tickedStages } from './product-participants.ts';
import { feedsOf } from './signals.ts';
import type { LayerSample } from './stations.ts';
import { StreamReader, wakesAnnounce, wakesReconcile } from './stream-reader.ts';
import { traceSeconds } from './trace.ts';
import { traceStart, type World } from './world.ts';

/** What came of a run. */
export interface WorldRun {
  readonly history: History;
  /** Length of the trace: what the world was run for, and scored over. */
  readonly virtualSeconds: number;
  /** How long it took to settle after the trace; undefined when it did not. */
  readonly settledAfterSeconds: number | undefined;
  readonly evaluations: number;
  /** Up to the end of the trace, from the first launch before it. */
  readonly bill: FleetBill;
  readonly billOfLayer: ReadonlyMap<string, FleetBill>;
}

/** Called once for each virtual minute. */
export type OnMinute = (minute: number) => void;

/** EC2 and alarm events, like everything that is delivered at least once, come twice now and then. */
const repeatedRatio = 0.01;
/** A change that needs longer than this to settle after the trace does not settle. */
const mostSettlingSeconds = 1800;

/** Plays a world from before the start of its trace to its end, and then until it has settled. Throws when the file is refused. */
export async function runWorld(world: World, onMinute: OnMinute = () => undefined): Promise<WorldRun> {
  const { options, agenda, clock, fleet, check, invocations, load } = world;
  const { application } = options.application;
  const virtualSeconds = traceSeconds(options.trace);
  const end = addSeconds(traceStart, virtualSeconds);
  await applyFile(world);
  connectStream(world);
  connectEvents(world);
  const history = keepTime(world, { minutes: Math.ceil(virtualSeconds / 60), onMinute });
  await agenda.runUntil(end);
  load.advanceTo(virtualSeconds);
  const bill = fleet.bill({ application });
  const billOfLayer = new Map(load.layers.map(({ layer }) => [layer, fleet.bill({ application, layer })]));
  const evaluations = invocations.count('evaluate');
  fleet.calmDown();
  while (check.unsettled().length > 0 && isBefore(clock.now(), addSeconds(end, mostSettlingSeconds))) {
    await agenda.runUntil(addSeconds(clock.now(), 10));
  }
  check.requireSettled();
  for (const letter of invocations.deadLetters) check.onDeadLetter(letter);
  const isSettled = check.unsettled().length === 0;
  const settledAfterSeconds = isSettled ? secondsBetween(end, clock.now()) : undefined;
  return { history, virtualSeconds, settledAfterSeconds, evaluations, bill, billOfLayer };
}

async function applyFile({ portsOf, options }: World): Promise<void> {
  const report = await applyStage(portsOf('apply'), { text: options.text, parameters: {}, drainLayers: [] });
  if (report.outcome !== 'refused') return;
  const problems = report.problems.map(({ path, message }) => `${path}: ${message}`);
  throw new Error(`the application file was refused: ${problems.join('; ')}`);
}

function connectStream(world: World): void {
  const { agenda, clock, invocations, portsOf, options, table, dice } = world;
  const shared = { agenda, clock, invocations };
  const reconcile = new StreamReader({
    ...shared,
    stage: 'reconcile',
    kinds: wakesReconcile,
    run: (application) => reconcileStage(portsOf('reconcile'), application, bounds(options)),
    dice: dice.fork('reconcile'),
  });
  const announce = new StreamReader({
    ...shared,
    stage: 'announce',
    kinds: wakesAnnounce,
    run: (application) => announceStage(portsOf('announce'), application),
    dice: dice.fork('announce'),
  });
  table.onChange((change) => {
    reconcile.offer(change);
    announce.offer(change);
  });
}

function connectEvents(world: World): void {
  const { agenda, clock, fleet, serving, options, topic, dice, portsOf, invocations, onTick } = world;
  const delays = dice.fork('events');
  fleet.onEvent((event) => {
    agenda.at(event.at, () => {
      if (fleet.truthOf(event.instanceId)?.state !== 'running') serving.remove(event.instanceId);
    });
    for (const delay of deliveries(delays)) agenda.at(addSeconds(event.at, delay), () => tellObserve(world, event));
  });
  onTick.wake = (application, askedBy) => tick(world, application, askedBy);
  attendProduct(world);
  attendParticipants({
    application: options.application,
    topic,
    agenda,
    clock,
    dice: dice.fork('participants'),
    acknowledge: (reply) => {
      world.check.onAnswer(reply);
      return invocations.invoke({
        stage: 'acknowledge',
        run: () => acknowledgeStage(portsOf('acknowledge'), reply),
        retrySeconds: asynchronousRetrySeconds,
      });
    },
  });
}

/** Evaluate's ticks go to every stage that looks again while something moves; the others ask for themselves. */
async function tick(world: World, application: string, askedBy: StageName): Promise<void> {
  if (askedBy === 'target-group' || askedBy === 'hook') return look(world, askedBy, { application, isTick: true });
  await evaluate(world, { trigger: 'tick', application });
  await observe(world, { kind: 'sweep', application });
  for (const stage of tickedStages(world)) await look(world, stage, { application, isTick: true });
}

/** EC2 does not say that it will take back what it has ended meanwhile. */
function tellObserve(world: World, event: FleetEvent): Promise<void> | undefined {
  const state = world.fleet.truthOf(event.instanceId)?.state;
  if (event.kind !== 'instance' && state !== 'running') return undefined;
  return observe(world, { ...event });
}

/** Clockwork: what happens every minute, and what is written down then. */
function keepTime(
  world: World,
  { minutes, onMinute }: { readonly minutes: number; readonly onMinute: OnMinute },
): History {
  const { agenda, clock, options, metrics, dice, check, load } = world;
  const layers = load.layers.map(({ layer }) => layer);
  const history = emptyHistory(layers, minutes);
  const alarms = localAlarms(options.application, load);
  for (const { definition } of alarms) metrics.defineAlarm(definition);
  const feeds = [...feedsOf(options.application).feeds, ...alarms.map(({ feed }) => feed)];
  const publisher = new MetricPublisher(metrics, dice.fork('metrics'), { feeds, start: clock.now() });
  const sampleSeconds = sampleSecondsOf(world);
  const alarmDice = dice.fork('alarms');
  every(world, { seconds: sampleSeconds, offset: sampleSeconds }, (now) => {
    load.advanceTo(secondsBetween(traceStart, now));
    const samples = new Map(layers.map((layer) => [layer, load.takeSample(layer)]));
    publisher.publish(samples, { at: addSeconds(now, -sampleSeconds), now });
    writeDown(world, { history, samples, now });
  });
  every(world, { seconds: 60, offset: 2 }, (now) => {
    onMinute(Math.floor(secondsBetween(traceStart, now) / 60));
    return evaluate(world, { trigger: 'schedule' });
  });
  every(world, { seconds: 60, offset: 20 }, () => observe(world, { kind: 'sweep' }));
  every(world, { seconds: 60, offset: 40 }, () => check.checkSilence());
  every(world, { seconds: 60, offset: 45 }, () => {
    for (const alarm of metrics.evaluateAlarms()) {
      for (const delay of deliveries(alarmDice))
        agenda.at(addSeconds(clock.now(), delay), () => wakeByAlarm(world, alarm));
    }
  });
  return history;
}

function wakeByAlarm(world: World, alarm: AlarmReading): Promise<void> {
  return evaluate(world, { trigger: 'alarm', alarm });
}

function evaluate({ invocations, portsOf, diary, options }: World, wake: EvaluateWake): Promise<void> {
  const run = async (): Promise<void> =>
    diary.noteEvaluation(await evaluateStage(portsOf('evaluate'), wake, bounds(options)));
  return invocations.invoke({ stage: 'evaluate', run, retrySeconds: asynchronousRetrySeconds });
}

function bounds({ ceilings }: World['options']): { readonly ceilings?: Ceilings } {
  return ceilings === undefined ? {} : { ceilings };
}

function observe({ invocations, portsOf }: World, wake: ObserveWake): Promise<void> {
  const run = (): Promise<unknown> => observeStage(portsOf('observe'), wake);
  return invocations.invoke({ stage: 'observe', run, retrySeconds: asynchronousRetrySeconds });
}

/** Repeats a task for ever, `offset` seconds after each multiple of `seconds`. */
function every(
  { agenda, clock }: World,
  { seconds, offset }: { readonly seconds: number; readonly offset: number },
  task: (now: Instant) => Promise<void> | void,
): void {
  const again = (at: Instant): void => {
    agenda.at(at, () => {
      again(addSeconds(at, seconds));
      return task(at);
    });
  };
  again(addSeconds(clock.now(), offset));
}

/** Delays of the deliveries of one event: mostly one. */
function deliveries(dice: World['dice']): readonly number[] {
  const delay = dice.between(0.3, 2);
  return dice.happens(repeatedRatio) ? [delay, delay + dice.between(0.5, 20)] : [delay];
}

/** As often as the shortest period that a KPI asks for, at most once a minute. */
function sampleSecondsOf({ options }: World): number {
  const periods = Object.values(options.application.kpis).flatMap((kpi) =>
    'periodSeconds' in kpi ? [kpi.periodSeconds] : [],
  );
  return Math.min(60, ...periods);
}

function writeDown(
  { load, serving, check }: World,
  {
    history,
    samples,
    now,
  }: { readonly history: History; readonly samples: ReadonlyMap<string, LayerSample>; readonly now: Instant },
): void {
  const second = secondsBetween(traceStart, now);
  const minute = Math.ceil(second / 60) - 1;
  if (minute < 0 || minute >= history.needed.length) return;
  const requestsPerSecond = load.requestsPerSecond(second - 1);
  history.requestsPerSecond[minute] = Math.max(history.requestsPerSecond[minute] ?? 0, requestsPerSecond);
  history.needed[minute] = Math.max(history.needed[minute] ?? 0, load.score.needed(requestsPerSecond));
  const response = samples.get(load.front)?.responseSeconds;
  const p95 = response && statisticOf('p95', [{ at: now, ...response }]);
  if (p95 !== undefined) history.p95Seconds[minute] = p95;
  let backlog = 0;
  for (const { layer } of load.layers) {
    const track = history.layers.get(layer);
    backlog += samples.get(layer)?.backlog ?? 0;
    if (track === undefined) continue;
    track.inService[minute] = serving.takeFewest(layer);
    track.desired[minute] = check.view.desired.get(layer)?.count ?? 0;
  }
  history.backlog[minute] = backlog;
}
