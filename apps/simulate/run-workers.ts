import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { addTallies } from './fault-counts.ts';
import type { Simulated } from './simulate-seeds.ts';
import type { WorkerMessage, WorkerTask } from './worker.ts';

/**
 * Plays `count` seeds from `first` on all cores, each core its own process. The worker is bundled first: that runs twice as fast as
 * TypeScript that is translated file by file. `onPlayed` is told how many were played so far. Throws when a worker dies.
 */
export async function runWorkers(
  { first, count }: { readonly first: number; readonly count: number },
  onPlayed: (played: number) => void,
): Promise<Simulated> {
  const folder = await mkdtemp(join(tmpdir(), 'concertina-simulate-'));
  try {
    const script = join(folder, 'worker.mjs');
    await bundleWorker(script);
    const workers = Math.min(availableParallelism(), count);
    const played = new Array<number>(workers).fill(0);
    const results = await Promise.all(
      played.map((_, index) => {
        const task = { first: first + index, stride: workers, count: Math.ceil((count - index) / workers) };
        return runWorker(script, task, (now) => {
          played[index] = now;
          onPlayed(played.reduce((sum, of) => sum + of, 0));
        });
      }),
    );
    return merged(results);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundleWorker(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('./worker.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
}

function runWorker(script: string, task: WorkerTask, onPlayed: (played: number) => void): Promise<Simulated> {
  return new Promise((resolve, reject) => {
    // Worlds make much that lives for a moment: with room for it, collecting it takes half the time.
    const worker = fork(script, { execArgv: ['--max-semi-space-size=64'] });
    worker.on('message', (message: WorkerMessage) => {
      if ('done' in message) resolve(message.done);
      else onPlayed(message.played);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a worker ended with exit code ${code} before it was done`)));
    worker.send(task);
  });
}

function merged(results: readonly Simulated[]): Simulated {
  return {
    seeds: results.reduce((sum, { seeds }) => sum + seeds, 0),
    steps: results.reduce((sum, { steps }) => sum + steps, 0),
    layers: results.reduce((sum, { layers }) => sum + layers, 0),
    instances: results.reduce((sum, { instances }) => sum + instances, 0),
    fullWorlds: results.reduce((sum, { fullWorlds }) => sum + fullWorlds, 0),
    violations: results.flatMap(({ violations }) => violations).toSorted((a, b) => a.seed - b.seed),
    faults: addTallies(results.map(({ faults }) => faults)),
  };
}
