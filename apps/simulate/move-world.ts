import type { FleetEvent } from '../../adapters/memory/memory-fleet.ts';
import type { TableChange } from '../../adapters/memory/memory-table.ts';
import { addSeconds, type Instant } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import { applyStage } from '../../functions/apply/stage.ts';
import type { Task } from '../local/agenda.ts';
import { StreamReader, wakesAnnounce, wakesReconcile } from '../local/stream-reader.ts';
import { answerNotice } from './answer-notices.ts';
import { meddle } from './meddle.ts';
import { publishLoads } from './publish-loads.ts';
import { type LookingStage, StageRuns } from './run-stages.ts';
import { isWithin } from './scenario.ts';
import { type Loss, type SimulatedWorld, start } from './simulated-world.ts';

/** A call fails one time in ten at the most. */
const mostAttempts = 20;

/** Applies the file of a world and connects everything that moves it: stream, events, notices, schedules, people. */
export async function moveWorld(world: SimulatedWorld, loss: Loss | undefined): Promise<StageRuns> {
  const runs = new StageRuns(world, { lost: loss?.what === 'run' ? loss.position : undefined });
  // First: what nobody saw being stored, no check knows.
  connectStream(world, runs);
  await applyFile(world, world.scenario.file);
  const looking = lookingStages(world);
  const looks = isLookedFor(world);
  connectEvents(world, { runs, lostMachine: loss?.what === 'machine' ? loss.position : undefined });
  connectParticipants(world, runs);
  world.onTick = (askedBy) => {
    const isOwn = askedBy === 'target-group' || askedBy === 'hook';
    if (!isOwn) world.messages.send('tick', () => runs.tick());
    if (!isOwn && looks) world.messages.send('tick', () => runs.observe({ kind: 'sweep', application: 'shop' }));
    for (const stage of looking) {
      if (isOwn && stage !== askedBy) continue;
      world.messages.send('tick', () => runs.look(stage, { application: 'shop', isTick: true }));
    }
  };
  keepTime(world, runs);
  return runs;
}

/** Somebody applies the file and, when that fails, does it again until it says that it was done. */
async function applyFile(world: SimulatedWorld, file: object): Promise<void> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const ports = world.portsOfRun('apply');
    const request = { text: JSON.stringify(file), parameters: {}, drainLayers: [] };
    const report = await applyStage(ports, request).catch(() => undefined);
    if (report?.outcome === 'refused') {
      throw new Error(`seed ${world.scenario.seed} draws a bad file: ${JSON.stringify(report.problems)}`);
    }
    if (report !== undefined) return;
  }
  throw new Error(`seed ${world.scenario.seed}: the file could not be applied in ${mostAttempts} attempts`);
}

function fileOf({ check }: SimulatedWorld): Application | undefined {
  return check.view.file;
}

/** The stages of the product that have something to do for this file. */
function lookingStages(world: SimulatedWorld): readonly LookingStage[] {
  const { participants = {}, layers = {} } = fileOf(world) ?? {};
  const all = Object.values(participants);
  const stages: LookingStage[] = [];
  if (all.some(({ targetGroupArn }) => targetGroupArn !== undefined)) stages.push('target-group');
  if (all.some(({ hook }) => hook !== undefined)) stages.push('hook');
  if (Object.values(layers).some(({ ready }) => typeof ready === 'object')) stages.push('probe');
  return stages;
}

/** Whether readiness shows only when somebody looks: EC2 tells nobody of status checks and tags. */
function isLookedFor(world: SimulatedWorld): boolean {
  const { layers = {} } = fileOf(world) ?? {};
  return Object.values(layers).some(({ ready }) => ready === 'status-checks' || ready === 'signal');
}

function connectStream(world: SimulatedWorld, runs: StageRuns): void {
  const { agenda, clock, dice, table, check } = world;
  const shared = { agenda, clock, invocations: runs.invocations };
  const readers = [
    { stage: 'reconcile', kinds: wakesReconcile, run: () => runs.reconcile() },
    { stage: 'announce', kinds: wakesAnnounce, run: () => runs.announce() },
  ].map((reader) => new StreamReader({ ...shared, ...reader, dice: dice.fork(reader.stage) }));
  table.onChange((change) => {
    check.onTableChange(change);
    world.truth.onTableChange(change);
    noteFate(world, change);
    for (const reader of readers) reader.offer(change);
  });
}

/** What machines have come to counts among the faults: refused, partial, never booted, ended, taken back. */
function noteFate({ faults }: SimulatedWorld, { before, after }: TableChange): void {
  if (after?.kind === 'refusal') faults.note('offering refused');
  if (after?.kind !== 'slot' || before?.kind !== 'slot' || before.slot.state === after.slot.state) return;
  const { state, because = '' } = after.slot;
  if (state === 'failed') faults.note(`instance failed: ${because.replace(/\d+ s$/, 'n s')}`);
  if (because === 'Spot interruption' && state === 'leaving') faults.note('Spot interruption');
  if (because.startsWith('replaced: ') && state === 'leaving') faults.note('Spot rebalance');
}

function connectEvents(
  world: SimulatedWorld,
  { runs, lostMachine }: { readonly runs: StageRuns; readonly lostMachine: number | undefined },
): void {
  const { fleet, messages, agenda, dice } = world;
  const seen = new Set<string>();
  fleet.onEvent((event) => {
    const { at, instanceId } = event;
    messages.send('event', () => tellObserve(world, { runs, event }), at);
    if (event.kind === 'instance') agenda.at(addSeconds(at, dice.between(0, 10)), () => sayReady(world, instanceId));
    if (seen.has(instanceId)) return;
    if (seen.size === lostMachine) agenda.at(addSeconds(at, 10), () => fleet.end(instanceId));
    seen.add(instanceId);
  });
}

/** EC2 does not say that it will take back what it has ended meanwhile. */
function tellObserve(
  { fleet }: SimulatedWorld,
  { runs, event }: { readonly runs: StageRuns; readonly event: FleetEvent },
): Promise<void> | undefined {
  const state = fleet.truthOf(event.instanceId)?.state;
  return event.kind !== 'instance' && state !== 'running' ? undefined : runs.observe({ ...event });
}

function sayReady({ fleet, product }: SimulatedWorld, instanceId: string): void {
  if (fleet.truthOf(instanceId)?.state === 'running' && product.isReady(instanceId)) fleet.sayReady(instanceId);
}

function connectParticipants(world: SimulatedWorld, runs: StageRuns): void {
  const { topic, check, clock, dice, messages, scenario } = world;
  topic.subscribe({}, (notice) => {
    check.onNotice(notice);
    const { participant } = notice;
    const { targetGroupArn, hook } = fileOf(world)?.participants[participant] ?? {};
    const stage = targetGroupArn === undefined ? 'hook' : 'target-group';
    if (targetGroupArn !== undefined || hook !== undefined) {
      messages.send('notice', () => runs.look(stage, { application: 'shop', isTick: false }));
      return;
    }
    const manner = scenario.manners[participant] ?? 'prompt';
    if (manner !== 'prompt') world.faults.note(`participant ${manner}`);
    for (const { acknowledgement, afterSeconds, isForged } of answerNotice(notice, manner, dice)) {
      if (isForged) world.faults.note('forged acknowledgement');
      else check.onAnswer(acknowledgement);
      const at = addSeconds(clock.now(), afterSeconds);
      messages.send('acknowledgement', () => runs.acknowledge(acknowledgement), at);
    }
  });
  world.onReply = (reply) => messages.send('acknowledgement', () => runs.acknowledge(reply));
}

function keepTime(world: SimulatedWorld, runs: StageRuns): void {
  const { messages, check } = world;
  every(world, 2, () => messages.send('schedule', () => runs.schedule()));
  every(world, 20, () => messages.send('schedule', () => runs.observe({ kind: 'sweep' })));
  every(world, 30, () => publishLoads(world));
  every(world, 40, () => meddle(world, (file) => applyFile(world, file)));
  every(world, 50, () => check.checkInterruptions());
  const { stopped } = world.scenario;
  if (stopped === undefined) return;
  const flip = (minutes: number): void =>
    world.agenda.at(addSeconds(start, minutes * 60), () => {
      world.killSwitch.isThrown = !world.isCalm && isWithin(stopped, world.minute + 0.001);
      if (world.killSwitch.isThrown) world.faults.note('kill switch');
    });
  flip(stopped.fromMinute);
  flip(stopped.fromMinute + stopped.minutes);
}

function every({ agenda }: SimulatedWorld, offsetSeconds: number, task: Task): void {
  const again = (at: Instant): void => {
    agenda.at(at, () => {
      again(addSeconds(at, 60));
      return task();
    });
  };
  again(addSeconds(start, offsetSeconds));
}
