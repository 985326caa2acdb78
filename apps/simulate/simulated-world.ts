import { Dice } from '../../adapters/memory/dice.ts';
import { MemoryChance } from '../../adapters/memory/memory-chance.ts';
import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { MemoryFleet } from '../../adapters/memory/memory-fleet.ts';
import { MemoryImages } from '../../adapters/memory/memory-images.ts';
import { MemoryKillSwitch } from '../../adapters/memory/memory-kill-switch.ts';
import { MemoryMetrics } from '../../adapters/memory/memory-metrics.ts';
import { MemoryTable } from '../../adapters/memory/memory-table.ts';
import { MemoryTicks } from '../../adapters/memory/memory-ticks.ts';
import { MemoryTopic } from '../../adapters/memory/memory-topic.ts';
import type { Ports } from '../../adapters/ports.ts';
import { type Instant, instantFromIso, secondsBetween } from '../../core/amounts.ts';
import type { Acknowledgement } from '../../core/notice.ts';
import type { StageName } from '../../infra/bundle.ts';
import { Agenda } from '../local/agenda.ts';
import { PromiseCheck } from '../local/check-promises.ts';
import { TruthCheck } from './check-truth.ts';
import { FaultCounts } from './fault-counts.ts';
import { type AllPorts, FaultyRuns } from './faulty-runs.ts';
import { MessageWay } from './message-way.ts';
import { ProductPorts } from './product-ports.ts';
import { isWithin, type Scenario } from './scenario.ts';
import { UnsteadyFleet } from './unsteady-fleet.ts';

/** Changes the ports of one stage: to plant a fault and see it caught, or to ask whether the stage may do what it does. */
export type Plant = (ports: AllPorts, stage: StageName) => AllPorts;

/** One thing that is lost in a world without other faults, counted from 0: a message, a run of a function, a machine. */
export interface Loss {
  readonly what: 'message' | 'run' | 'machine';
  readonly position: number;
}

/** When every world begins. */
export const start: Instant = instantFromIso('2026-08-01T00:00:00Z');

/** Everything of one world but what moves it. */
export class SimulatedWorld {
  readonly scenario: Scenario;
  readonly dice: Dice;
  readonly clock = new MemoryClock(start);
  readonly agenda = new Agenda(this.clock);
  readonly table = new MemoryTable(this.clock);
  readonly metrics = new MemoryMetrics(this.clock);
  readonly killSwitch = new MemoryKillSwitch();
  readonly faults = new FaultCounts();
  /** Machines that somebody launched by hand, with our tags. */
  readonly strangers = new Set<string>();
  /** Machines that EC2 does not show for a while, and whether that is now. */
  readonly hidden = new Map<string, { readonly isNow: boolean }>();
  readonly fleet: MemoryFleet;
  readonly topic: MemoryTopic;
  readonly check: PromiseCheck;
  readonly messages: MessageWay;
  readonly product: ProductPorts;
  readonly truth = new TruthCheck(this);
  /** Set by whoever runs the stages. */
  onTick: (stage: StageName, application: string) => void = () => undefined;
  onReply: (reply: Acknowledgement) => void = () => undefined;
  readonly #plant: Plant;
  readonly #runs: FaultyRuns;
  readonly #ports = new Map<StageName, AllPorts>();
  #isCalm = false;

  constructor(scenario: Scenario, { plant, loss }: { readonly plant: Plant; readonly loss?: Loss | undefined }) {
    this.scenario = scenario;
    this.#plant = plant;
    this.dice = new Dice(`simulate/${scenario.seed}/play`);
    const { clock, dice, faults } = this;
    const zones = new Map([0, 1, 2].map((index) => [`subnet-${index}`, `zone-${index}`]));
    this.fleet = new MemoryFleet({ clock, dice: dice.fork('fleet'), zones, behaviour: scenario.fleet });
    const { clockSeconds, clockJumps } = scenario;
    const offSeconds = clockJumps.ratio > 0 ? clockJumps.seconds : clockSeconds;
    this.check = new PromiseCheck(clock, this.fleet, {
      clockSeconds: 2 * offSeconds,
      isStopped: () => this.#isStoppedForLong(),
      isStranger: (instanceId) => this.strangers.has(instanceId),
    });
    this.topic = new MemoryTopic(({ participant }) => this.#whyRefused(participant));
    const lost = loss?.what === 'message' ? loss.position : undefined;
    this.messages = new MessageWay({ agenda: this.agenda, clock, dice, faults, lost }, scenario.messages);
    this.#runs = new FaultyRuns(scenario, dice, faults);
    this.product = this.#makeProduct();
  }

  get isCalm(): boolean {
    return this.#isCalm;
  }

  /** Virtual minutes since the start. */
  get minute(): number {
    return secondsBetween(start, this.clock.now()) / 60;
  }

  /** Faults stop, but for those that never answer. */
  calmDown(): void {
    this.#isCalm = true;
    this.#runs.calmDown();
    this.messages.calmDown();
    this.fleet.calmDown();
    this.killSwitch.isThrown = false;
  }

  /** The ports of one run. */
  portsOfRun(stage: StageName): AllPorts {
    const ports = this.#ports.get(stage) ?? this.#plant(this.#realPorts(stage), stage);
    this.#ports.set(stage, ports);
    return this.#runs.portsOf(stage, ports);
  }

  #realPorts(stage: StageName): AllPorts {
    const { clock, dice, table, metrics, topic, killSwitch, product } = this;
    const { targetGroups, commands, probes, replies } = product;
    const ports: Ports = {
      clock,
      chance: new MemoryChance(dice.fork('chance')),
      table,
      metrics,
      fleet: new UnsteadyFleet(this.fleet, this.check, {
        isThrottled: () => this.#isThrottled('launches throttled'),
        isBlind: () => this.scenario.throttled?.isBlind === true && this.#isThrottled('looks throttled'),
        isHidden: (instanceId) => this.hidden.get(instanceId)?.isNow === true,
      }),
      images: new MemoryImages(new Map()),
      topic,
      killSwitch,
      ticks: new MemoryTicks(clock, ({ at, application }) => {
        this.agenda.at(at, () => this.onTick(stage, application));
      }),
    };
    return { ...ports, targetGroups, commands, probes, replies };
  }

  #makeProduct(): ProductPorts {
    const { clock, fleet, dice, faults, check, scenario } = this;
    return new ProductPorts({
      clock,
      fleet,
      dice: dice.fork('product'),
      faults,
      rates: scenario.product,
      isCalm: () => this.#isCalm,
      beforeRegister: (instanceIds) => check.beforeRegister(instanceIds),
      onReply: (reply) => {
        check.onAnswer(reply);
        this.truth.onReply(reply);
        this.onReply(reply);
      },
    });
  }

  #isThrottled(fault: string): boolean {
    if (this.#isCalm || !isWithin(this.scenario.throttled, this.minute)) return false;
    this.faults.note(fault);
    return true;
  }

  /** A run that hung may have asked before somebody threw the kill switch. */
  #isStoppedForLong(): boolean {
    const { stopped, hangs } = this.scenario;
    const longestSeconds = hangs.ratio === 0 ? 0 : hangs.seconds;
    return this.killSwitch.isThrown && this.minute >= (stopped?.fromMinute ?? 0) + longestSeconds / 60;
  }

  #whyRefused(participant: string): string | undefined {
    if (this.#isCalm) return undefined;
    const { refused, calls } = this.scenario;
    const isOut = refused?.participant === participant && isWithin(refused, this.minute);
    if (!isOut && !this.dice.happens(calls.throttled)) return undefined;
    this.faults.note('notice refused by the topic');
    return 'InternalError';
  }
}
