import { addSeconds, type Instant } from './amounts.ts';
import type { ProbeRecord } from './records.ts';
import type { Stored } from './stored.ts';

/** One question to one booting instance. */
export interface ProbeQuestion {
  readonly instanceId: string;
  readonly privateIp: string;
  readonly port: number;
  readonly path: string;
}

/** Much longer than any instance boots; after that DynamoDB removes the record. */
const KEEP_SECONDS = 86_400;

/** Booting instances that run, whose layers ask for an answer over HTTP and that have given none. */
export function awaitingProbes({ slots, file, observations, probes }: Stored): readonly ProbeQuestion[] {
  return slots.flatMap(({ slot }) => {
    const { instanceId = '', layer, state } = slot;
    const ready = (file?.file.layers[layer] ?? file?.vanished[layer]?.layer)?.ready;
    const { instance } = observations.get(instanceId) ?? {};
    if (state !== 'booting' || typeof ready !== 'object' || probes.has(instanceId)) return [];
    if (instance?.state !== 'running' || instance.privateIp === undefined) return [];
    return [{ instanceId, privateIp: instance.privateIp, ...ready.http }];
  });
}

/** What is stored of an instance that answered. */
export function probeRecord(
  application: string,
  { instanceId, readyAt }: { readonly instanceId: string; readonly readyAt: Instant },
): ProbeRecord {
  const expiresAt = addSeconds(readyAt, KEEP_SECONDS);
  return { kind: 'probe', application, version: 1, instanceId, readyAt, expiresAt };
}
