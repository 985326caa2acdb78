import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { lastLines } from '../../run-command.ts';

/** A server to start. */
export interface ServiceCommand {
  readonly name: string;
  readonly python: string;
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What it prints goes here. */
  readonly logFile: string;
  readonly folder: string;
  /** Resolves once it answers; a rejection means not yet. */
  readonly answers: () => Promise<unknown>;
}

/** A server that runs. */
export interface Service {
  /** Ends it and all it started. */
  stop(): Promise<void>;
}

const readySeconds = 40;
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) end(child);
});

/**
 * Starts a server in a process group of its own and waits until it answers. It ends with `stop`, when this process ends, and when this process
 * is killed (its standard input closes: python/sitecustomize.py). Throws with the end of its log when it does not come up.
 */
export async function startService(given: ServiceCommand): Promise<Service> {
  const log = openSync(given.logFile, 'a');
  const child = spawn(given.python, [...given.words], {
    env: { ...given.environment, PROOF_ENDS_WITH_STDIN: '1' },
    cwd: given.folder,
    detached: true,
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  running.add(child);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    end(child);
    running.delete(child);
    await ended;
  };
  for (let waited = 0; waited < readySeconds * 10; waited++) {
    if (child.exitCode !== null) break;
    const isUp = await given.answers().then(
      () => true,
      () => false,
    );
    if (isUp) return { stop };
    await wait(100);
  }
  await stop();
  throw new Error(`${given.name} did not come up:\n${lastLines(await readFile(given.logFile, 'utf8'))}`);
}

/** A port of this machine that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

function end(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
