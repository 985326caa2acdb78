import { Dice } from '../../adapters/memory/dice.ts';
import { type FaultRates, noFaults, RunFaults } from '../../adapters/memory/faulty-ports.ts';
import { MemoryChance } from '../../adapters/memory/memory-chance.ts';
import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { type FleetEvent, MemoryFleet } from '../../adapters/memory/memory-fleet.ts';
import { MemoryImages } from '../../adapters/memory/memory-images.ts';
import { MemoryKillSwitch } from '../../adapters/memory/memory-kill-switch.ts';
import { MemoryMetrics } from '../../adapters/memory/memory-metrics.ts';
import { MemoryTable } from '../../adapters/memory/memory-table.ts';
import { MemoryTicks } from '../../adapters/memory/memory-ticks.ts';
import { MemoryTopic } from '../../adapters/memory/memory-topic.ts';
import { WatchedFleet } from '../../adapters/memory/watched-fleet.ts';
import type { Ports } from '../../adapters/ports.ts';
import { addSeconds, type Instant, instantFromIso, isBefore, secondsBetween } from '../../core/amounts.ts';
import type { Acknowledgement } from '../../core/notice.ts';
import { acknowledgeStage } from '../../functions/acknowledge/stage.ts';
import { announceStage } from '../../functions/announce/stage.ts';
import { applyStage } from '../../functions/apply/stage.ts';
import { type EvaluateWake, evaluateStage } from '../../functions/evaluate/stage.ts';
import { type ObserveWake, observeStage } from '../../functions/observe/stage.ts';
import { reconcileStage } from '../../functions/reconcile/stage.ts';
import type { StageName } from '../../infra/bundle.ts';
import { Agenda } from '../local/agenda.ts';
import { PromiseCheck, type Violation } from '../local/check-promises.ts';
import { asynchronousRetrySeconds, Invocations, streamRetrySeconds } from '../local/invocations.ts';
import { StreamReader, wakesAnnounce, wakesReconcile } from '../local/stream-reader.ts';
import { answerNotice } from './answer-notices.ts';
import type { MessageRates, Scenario } from './draw-scenario.ts';

/** What came of one world. */
export interface Played {
  readonly steps: number;
  readonly violations: readonly Violation[];
}

/** Changes the ports of one stage: to plant a fault and see it caught, or to ask whether the stage may do what it does. */
export type Plant = (ports: Ports, stage: StageName) => Ports;

const start: Instant = instantFromIso('2026-08-01T00:00:00Z');
/** Everything must have settled this long after the faults stop: boots, deadlines, back-offs and the sweep for orphans fit several times. */
const settlingSeconds = 3600;
const noLosses: MessageRates = { lost: 0, twice: 0, late: 0 };

/** Plays one world: first with faults, checking safety at every step, then without (one participant stays dead) until it settles. */
export async function playScenario(scenario: Scenario, plant: Plant = (ports) => ports): Promise<Played> {
  const world = new SimulatedWorld(scenario, plant);
  return world.play();
}

class SimulatedWorld {
  readonly #scenario: Scenario;
  readonly #plant: Plant;
  readonly #dice: Dice;
  readonly #clock = new MemoryClock(start);
  readonly #agenda = new Agenda(this.#clock);
  readonly #table = new MemoryTable(this.#clock);
  readonly #metrics = new MemoryMetrics(this.#clock);
  readonly #topic: MemoryTopic;
  readonly #fleet: MemoryFleet;
  readonly #check: PromiseCheck;
  readonly #invocations: Invocations;
  readonly #ports: Ports;
  #calls: FaultRates;
  #messages: MessageRates;
  #steps = 0;

  constructor(scenario: Scenario, plant: Plant) {
    this.#scenario = scenario;
    this.#plant = plant;
    this.#dice = new Dice(`simulate/${scenario.seed}/play`);
    this.#calls = scenario.calls;
    this.#messages = scenario.messages;
    const zones = new Map([0, 1, 2].map((index) => [`subnet-${index}`, `zone-${index}`]));
    this.#fleet = new MemoryFleet({
      clock: this.#clock,
      dice: this.#dice.fork('fleet'),
      zones,
      behaviour: scenario.fleet,
    });
    this.#check = new PromiseCheck(this.#clock, this.#fleet, { clockSeconds: 2 * scenario.clockSeconds });
    this.#topic = new MemoryTopic(() => (this.#dice.happens(this.#calls.throttled) ? 'InternalError' : undefined));
    this.#invocations = new Invocations(this.#agenda, this.#clock, () => this.#check.afterStage());
    this.#ports = this.#realPorts();
  }

  async play(): Promise<Played> {
    const { faultMinutes } = this.#scenario;
    await this.#applyFile(this.#scenario.file);
    this.#connect();
    this.#keepTime();
    await this.#agenda.runUntil(addSeconds(start, faultMinutes * 60));
    this.#calls = noFaults;
    this.#messages = noLosses;
    this.#fleet.calmDown();
    const end = addSeconds(this.#clock.now(), settlingSeconds);
    const unsettled = (): boolean => this.#check.unsettled().length > 0;
    while (unsettled() && isBefore(this.#clock.now(), end))
      await this.#agenda.runUntil(addSeconds(this.#clock.now(), 30));
    this.#check.requireSettled();
    return { steps: this.#steps, violations: this.#check.violations };
  }

  #realPorts(): Ports {
    const check = this.#check;
    return {
      clock: this.#clock,
      chance: new MemoryChance(this.#dice.fork('chance')),
      table: this.#table,
      metrics: this.#metrics,
      fleet: new WatchedFleet(this.#fleet, check),
      images: new MemoryImages(new Map()),
      topic: this.#topic,
      killSwitch: new MemoryKillSwitch(),
      ticks: new MemoryTicks(this.#clock, ({ at, application }) =>
        this.#send(at, () => this.#evaluate({ trigger: 'tick', application })),
      ),
    };
  }

  /** The ports of one run: its own crash, its own clock. */
  #portsOfRun(stage: StageName): Ports {
    const faults = new RunFaults(this.#calls, this.#dice);
    const off = this.#calls === noFaults ? 0 : this.#dice.between(-1, 1) * this.#scenario.clockSeconds;
    const { clock, chance, table, metrics, fleet, images, topic, killSwitch, ticks } = this.#plant(this.#ports, stage);
    return {
      clock: off === 0 ? clock : { now: () => addSeconds(clock.now(), off) },
      chance,
      table: faults.around(table),
      metrics: faults.around(metrics),
      fleet: faults.around(fleet),
      images: faults.around(images),
      topic: faults.around(topic),
      killSwitch: faults.around(killSwitch),
      ticks: faults.around(ticks),
    };
  }

  async #applyFile(file: object): Promise<void> {
    const report = await applyStage(this.#ports, { text: JSON.stringify(file), parameters: {}, drainLayers: [] });
    if (report.outcome !== 'refused') return;
    throw new Error(`seed ${this.#scenario.seed} draws a bad file: ${JSON.stringify(report.problems)}`);
  }

  #connect(): void {
    const shared = { agenda: this.#agenda, clock: this.#clock, invocations: this.#invocations };
    const readers = [
      { stage: 'reconcile', kinds: wakesReconcile, run: (application: string) => this.#reconcile(application) },
      { stage: 'announce', kinds: wakesAnnounce, run: (application: string) => this.#announce(application) },
    ].map((reader) => new StreamReader({ ...shared, ...reader, dice: this.#dice.fork(reader.stage) }));
    this.#table.onChange((change) => {
      this.#check.onTableChange(change);
      for (const reader of readers) reader.offer(change);
    });
    this.#fleet.onEvent((event) => this.#send(event.at, () => this.#tellObserve(event)));
    this.#topic.subscribe({}, (notice) => {
      this.#check.onNotice(notice);
      const manner = this.#scenario.manners[notice.participant] ?? 'prompt';
      for (const { acknowledgement, afterSeconds } of answerNotice(notice, manner, this.#dice)) {
        this.#send(addSeconds(this.#clock.now(), afterSeconds), () => this.#acknowledge(acknowledgement));
      }
    });
  }

  #keepTime(): void {
    this.#every(60, 2, () => this.#evaluate({ trigger: 'schedule' }));
    this.#every(60, 20, () => this.#observe({ kind: 'sweep' }));
    this.#every(60, 30, () => this.#publishLoads());
    this.#every(60, 40, () => this.#meddle());
  }

  /** People: one ends an instance by hand, one applies the file again while everything moves. */
  async #meddle(): Promise<void> {
    if (this.#calls === noFaults) return;
    const { endedByHand, reapplied, file } = this.#scenario;
    if (this.#dice.happens(endedByHand)) {
      const running = this.#fleet.truth().filter(({ state }) => state === 'running');
      const victim = running[this.#dice.below(Math.max(running.length, 1))];
      if (victim !== undefined) this.#fleet.end(victim.instanceId);
    }
    if (this.#dice.happens(reapplied))
      await this.#applyFile({ ...file, parameters: { applied: { type: 'number', default: this.#dice.below(99) } } });
  }

  #publishLoads(): void {
    const minute = secondsBetween(start, this.#clock.now()) / 60;
    for (const { layer, levels } of this.#scenario.loads) {
      if (this.#calls !== noFaults && this.#dice.happens(this.#scenario.metricsMissing)) continue;
      const level = levels[Math.min(Math.floor(minute / 2), levels.length - 1)] ?? 0;
      const serving = this.#check.view.slotsOf(layer).filter(({ state }) => state === 'in-service').length;
      const value = serving === 0 ? 100 : Math.min(100, (60 * level) / serving);
      const name = { namespace: 'Simulated', name: 'Load', dimensions: { Layer: layer } };
      this.#metrics.put(name, { at: addSeconds(this.#clock.now(), -30), values: [value] });
    }
  }

  /** A message on its way: on time, or lost, twice, late. */
  #send(at: Instant, deliver: () => Promise<void>): void {
    const { lost, twice, late } = this.#messages;
    if (this.#dice.happens(lost)) return;
    const times = this.#dice.happens(twice) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      const delay = this.#dice.between(0.1, 1) + (this.#dice.happens(late) ? this.#dice.between(5, 120) : 0);
      this.#agenda.at(addSeconds(at, delay), deliver);
    }
  }

  #tellObserve(event: FleetEvent): Promise<void> {
    const state = this.#fleet.truthOf(event.instanceId)?.state;
    return event.kind !== 'instance' && state !== 'running' ? Promise.resolve() : this.#observe({ ...event });
  }

  #evaluate(wake: EvaluateWake): Promise<void> {
    return this.#invoke('evaluate', asynchronousRetrySeconds, () =>
      this.#maybeTogether('evaluate', (ports) => evaluateStage(ports, wake)),
    );
  }

  #observe(wake: ObserveWake): Promise<void> {
    return this.#invoke('observe', asynchronousRetrySeconds, () =>
      this.#maybeTogether('observe', (ports) => observeStage(ports, wake)),
    );
  }

  #acknowledge(body: Acknowledgement): Promise<void> {
    return this.#invoke('acknowledge', streamRetrySeconds, () =>
      this.#maybeTogether('acknowledge', (ports) => acknowledgeStage(ports, body)),
    );
  }

  #reconcile(application: string): Promise<unknown> {
    this.#steps += 1;
    return this.#maybeTogether('reconcile', (ports) => reconcileStage(ports, application));
  }

  /** Never two at once: a stream hands one application to one reader, and the order of notices rests on that. */
  #announce(application: string): Promise<unknown> {
    this.#steps += 1;
    return announceStage(this.#portsOfRun('announce'), application);
  }

  #invoke(stage: string, retrySeconds: readonly number[], run: () => Promise<unknown>): Promise<void> {
    this.#steps += 1;
    return this.#invocations.invoke({ stage, run, retrySeconds });
  }

  /** Two runs of one stage at once, now and then: they meet at every call. The first failure counts, when both are through. */
  async #maybeTogether(stage: StageName, run: (ports: Ports) => Promise<unknown>): Promise<void> {
    const times = this.#dice.happens(this.#calls === noFaults ? 0 : this.#scenario.together) ? 2 : 1;
    const runs = await Promise.allSettled(Array.from({ length: times }, () => run(this.#portsOfRun(stage))));
    for (const result of runs) if (result.status === 'rejected') throw result.reason;
  }

  #every(seconds: number, offset: number, task: () => Promise<void> | void): void {
    const again = (at: Instant): void => {
      this.#agenda.at(at, () => {
        again(addSeconds(at, seconds));
        return task();
      });
    };
    again(addSeconds(start, offset));
  }
}
