import { type Simulated, simulateSeeds } from './simulate-seeds.ts';

/** What a worker is asked: every `stride`-th seed from `first`, `count` in all. */
export interface WorkerTask {
  readonly first: number;
  readonly stride: number;
  readonly count: number;
}

/** What a worker says: how many seeds it has played, and in the end what came of them. */
export type WorkerMessage = { readonly played: number } | { readonly done: Simulated };

/** Messages say how far it is, not each seed. */
const SEEDS_A_MESSAGE = 25;

process.once('message', async ({ first, stride, count }: WorkerTask) => {
  // Thousands of errors are thrown on purpose, and to note the stack of each takes longer than the call that fails. One world alone keeps them.
  if (count > 1) Error.stackTraceLimit = 0;
  let played = 0;
  const seeds = Array.from({ length: count }, (_, index) => first + index * stride);
  const onSeed = (): void => {
    played += 1;
    if (played % SEEDS_A_MESSAGE === 0) send({ played });
  };
  send({ done: await simulateSeeds(seeds, { onSeed }) });
  process.disconnect();
});

function send(message: WorkerMessage): void {
  process.send?.(message);
}
