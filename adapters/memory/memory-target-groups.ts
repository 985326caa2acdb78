import { addSeconds, type Instant, isAtOrAfter } from '../../core/amounts.ts';
import type { TargetHealth } from '../../core/participants/plan-targets.ts';
import type { Clock, TargetGroups } from '../ports.ts';

/** What simulated load balancers are made of. */
export interface MemoryTargetGroupsOptions {
  readonly clock: Clock;
  /** From registration to healthy: three checks of 5 s unless told. */
  readonly healthySeconds?: number;
  /** The deregistration delay: 30 s unless told. */
  readonly drainSeconds?: number;
  /** Whether an instance runs: others can neither be registered nor be healthy. */
  readonly isRunning?: (instanceId: string) => boolean;
  /** Whether an instance that runs passes its checks. */
  readonly isHealthy?: (instanceId: string) => boolean;
  /** The groups that exist; every one that is asked for unless told. */
  readonly groups?: ReadonlySet<string>;
}

interface Registered {
  readonly since: Instant;
  readonly drainsSince?: Instant;
}

/** Target groups that check and drain in virtual time. */
export class MemoryTargetGroups implements TargetGroups {
  readonly #options: MemoryTargetGroupsOptions;
  readonly #groups = new Map<string, Map<string, Registered>>();

  constructor(options: MemoryTargetGroupsOptions) {
    this.#options = options;
  }

  async list(
    targetGroupArn: string,
  ): Promise<{ readonly targets: ReadonlyMap<string, TargetHealth> } | { readonly refused: string }> {
    if (this.#options.groups?.has(targetGroupArn) === false) {
      return { refused: `there is no target group ${targetGroupArn}` };
    }
    return { targets: new Map([...this.#group(targetGroupArn)].map(([id, target]) => [id, this.#health(id, target)])) };
  }

  async register(
    targetGroupArn: string,
    instanceIds: readonly string[],
  ): Promise<{ readonly refused: readonly string[] }> {
    const group = this.#group(targetGroupArn);
    const refused: string[] = [];
    for (const instanceId of instanceIds) {
      const known = group.get(instanceId);
      if (this.#options.isRunning?.(instanceId) === false) refused.push(`InvalidTarget: ${instanceId} does not run`);
      else if (known === undefined || known.drainsSince !== undefined)
        group.set(instanceId, { since: this.#options.clock.now() });
    }
    return { refused };
  }

  async deregister(targetGroupArn: string, instanceIds: readonly string[]): Promise<void> {
    const group = this.#group(targetGroupArn);
    for (const instanceId of instanceIds) {
      const known = group.get(instanceId);
      if (known === undefined || known.drainsSince !== undefined) continue;
      group.set(instanceId, { ...known, drainsSince: this.#options.clock.now() });
    }
  }

  #group(targetGroupArn: string): Map<string, Registered> {
    const group = this.#groups.get(targetGroupArn) ?? new Map<string, Registered>();
    this.#groups.set(targetGroupArn, group);
    const { clock, drainSeconds = 30 } = this.#options;
    for (const [instanceId, { drainsSince }] of group) {
      if (drainsSince === undefined) continue;
      if (isAtOrAfter(clock.now(), addSeconds(drainsSince, drainSeconds))) group.delete(instanceId);
    }
    return group;
  }

  #health(instanceId: string, { since, drainsSince }: Registered): TargetHealth {
    const { clock, healthySeconds = 15, isRunning, isHealthy } = this.#options;
    if (drainsSince !== undefined) return 'draining';
    if (isRunning?.(instanceId) === false) return 'unused';
    if (!isAtOrAfter(clock.now(), addSeconds(since, healthySeconds))) return 'initial';
    return isHealthy?.(instanceId) === false ? 'unhealthy' : 'healthy';
  }
}
