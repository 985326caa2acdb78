import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { MemberInstance, Membership } from '../../../core/notice.ts';
import { type Apply, followQueue, type Outcome } from '../follow-queue.ts';

/** One node as the cluster itself sees it. */
export interface Node {
  readonly instanceId: string;
  readonly isHealthy: boolean;
}

/** A clustered database, as far as it is needed here. */
export interface Cluster {
  nodes(): Promise<readonly Node[]>;
  /** Whether data has been moved to where it belongs since the last change. */
  isBalanced(): Promise<boolean>;
  add(instance: MemberInstance): Promise<void>;
  remove(instanceId: string): Promise<void>;
}

/**
 * Makes the cluster as the membership says, one node at a time: the next step is taken when the cluster has rebalanced after the last one,
 * and each call takes one step at most. First those that join, then those that leave. Acknowledged when there is no step left.
 */
export function applyToCluster(cluster: Cluster, of: { readonly layer: string; readonly quorum: number }): Apply {
  return async (membership) => {
    if (!(await cluster.isBalanced())) return { status: 'later' };
    const nodes = await cluster.nodes();
    const [joining] = missing(membership, of.layer, nodes);
    if (joining !== undefined) {
      await cluster.add(joining);
      return { status: 'later' };
    }
    const [leaving] = surplus(membership, of.layer, nodes);
    return leaving === undefined ? { status: 'applied' } : removeOne(cluster, { nodes, leaving, quorum: of.quorum });
  };
}

/** Guards the quorum: a node is removed only while enough of the others are healthy. One that is not healthy counts for nothing already. */
async function removeOne(
  cluster: Cluster,
  of: { readonly nodes: readonly Node[]; readonly leaving: Node; readonly quorum: number },
): Promise<Outcome> {
  const others = of.nodes.filter(({ instanceId, isHealthy }) => isHealthy && instanceId !== of.leaving.instanceId);
  if (others.length < of.quorum) {
    const message = `${of.leaving.instanceId} stays: only ${others.length} others are healthy, ${of.quorum} are the quorum`;
    return { status: 'failed', message };
  }
  await cluster.remove(of.leaving.instanceId);
  return { status: 'later' };
}

function missing({ layers }: Membership, layer: string, nodes: readonly Node[]): readonly MemberInstance[] {
  const wanted = (layers[layer] ?? []).filter(({ state }) => state !== 'leaving');
  return wanted.filter(({ instanceId }) => !nodes.some((node) => node.instanceId === instanceId));
}

/** Broken nodes first: they only cost quorum. */
function surplus({ layers }: Membership, layer: string, nodes: readonly Node[]): readonly Node[] {
  const wanted = (layers[layer] ?? []).filter(({ state }) => state !== 'leaving');
  const gone = nodes.filter((node) => !wanted.some(({ instanceId }) => instanceId === node.instanceId));
  return gone.toSorted((a, b) => Number(a.isHealthy) - Number(b.isHealthy));
}

/** A cluster behind a command: `nodes` (a line each: id and `up` or `down`), `balanced` (exit status), `add ID IP`, `remove ID`. */
export function clusterBehind(command: string): Cluster {
  const run = async (...words: readonly string[]) => (await promisify(execFile)(command, words)).stdout;
  return {
    nodes: async () => {
      const lines = (await run('nodes')).split('\n').filter((line) => line !== '');
      return lines
        .map((line) => line.split(' '))
        .map(([instanceId = '', state]) => ({ instanceId, isHealthy: state === 'up' }));
    },
    isBalanced: () =>
      run('balanced').then(
        () => true,
        () => false,
      ),
    add: async ({ instanceId, privateIp = '' }) => void (await run('add', instanceId, privateIp)),
    remove: async (instanceId) => void (await run('remove', instanceId)),
  };
}

if (import.meta.filename === process.argv[1]) {
  const { QUEUE_URL = '', COMMAND = '/opt/shop/cluster', LAYER = 'db', QUORUM = '2' } = process.env;
  await followQueue(QUEUE_URL, applyToCluster(clusterBehind(COMMAND), { layer: LAYER, quorum: Number(QUORUM) }));
}
