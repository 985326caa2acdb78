import type { Dice } from '../../adapters/memory/dice.ts';
import type { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { MemoryCommands, type RunCommand } from '../../adapters/memory/memory-commands.ts';
import type { MemoryFleet } from '../../adapters/memory/memory-fleet.ts';
import { MemoryProbes } from '../../adapters/memory/memory-probes.ts';
import { MemoryReplies } from '../../adapters/memory/memory-replies.ts';
import { MemoryTargetGroups } from '../../adapters/memory/memory-target-groups.ts';
import type { CommandRequest, ParticipantPorts, TargetGroups } from '../../adapters/ports.ts';
import { addSeconds, type Instant } from '../../core/amounts.ts';
import type { Acknowledgement } from '../../core/notice.ts';
import type { TargetHealth } from '../../core/participants/plan-targets.ts';
import type { FaultCounts } from './fault-counts.ts';
import type { ProductFaults } from './scenario.ts';

/** What load balancers, agents and instances of a simulated world are made of. */
export interface ProductPortsOptions {
  readonly clock: MemoryClock;
  readonly fleet: MemoryFleet;
  readonly dice: Dice;
  readonly faults: FaultCounts;
  readonly rates: ProductFaults;
  /** Asked at every look: faults end. */
  readonly isCalm: () => boolean;
  readonly onReply: (acknowledgement: Acknowledgement) => void;
  /** Called before instances get traffic. */
  readonly beforeRegister: (instanceIds: readonly string[]) => void;
}

/** What becomes of one command. */
export interface CommandRuns {
  readonly request: CommandRequest;
  readonly membershipVersion: number;
  /** By instance. A command that is sent again has the same token, and runs once: any of its outcomes may be the one that is seen. */
  readonly runs: Map<string, readonly { readonly status: string; readonly endsAt: Instant }[]>;
}

/** Load balancers, agents on instances and probes, with their faults: each instance has its own fate, drawn from its id. */
export class ProductPorts implements ParticipantPorts {
  readonly targetGroups: TargetGroups;
  readonly commands: MemoryCommands;
  readonly probes: MemoryProbes;
  readonly replies: MemoryReplies;
  /** Addresses that have answered a probe. */
  readonly answered = new Set<string>();
  /** What each target group was last seen to hold. */
  readonly lastListed = new Map<string, ReadonlyMap<string, TargetHealth>>();
  /** The last command of each participant, and what becomes of it on each instance. */
  readonly lastRuns = new Map<string, CommandRuns>();
  readonly #options: ProductPortsOptions;
  readonly #groups: MemoryTargetGroups;

  constructor(options: ProductPortsOptions) {
    this.#options = options;
    const { clock, onReply, rates } = options;
    const isRunning = (instanceId: string): boolean => this.#isRunning(instanceId);
    this.#groups = new MemoryTargetGroups({
      clock,
      healthySeconds: rates.healthySeconds,
      drainSeconds: rates.drainSeconds,
      isRunning,
      isHealthy: (instanceId) => !this.#isFated('unhealthy target', instanceId, rates.unhealthy),
    });
    this.targetGroups = this.#watched(this.#groups);
    this.commands = new MemoryCommands(clock, (request, instanceId) => this.#run(request, instanceId));
    this.probes = new MemoryProbes(({ privateIp }) => this.#answers(privateIp));
    this.replies = new MemoryReplies(onReply);
  }

  /** Whether an instance of this id or address ever says that it is ready. */
  isReady(name: string): boolean {
    return !this.#isFated('never ready', name, this.#options.rates.neverReady);
  }

  /** Those that a group sends traffic to, or will as soon as they are healthy. */
  async registered(targetGroupArn: string): Promise<readonly string[]> {
    const listed = await this.#groups.list(targetGroupArn);
    if ('refused' in listed) return [];
    return [...listed.targets].flatMap(([instanceId, health]) => (health === 'draining' ? [] : [instanceId]));
  }

  #watched(groups: MemoryTargetGroups): TargetGroups {
    return {
      list: async (arn) => {
        const listed = await groups.list(arn);
        if ('targets' in listed) this.lastListed.set(arn, listed.targets);
        return listed;
      },
      register: (arn, instanceIds) => {
        this.#options.beforeRegister(instanceIds);
        return groups.register(arn, instanceIds);
      },
      deregister: (arn, instanceIds) => groups.deregister(arn, instanceIds),
    };
  }

  #answers(privateIp: string): boolean {
    const isReady = this.isReady(privateIp);
    if (isReady) this.answered.add(privateIp);
    return isReady;
  }

  #run(request: CommandRequest, instanceId: string): ReturnType<RunCommand> {
    const { rates } = this.#options;
    const isReached =
      this.#isRunning(instanceId) && !this.#isFated('unreachable by SSM', instanceId, rates.unreachable);
    const run = isReached ? this.#drawRun() : undefined;
    this.#noteRun(request, instanceId, run);
    return run;
  }

  #drawRun(): NonNullable<ReturnType<RunCommand>> {
    const { dice, rates, isCalm, faults } = this.#options;
    const seconds = isCalm() ? 2 : dice.between(0, rates.commandSeconds);
    const isFailing = dice.happens(rates.commandFails) && !isCalm();
    if (!isFailing) return { status: 'succeeded', exitStatus: 0, seconds, output: '' };
    faults.note('failing command');
    return { status: 'failed', exitStatus: 1, seconds, output: 'it stumbled' };
  }

  /** The comment of a command names participant and version. An instance that SSM does not reach counts as failed after a while. */
  #noteRun(request: CommandRequest, instanceId: string, run: ReturnType<RunCommand>): void {
    const [, participant = '', version = ''] = /^Concertina \S+ (\S+): .*membership (\d+)$/.exec(request.comment) ?? [];
    const known = this.lastRuns.get(participant);
    const runs: CommandRuns['runs'] =
      known !== undefined && tokenOf(known.request) === tokenOf(request) ? known.runs : new Map();
    const isTooLong = run !== undefined && run.seconds > request.timeoutSeconds;
    const status = run === undefined ? 'unreachable' : isTooLong ? 'timed-out' : run.status;
    const endsAt = addSeconds(this.#options.clock.now(), Math.min(run?.seconds ?? 0, request.timeoutSeconds));
    runs.set(instanceId, [...(runs.get(instanceId) ?? []), { status, endsAt }]);
    this.lastRuns.set(participant, { request, membershipVersion: Number(version), runs });
  }

  #isFated(fate: string, name: string, ratio: number): boolean {
    const { dice, isCalm, faults } = this.#options;
    if (ratio === 0 || isCalm() || !dice.fork(`${fate}/${name}`).happens(ratio)) return false;
    faults.note(fate);
    return true;
  }

  #isRunning(instanceId: string): boolean {
    return this.#options.fleet.truthOf(instanceId)?.state === 'running';
  }
}

/** What makes a command the same command on an instance: functions/hook/hook-script.ts. */
function tokenOf({ script }: CommandRequest): string | undefined {
  return /mkdir ([0-9a-f]{32}) /.exec(script)?.[1];
}
