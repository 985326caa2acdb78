import type { Dice } from '../../adapters/memory/dice.ts';
import { addSeconds, type Instant, isAtOrAfter, isBefore, secondsBetween } from '../../core/amounts.ts';
import type { LaunchRequest, LaunchResult } from '../../core/launch-call.ts';
import type { Instance } from '../../core/records.ts';

/** From launch to end, for the bill. */
export interface Life {
  readonly layer: string;
  readonly hourlyUsd: number;
  readonly launchedAt: Instant;
  /** Undefined while it runs. */
  endedAt: Instant | undefined;
}

/** EC2 bills Linux by the second, a minute at the least: aws.amazon.com/ec2/pricing/on-demand */
const leastBilledSeconds = 60;

/** What EC2 does in a back-test. */
export interface MachinesOptions {
  readonly now: () => Instant;
  /** From launch to ready, by layer. */
  readonly bootSecondsOf: (layer: string) => number;
  /** Share of launch calls that find no capacity, 0 to 1. */
  readonly refusedRatio: number;
  readonly dice: Dice;
  /** Called when a machine's state will have changed. */
  readonly tell: (instanceId: string, at: Instant) => void;
}

interface Machine {
  readonly instance: Instance;
  readonly readyAt: Instant;
  readonly life: Life;
}

/** The machines of a back-test: each boots in the same time, runs until it is terminated, and nothing breaks. Launch calls may be refused. */
export class Machines {
  readonly lives: Life[] = [];
  refusedCalls = 0;
  readonly #options: MachinesOptions;
  readonly #machines = new Map<string, Machine>();
  #launched = 0;

  constructor(options: MachinesOptions) {
    this.#options = options;
  }

  launch(request: LaunchRequest): LaunchResult {
    const { dice, refusedRatio, bootSecondsOf, tell, now } = this.#options;
    if (dice.happens(refusedRatio)) {
      this.refusedCalls += 1;
      return {
        launched: [],
        refused: { code: 'InsufficientInstanceCapacity', message: 'refused as --refuse asks', remedy: 'elsewhere' },
      };
    }
    const readyAt = addSeconds(now(), bootSecondsOf(request.layer));
    const launched = Array.from({ length: request.launch.count }, (_, index) =>
      this.#add(request, { index, readyAt, launchedAt: now() }),
    );
    for (const { instanceId } of launched) tell(instanceId, readyAt);
    return { launched };
  }

  /** A machine that stands already when the back-test begins; billed from now. */
  standing(request: LaunchRequest, index: number): Instance {
    return this.#show(this.#add(request, { index, readyAt: this.#options.now(), launchedAt: this.#options.now() }));
  }

  terminate(instanceIds: readonly string[]): void {
    const now = this.#options.now();
    for (const instanceId of instanceIds) {
      const machine = this.#machines.get(instanceId);
      if (machine === undefined || machine.life.endedAt !== undefined) continue;
      machine.life.endedAt = now;
      this.#options.tell(instanceId, now);
    }
  }

  find(instanceId: string): Instance | undefined {
    const machine = this.#machines.get(instanceId);
    return machine && this.#show(machine.instance);
  }

  list(): readonly Instance[] {
    return [...this.#machines.values()].map(({ instance }) => this.#show(instance));
  }

  /** Once nobody asks for it any more. */
  forget(instanceId: string): void {
    this.#machines.delete(instanceId);
  }

  #add(
    { application, layer, launch, placement, revision }: LaunchRequest,
    of: { readonly index: number; readonly readyAt: Instant; readonly launchedAt: Instant },
  ): Instance {
    this.#launched += 1;
    const life: Life = { layer, hourlyUsd: revision.hourlyUsd, launchedAt: of.launchedAt, endedAt: undefined };
    const instance: Instance = {
      instanceId: `i-${String(this.#launched).padStart(17, '0')}`,
      application,
      layer,
      slotNumber: launch.first + of.index,
      revision: revision.revision,
      state: 'pending',
      type: revision.type,
      imageId: revision.imageId,
      zone: placement.zone,
      privateIp: `10.${(this.#launched >> 16) & 255}.${(this.#launched >> 8) & 255}.${this.#launched & 255}`,
      launchedAt: of.launchedAt,
      saysReady: false,
      isProtected: false,
    };
    this.#machines.set(instance.instanceId, { instance, readyAt: of.readyAt, life });
    this.lives.push(life);
    return instance;
  }

  #show(instance: Instance): Instance {
    const machine = this.#machines.get(instance.instanceId);
    if (machine === undefined) return instance;
    if (machine.life.endedAt !== undefined) return { ...instance, state: 'terminated' };
    return isAtOrAfter(this.#options.now(), machine.readyAt)
      ? { ...instance, state: 'running', saysReady: true }
      : instance;
  }
}

/** Billed instance-seconds and dollars of lives within [from, until). */
export function billOf(
  lives: readonly Life[],
  { from, until }: { readonly from: Instant; readonly until: Instant },
): { readonly billedHours: number; readonly usd: number } {
  let [billedSeconds, usd] = [0, 0];
  for (const { launchedAt, endedAt, hourlyUsd } of lives) {
    const least = addSeconds(launchedAt, leastBilledSeconds);
    const ended = endedAt === undefined ? until : isBefore(endedAt, least) ? least : endedAt;
    const start = isBefore(launchedAt, from) ? from : launchedAt;
    const end = isBefore(until, ended) ? until : ended;
    const seconds = Math.max(0, secondsBetween(start, end));
    billedSeconds += seconds;
    usd += (seconds / 3600) * hourlyUsd;
  }
  return { billedHours: billedSeconds / 3600, usd };
}
