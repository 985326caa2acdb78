import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TargetHealth } from '../../core/participants/plan-targets.ts';
import type { TargetGroups } from '../ports.ts';
import { batchesOf } from './batches.ts';

/** Targets of one call; no limit is documented, and this many are taken. */
const batchSize = 100;

const healths: readonly TargetHealth[] = ['initial', 'healthy', 'unhealthy', 'unused', 'draining', 'unavailable'];

/**
 * What EC2 or a person has to put right first: one target, the group, or a quota. Everything else is thrown.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html#API_RegisterTargets_Errors
 */
const refusals: ReadonlySet<string> = new Set([
  'InvalidTargetException',
  'TargetGroupNotFoundException',
  'TooManyRegistrationsForTargetIdException',
  'TooManyTargetsException',
]);

/** Target groups of type `instance`, at the group's own port. */
export class ElbTargetGroups implements TargetGroups {
  readonly #client: ElasticLoadBalancingV2Client;

  constructor({ client }: { readonly client: ElasticLoadBalancingV2Client }) {
    this.#client = client;
  }

  async list(
    targetGroupArn: string,
  ): Promise<{ readonly targets: ReadonlyMap<string, TargetHealth> } | { readonly refused: string }> {
    try {
      const { TargetHealthDescriptions = [] } = await this.#client.send(
        new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }),
      );
      const targets = TargetHealthDescriptions.flatMap(({ Target, TargetHealth: health }) =>
        Target?.Id === undefined ? [] : [[Target.Id, healthOf(health?.State)] as const],
      );
      return { targets: new Map(targets) };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return { refused: sayRefusal(error) };
    }
  }

  async register(
    targetGroupArn: string,
    instanceIds: readonly string[],
  ): Promise<{ readonly refused: readonly string[] }> {
    const refused: string[] = [];
    for (const batch of batchesOf(instanceIds, batchSize)) {
      refused.push(...(await this.#registerBatch(targetGroupArn, batch)));
    }
    return { refused };
  }

  async deregister(targetGroupArn: string, instanceIds: readonly string[]): Promise<void> {
    for (const batch of batchesOf(instanceIds, batchSize)) {
      await this.#client.send(
        new DeregisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets: batch.map((Id) => ({ Id })) }),
      );
    }
  }

  /** One bad target makes Elastic Load Balancing refuse all: halves are tried until only the bad ones are left. */
  async #registerBatch(targetGroupArn: string, instanceIds: readonly string[]): Promise<readonly string[]> {
    try {
      await this.#client.send(
        new RegisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets: instanceIds.map((Id) => ({ Id })) }),
      );
      return [];
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const isOfOne =
        error.name === 'InvalidTargetException' || error.name === 'TooManyRegistrationsForTargetIdException';
      if (!isOfOne || instanceIds.length < 2) return [`${instanceIds.join(', ')}: ${sayRefusal(error)}`];
      const half = Math.ceil(instanceIds.length / 2);
      return [
        ...(await this.#registerBatch(targetGroupArn, instanceIds.slice(0, half))),
        ...(await this.#registerBatch(targetGroupArn, instanceIds.slice(half))),
      ];
    }
  }
}

function isRefusal(error: unknown): error is Error {
  return error instanceof Error && refusals.has(error.name);
}

function sayRefusal({ name, message }: Error): string {
  return `${name.replace(/Exception$/, '')}: ${message}`;
}

/** A state that is not known here is no reason to believe that the target is healthy or gone. */
function healthOf(state: string | undefined): TargetHealth {
  if (state === 'unhealthy.draining') return 'draining';
  return healths.find((known) => known === state) ?? 'unavailable';
}
