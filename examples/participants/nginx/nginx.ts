import { execFile } from 'node:child_process';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Membership } from '../../../core/notice.ts';
import { type Apply, followQueue } from '../follow-queue.ts';

/** nginx on this machine, as far as it is needed here. */
export interface Nginx {
  /** The list as it is now; empty when there is none yet. */
  read(): Promise<string>;
  /** Replaces the list as a whole. */
  write(list: string): Promise<void>;
  /** Throws when nginx would not start with its files as they are. */
  test(): Promise<void>;
  reload(): Promise<void>;
}

/** Which layer stands behind which upstream, on which port. */
export interface Upstream {
  readonly name: string;
  readonly layer: string;
  readonly port: number;
}

/**
 * The list of an upstream: everybody in service, in the order of their names. One that is about to join is not in it yet, and one that is
 * about to leave no more: so both get no traffic at the time at which this participant acknowledges.
 */
export function upstreamList(membership: Membership, { name, layer, port }: Upstream): string {
  const members = (membership.layers[layer] ?? []).filter(({ state }) => state === 'in-service');
  const lines = members.map(({ slot, privateIp }) => `  server ${privateIp}:${port}; # ${slot}`);
  // nginx wants one server at least; this one answers nobody.
  if (lines.length === 0) lines.push('  server 127.0.0.1:9 down; # nobody is in service');
  return `upstream ${name} {\n${lines.join('\n')}\n}\n`;
}

/**
 * Makes nginx's list as the membership says, and reloads it only when that changed something. A membership older than the last one is let be.
 * A list that nginx would not take is put back as it was, and reported.
 */
export function applyToNginx(nginx: Nginx, upstream: Upstream): Apply {
  let applied = 0;
  return async (membership) => {
    if (membership.version < applied) return { status: 'applied' };
    const [before, after] = [await nginx.read(), upstreamList(membership, upstream)];
    if (before !== after) {
      await nginx.write(after);
      try {
        await nginx.test();
      } catch (error) {
        await nginx.write(before);
        return { status: 'failed', message: String(error) };
      }
      await nginx.reload();
    }
    applied = membership.version;
    return { status: 'applied' };
  };
}

/** nginx with its list in one file, which its configuration includes. */
export function nginxWithList(path: string): Nginx {
  const run = promisify(execFile);
  return {
    read: () => readFile(path, 'utf8').catch(() => ''),
    write: async (list) => {
      await writeFile(`${path}.new`, list);
      await rename(`${path}.new`, path);
    },
    test: async () => void (await run('nginx', ['-t'])),
    reload: async () => void (await run('nginx', ['-s', 'reload'])),
  };
}

if (import.meta.filename === process.argv[1]) {
  const { QUEUE_URL = '', LIST = '/etc/nginx/conf.d/upstream.conf', LAYER = 'web', PORT = '80' } = process.env;
  const upstream = { name: LAYER, layer: LAYER, port: Number(PORT) };
  await followQueue(QUEUE_URL, applyToNginx(nginxWithList(LIST), upstream));
}
