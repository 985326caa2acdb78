import type { Dice } from '../../adapters/memory/dice.ts';
import { type FaultRates, noFaults, RunFaults } from '../../adapters/memory/faulty-ports.ts';
import type { ParticipantPorts, Ports } from '../../adapters/ports.ts';
import { addSeconds } from '../../core/amounts.ts';
import type { StageName } from '../../infra/bundle.ts';
import type { FaultCounts } from './fault-counts.ts';
import type { Scenario } from './scenario.ts';

/** Everything that any stage may touch. */
export type AllPorts = Ports & ParticipantPorts;

/** Makes the ports of each run of a stage: its own crash, its own clock. */
export class FaultyRuns {
  readonly #scenario: Scenario;
  readonly #dice: Dice;
  readonly #faults: FaultCounts;
  #calls: FaultRates;

  constructor(scenario: Scenario, dice: Dice, faults: FaultCounts) {
    this.#scenario = scenario;
    this.#dice = dice;
    this.#faults = faults;
    this.#calls = scenario.calls;
  }

  calmDown(): void {
    this.#calls = noFaults;
  }

  /** `stage` names the run in the count of faults. */
  portsOf(stage: StageName, ports: AllPorts): AllPorts {
    if (this.#calls === noFaults) return ports;
    const { clock, chance } = ports;
    const run = new RunFaults(this.#calls, this.#dice, (fault, call) =>
      this.#faults.note(`${said[fault]} ${stage}.${call}`),
    );
    const offSeconds = this.#offSeconds();
    return {
      clock: offSeconds === 0 ? clock : { now: () => addSeconds(clock.now(), offSeconds) },
      chance,
      table: run.around(ports.table, commonStages.has(stage) ? 1 : rarelyCalled),
      metrics: run.around(ports.metrics),
      fleet: run.around(ports.fleet, 3),
      images: run.around(ports.images),
      topic: run.around(ports.topic),
      killSwitch: run.around(ports.killSwitch),
      ticks: run.around(ports.ticks),
      targetGroups: run.around(ports.targetGroups, rarelyCalled),
      commands: run.around(ports.commands, rarelyCalled),
      replies: run.around(ports.replies, rarelyCalled),
      probes: ports.probes,
    };
  }

  #offSeconds(): number {
    const { clockSeconds, clockJumps } = this.#scenario;
    const isJump = this.#dice.happens(clockJumps.ratio);
    if (isJump) this.#faults.note('clock jump');
    else if (clockSeconds > 0) this.#faults.note('clock off');
    return this.#dice.between(-1, 1) * (isJump ? clockJumps.seconds : clockSeconds);
  }
}

/** Calls that few worlds make, and few times: they fail so much more often, or their faults would hardly ever be seen. */
const rarelyCalled = 4;
const commonStages: ReadonlySet<StageName> = new Set(['evaluate', 'observe', 'reconcile', 'announce', 'acknowledge']);

const said: Readonly<Record<keyof FaultRates, string>> = {
  crashBefore: 'crash before',
  crashAfter: 'crash after',
  throttled: 'throttled',
  answerLost: 'answer lost of',
};
