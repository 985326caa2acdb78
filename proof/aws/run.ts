import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MissingPart } from '../missing-part.ts';
import { pythonEnvironment } from '../python/python-environment.ts';
import type { Check } from './check.ts';
import { type Emulators, startEmulators } from './emulators/start-emulators.ts';
import type { ShownBy } from './path/world.ts';
import { jsonProof, type Proof, sayProof } from './report.ts';
import { runSuites } from './suites.ts';
import { unproved } from './unproved.ts';

/*
 * `npm run proof:aws [-- --json]`: the real stack on implementations of AWS that nobody here wrote. Not in test/, for it needs Python and
 * minutes; not in apps/, for no user starts it. Ends with 0 when all was proved, 1 when a check failed, 3 when Python or the package index is
 * missing. Nothing here can reach AWS itself: endpoints, credentials and home folder are the proof's own.
 */

/** The whole proof, but for its starting and ending. */
async function prove(folder: string): Promise<Proof> {
  const { python, isNew } = await pythonEnvironment();
  console.info(`Python ${isNew ? 'was made' : 'is there'}: ${python}`);
  const emulators = await startEmulators({ python, folder });
  try {
    const by = shownBy(emulators);
    console.info(`${by.both} are running\n`);
    const environment = emulators.clientEnvironment;
    const [path, suites] = await Promise.all([
      walk({ folder, environment, by }),
      runSuites({ folder, environment, by }),
    ]);
    return { checks: [...path, ...suites], unproved };
  } finally {
    await emulators.stop();
  }
}

function shownBy({ ministackVersion, motoVersion }: Emulators): ShownBy {
  const [ministack, moto] = [`MiniStack ${ministackVersion}`, `moto ${motoVersion}`];
  return { ministack, moto, both: `${ministack}, ${moto}` };
}

/** Walks the path in a process of its own, whose whole environment is the emulators'. */
async function walk(of: {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly by: ShownBy;
}): Promise<readonly Check[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', resolve(import.meta.dirname, 'prove.ts')], {
    env: { ...of.environment, PROOF_FOLDER: of.folder, PROOF_MINISTACK: of.by.ministack, PROOF_MOTO: of.by.moto },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  endWithThis(child);
  const exitCode = await new Promise<number | null>((done) => child.once('close', done));
  const text = await readFile(join(of.folder, 'checks.json'), 'utf8').catch(() => '[]');
  const checks: readonly Check[] = JSON.parse(text);
  const walked = { name: 'the path was walked to its end', by: of.by.both, seconds: 0 };
  return [...checks, { ...walked, ok: exitCode === 0, detail: `exit code ${exitCode}` }];
}

function endWithThis(child: ChildProcess): void {
  const end = (): void => void child.kill('SIGKILL');
  process.on('exit', end);
  child.once('close', () => process.off('exit', end));
}

/** Runs the proof and says what came of it. */
async function main(words: readonly string[]): Promise<number> {
  const strange = words.filter((word) => word !== '--json');
  if (strange.length > 0) {
    console.error(`proof:aws knows --json, not ${strange.join(' ')}`);
    return 2;
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const folder = await mkdtemp(join(tmpdir(), 'concertina-proof-'));
  try {
    const proof = await prove(folder);
    const isProved = proof.checks.every(({ ok }) => ok);
    console.info(`\n${sayProof(proof)}`);
    if (isProved) await rm(folder, { recursive: true, force: true });
    else console.info(`\nThe logs of both are in ${folder}`);
    if (words.includes('--json')) console.info(jsonProof(proof));
    return isProved ? 0 : 1;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (!(error instanceof MissingPart)) throw error;
    console.error(`proof:aws needs ${error.message}`);
    return 3;
  }
}

process.exitCode = await main(process.argv.slice(2));
