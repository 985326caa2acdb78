import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { LoadCount, LoadFigures, LoadOrder } from './load-process.ts';
import { instancePort } from './process-fleet.ts';
import type { ProxyFigures } from './proxy-process.ts';
import { RealTimeWorld } from './real-time-world.ts';

/*
 * npm run proof:zero-downtime: a web layer of real processes behind a real proxy goes 2 → 8 → 3 under load, and one of its machines is killed. No
 * request may fail but those under way on the machine that was killed.
 */

/** Requests that must have been sent before the proof may end. */
const leastRequests = 50_000;
const connections = 20;
/** After so long it ends with fewer. */
const mostSeconds = 300;

interface Phase {
  readonly name: string;
  readonly seconds: number;
  readonly from: number;
  readonly to: number;
}

await main();

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'concertina-live-'));
  const children: ChildProcess[] = [];
  const scripts = await bundle(folder);
  const world = new RealTimeWorld(scripts.instance);
  try {
    const acknowledgeUrl = await world.open();
    const proxy = fork(scripts.proxy, [String(instancePort), acknowledgeUrl], { execArgv: [] });
    children.push(proxy);
    const ports = await answerOf<{ traffic: number; control: number }>(proxy);
    world.start(`http://127.0.0.1:${ports.control}/notice`);
    await world.scaleTo(2);
    await world.settledAt(2);
    const load = fork(scripts.load, [`http://127.0.0.1:${ports.traffic}/`, String(connections)], { execArgv: [] });
    children.push(load);
    const proved = await underLoad(world, load);
    const figures = (await (await fetch(`http://127.0.0.1:${ports.control}/figures`)).json()) as ProxyFigures;
    tell(proved, figures);
  } finally {
    world.close();
    for (const child of children) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

interface Proved {
  readonly load: LoadFigures;
  readonly phases: readonly Phase[];
  readonly killedAddress: string;
}

async function underLoad(world: RealTimeWorld, load: ChildProcess): Promise<Proved> {
  const phases: Phase[] = [];
  let killedAddress = '';
  const phase = async (name: string, { from, to }: { from: number; to: number }, act: () => Promise<void>) => {
    order(load, { phase: name });
    const started = performance.now();
    await act();
    await world.settledAt(to);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    phases.push({ name, seconds: Math.round((performance.now() - started) / 100) / 10, from, to });
    console.log(`  ${name}: ${from} → ${to} in ${phases.at(-1)?.seconds} s`);
  };
  await phase('steady', { from: 2, to: 2 }, () => Promise.resolve());
  await phase('scale out', { from: 2, to: 8 }, () => world.scaleTo(8));
  await phase('kill one', { from: 8, to: 8 }, async () => {
    const [victim] = (await world.slots()).filter(({ state }) => state === 'in-service');
    killedAddress = world.fleet.kill(victim?.instanceId ?? '');
    await new Promise((resolve) => setTimeout(resolve, 500));
  });
  await phase('scale in', { from: 8, to: 3 }, () => world.scaleTo(3));
  await phase('afterwards', { from: 3, to: 3 }, () => untilEnough(load));
  order(load, { stop: true });
  return { load: await answerOf<LoadFigures>(load), phases, killedAddress };
}

/** Some thousand a second on a machine that is free, so seconds; one that is busy gets minutes. */
async function untilEnough(load: ChildProcess): Promise<void> {
  for (let second = 0; second < mostSeconds; second += 1) {
    order(load, { count: true });
    const { answered } = await answerOf<LoadCount>(load);
    if (answered >= leastRequests) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

function tell({ load, phases, killedAddress }: Proved, figures: ProxyFigures): void {
  const of = (name: string) => load.phases[name] ?? { requests: 0, failed: 0 };
  const requests = Object.values(load.phases).reduce((sum, phase) => sum + phase.requests, 0);
  const failed = Object.values(load.phases).reduce((sum, phase) => sum + phase.failed, 0);
  const failedOnKilledInstance = figures.failedByAddress[killedAddress] ?? 0;
  const isKept =
    requests >= leastRequests &&
    failed === failedOnKilledInstance &&
    figures.mostFailedOnOneConnection <= 1 &&
    figures.failedAfterNotice === 0;
  console.log(
    `\n${requests} requests, ${failed} failed, ${failedOnKilledInstance} of them under way on the machine that was killed`,
  );
  console.log(`answered within ${load.p50Ms} ms (p50), ${load.p99Ms} ms (p99)`);
  console.log(
    isKept
      ? '✓ Nobody else noticed.'
      : `✗ ${requests < leastRequests ? `fewer than ${leastRequests} requests` : 'requests failed that must not'}`,
  );
  if (process.argv.includes('--json')) {
    const summary = { requests, failed, failedOnKilledInstance, p50Ms: load.p50Ms, p99Ms: load.p99Ms };
    console.log(JSON.stringify({ ...summary, phases: phases.map((phase) => ({ ...phase, ...of(phase.name) })) }));
  }
  if (!isKept) process.exitCode = 1;
}

function order(load: ChildProcess, message: LoadOrder): void {
  load.send(message);
}

function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(new Error(`a process ended with exit code ${code} before it answered`));
    child.once('exit', onExit);
    child.once('message', (message: Answer) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}

/** Plain JavaScript starts in a tenth of the time that TypeScript takes. */
async function bundle(folder: string): Promise<{ instance: string; proxy: string; load: string }> {
  const scripts = { instance: 'instance-process', proxy: 'proxy-process', load: 'load-process' };
  await build({
    entryPoints: Object.values(scripts).map((name) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url))),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  const path = (name: string) => join(folder, `${name}.mjs`);
  return { instance: path(scripts.instance), proxy: path(scripts.proxy), load: path(scripts.load) };
}
