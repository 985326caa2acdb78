import { Dice } from '../../adapters/memory/dice.ts';
import type { FleetBehaviour } from '../../adapters/memory/fleet-behaviour.ts';
import { MemoryChance } from '../../adapters/memory/memory-chance.ts';
import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { MemoryFleet } from '../../adapters/memory/memory-fleet.ts';
import { MemoryImages } from '../../adapters/memory/memory-images.ts';
import { MemoryKillSwitch } from '../../adapters/memory/memory-kill-switch.ts';
import { MemoryMetrics } from '../../adapters/memory/memory-metrics.ts';
import { MemoryTable } from '../../adapters/memory/memory-table.ts';
import { MemoryTicks } from '../../adapters/memory/memory-ticks.ts';
import { MemoryTopic } from '../../adapters/memory/memory-topic.ts';
import { WatchedFleet } from '../../adapters/memory/watched-fleet.ts';
import type { ParticipantPorts, Ports } from '../../adapters/ports.ts';
import { addSeconds, type Instant, instantFromIso, secondsBetween } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import type { Ceilings } from '../../core/ceilings.ts';
import type { Acknowledgement } from '../../core/notice.ts';
import type { StageName } from '../../infra/bundle.ts';
import { Agenda } from './agenda.ts';
import { PromiseCheck } from './check-promises.ts';
import { Diary } from './diary.ts';
import { Invocations } from './invocations.ts';
import { LoadModel } from './load-model.ts';
import { createParticipantPorts } from './participant-ports.ts';
import { ServingInstances } from './serving-instances.ts';
import type { Trace } from './trace.ts';

/** What a simulated world is made from. */
export interface WorldOptions {
  /** The application file, as text and as read from it. */
  readonly text: string;
  readonly application: Application;
  readonly trace: Trace;
  readonly seed: number;
  /** What differs from an ordinary day of EC2. */
  readonly fleet?: Partial<FleetBehaviour>;
  /** What the account allows. Default no ceilings. */
  readonly ceilings?: Ceilings;
  /** Stands between one stage and the world: for planted faults, and to ask whether the stage may do what it does. */
  readonly around?: (ports: Ports, stage: StageName) => Ports;
  /** The same around what the participants of the product touch. */
  readonly aroundParticipants?: (ports: ParticipantPorts, stage: StageName) => ParticipantPorts;
}

/** A Saturday, as the first day of the recording in `examples/`: weekdays matter to rules with a calendar. */
export const traceStart: Instant = instantFromIso('2026-08-01T00:00:00Z');

/** The fleet starts from nothing this long before the trace: nobody can be in time for the first minute otherwise. */
export const leadSeconds = 900;

/** Everything of one simulated world, not yet moving. All chance comes from the seed, all time from the clock. */
export interface World {
  readonly options: WorldOptions;
  readonly dice: Dice;
  readonly clock: MemoryClock;
  readonly agenda: Agenda;
  readonly table: MemoryTable;
  readonly metrics: MemoryMetrics;
  readonly fleet: MemoryFleet;
  readonly topic: MemoryTopic;
  /** What a stage has of the world. */
  readonly portsOf: (stage: StageName) => Ports;
  /** What the participants of the product, and the probe, have of it beside that. */
  readonly participantPortsOf: (stage: StageName) => ParticipantPorts;
  readonly load: LoadModel;
  readonly serving: ServingInstances;
  readonly check: PromiseCheck;
  readonly diary: Diary;
  readonly invocations: Invocations;
  /** Called when a tick is due that a stage has asked for; set by whoever runs the stages. */
  readonly onTick: { wake: (application: string, askedBy: StageName) => Promise<void> };
  /** Called for each reply of a participant of the product; set by whoever runs the stages. */
  readonly onReply: { hear: (reply: Acknowledgement) => void };
  readonly deliveryDice: Dice;
}

/** Makes a world that does not move yet: run-world.ts moves it. */
export function createWorld(options: WorldOptions): World {
  const { application, trace, seed } = options;
  const dice = new Dice(`concertina/${seed}`);
  const clock = new MemoryClock(addSeconds(traceStart, -leadSeconds));
  const agenda = new Agenda(clock);
  const table = new MemoryTable(clock);
  const metrics = new MemoryMetrics(clock);
  const topic = new MemoryTopic();
  const zones = zonesOf(application);
  const fleet = new MemoryFleet({ clock, dice: dice.fork('fleet'), zones, behaviour: options.fleet ?? {} });
  const load = new LoadModel(application, trace, { startSecond: -leadSeconds });
  const second = (): number => secondsBetween(traceStart, clock.now());
  const serving = new ServingInstances((layer, count) => load.setInService(layer, count, second()));
  const check = new PromiseCheck(clock, fleet);
  const diary = new Diary();
  const invocations = new Invocations(agenda, clock, () => check.afterStage());
  const onTick: World['onTick'] = { wake: () => Promise.resolve() };
  const onReply: World['onReply'] = { hear: () => undefined };
  const ports: Omit<Ports, 'ticks'> = {
    clock,
    chance: new MemoryChance(dice.fork('chance')),
    table,
    metrics,
    fleet: watchedFleet(fleet, { check, diary }),
    images: new MemoryImages(imagesOf(application)),
    topic,
    killSwitch: new MemoryKillSwitch(),
  };
  const ticksOf = (stage: StageName) =>
    new MemoryTicks(clock, (tick) => agenda.at(tick.at, () => onTick.wake(tick.application, stage)));
  const participantPorts = createParticipantPorts({
    clock,
    fleet,
    dice: dice.fork('participant ports'),
    onReply: (reply) => {
      check.onAnswer(reply);
      onReply.hear(reply);
    },
  });
  table.onChange((change) => {
    check.onTableChange(change);
    diary.follow(change, clock.now());
    serving.follow(change);
  });
  topic.subscribe({}, (notice) => {
    check.onNotice(notice);
    diary.notices.sent += 1;
  });
  const portsOf = onceAStage((stage) => {
    const ownPorts = { ...ports, ticks: ticksOf(stage) };
    return options.around?.(ownPorts, stage) ?? ownPorts;
  });
  const participantPortsOf = onceAStage(
    (stage) => options.aroundParticipants?.(participantPorts, stage) ?? participantPorts,
  );
  const kept = { options, dice, clock, agenda, table, metrics, fleet, topic, portsOf, participantPortsOf };
  const deliveryDice = dice.fork('deliveries');
  return { ...kept, load, serving, check, diary, invocations, onTick, onReply, deliveryDice };
}

function onceAStage<P>(make: (stage: StageName) => P): (stage: StageName) => P {
  const made = new Map<StageName, P>();
  return (stage) => {
    const ports = made.get(stage) ?? make(stage);
    made.set(stage, ports);
    return ports;
  };
}

function watchedFleet(
  fleet: MemoryFleet,
  { check, diary }: { readonly check: PromiseCheck; readonly diary: Diary },
): WatchedFleet {
  return new WatchedFleet(fleet, {
    beforeLaunch: (request) => check.beforeLaunch(request),
    afterLaunch: (request, result) => {
      check.afterLaunch(request, result);
      diary.noteLaunch(result);
    },
    beforeTerminate: (instanceIds) => {
      check.beforeTerminate(instanceIds);
      diary.noteTerminate(instanceIds);
    },
  });
}

/** Subnets are spread over three zones, in the order in which the file names them. */
function zonesOf({ layers }: Application): ReadonlyMap<string, string> {
  const subnetIds = new Set(Object.values(layers).flatMap(({ launch }) => launch.subnetIds));
  return new Map([...subnetIds].map((subnetId, index) => [subnetId, `eu-central-1${'abc'[index % 3]}`]));
}

/** Every SSM parameter that the file names holds an image of its own. */
function imagesOf({ layers }: Application): ReadonlyMap<string, string> {
  const parameters = new Set(
    Object.values(layers).flatMap(({ image }) => ('ssmParameter' in image ? [image.ssmParameter] : [])),
  );
  return new Map([...parameters].map((name, index) => [name, `ami-0${String(index + 1).padStart(16, '0')}`]));
}
