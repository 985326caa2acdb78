import { describe, expect, it } from 'vitest';
import type { MemberInstance } from '../../core/notice.ts';
import { applyToCluster, type Cluster, type Node } from '../../examples/participants/clustered-database/database.ts';
import { makeMembership } from './participants.ts';

/** A cluster in memory, which is out of balance after each step until it is told. */
class MemoryCluster implements Cluster {
  members: Node[];
  balanced = true;
  readonly steps: string[] = [];

  constructor(...ids: readonly string[]) {
    this.members = ids.map((instanceId) => ({ instanceId, isHealthy: true }));
  }

  nodes = async (): Promise<readonly Node[]> => this.members;
  isBalanced = async (): Promise<boolean> => this.balanced;
  add = async ({ instanceId }: MemberInstance): Promise<void> => {
    this.#step(`add ${instanceId}`);
    this.members.push({ instanceId, isHealthy: true });
  };
  remove = async (instanceId: string): Promise<void> => {
    this.#step(`remove ${instanceId}`);
    this.members = this.members.filter((node) => node.instanceId !== instanceId);
  };

  #step(step: string): void {
    this.steps.push(step);
    this.balanced = false;
  }
}

const of = { layer: 'db', quorum: 2 };

/** Applies until there is an answer, the cluster rebalancing in between. */
async function settle(cluster: MemoryCluster, membership: ReturnType<typeof makeMembership>) {
  const apply = applyToCluster(cluster, of);
  for (let round = 0; round < 20; round += 1) {
    const outcome = await apply(membership);
    if (outcome.status !== 'later') return outcome;
    cluster.balanced = true;
  }
  throw new Error('no answer');
}

describe('a clustered database as a participant', () => {
  it('is changed one node at a time, those that join first, and then acknowledges', async () => {
    const cluster = new MemoryCluster('i-1', 'i-2', 'i-3');
    const membership = makeMembership(5, {
      ...{ 'db-1': 'in-service', 'db-2': 'in-service', 'db-3': 'leaving' },
      ...{ 'db-4': 'joining', 'db-5': 'joining' },
    });

    expect(await settle(cluster, membership)).toEqual({ status: 'applied' });
    expect(cluster.steps).toEqual(['add i-4', 'add i-5', 'remove i-3']);
  });

  it('waits for the cluster to rebalance before the next step', async () => {
    const cluster = new MemoryCluster('i-1');
    const apply = applyToCluster(cluster, of);
    const membership = makeMembership(5, { 'db-1': 'in-service', 'db-2': 'joining', 'db-3': 'joining' });

    await apply(membership);
    expect(await apply(membership)).toEqual({ status: 'later' });
    expect(await apply(membership)).toEqual({ status: 'later' });

    expect(cluster.steps).toEqual(['add i-2']);
  });

  it('guards its quorum: a node stays while too few others are healthy, and people hear why', async () => {
    const cluster = new MemoryCluster('i-1', 'i-2', 'i-3');
    cluster.members = cluster.members.map((node) => ({ ...node, isHealthy: node.instanceId !== 'i-2' }));
    const membership = makeMembership(5, { 'db-1': 'in-service', 'db-2': 'in-service', 'db-3': 'leaving' });

    expect(await settle(cluster, membership)).toEqual({
      status: 'failed',
      message: 'i-3 stays: only 1 others are healthy, 2 are the quorum',
    });
    expect(cluster.steps).toEqual([]);
  });

  it('removes a broken node first: it only costs quorum', async () => {
    const cluster = new MemoryCluster('i-1', 'i-2', 'i-3', 'i-4');
    cluster.members = cluster.members.map((node) => ({ ...node, isHealthy: node.instanceId !== 'i-4' }));
    const membership = makeMembership(5, { 'db-1': 'in-service', 'db-2': 'in-service' });

    await settle(cluster, membership);

    expect(cluster.steps).toEqual(['remove i-4', 'remove i-3']);
  });

  it('changes nothing when nobody is missing and nobody too many, however often it hears of it', async () => {
    const cluster = new MemoryCluster('i-1', 'i-2');
    const membership = makeMembership(5, { 'db-1': 'in-service', 'db-2': 'in-service' });

    await settle(cluster, membership);
    await settle(cluster, membership);

    expect(cluster.steps).toEqual([]);
  });
});
