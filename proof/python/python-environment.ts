import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MissingPart } from '../missing-part.ts';
import { lastLines, ownEnvironment, runCommand } from '../run-command.ts';

/** Where the pinned Python and its packages are. */
export interface PythonEnvironment {
  /** The interpreter, as an absolute path. */
  readonly python: string;
  /** Whether the packages had to be downloaded. */
  readonly isNew: boolean;
}

const requirements = resolve(import.meta.dirname, 'requirements.txt');
/** The packages of requirements.txt are those that Python 3.11 and later need; earlier ones would need more. */
const oldestPython = 11;

/**
 * A Python with the packages of requirements.txt, each checked against its hash: one for all proofs that need Python. Made once for each requirements.txt and Python, kept in
 * `.cache`. Throws MissingPart without Python or without a package index.
 */
export async function pythonEnvironment(): Promise<PythonEnvironment> {
  const { command, version } = await findPython();
  const wanted = createHash('sha256')
    .update(version)
    .update(await readFile(requirements))
    .digest('hex');
  const folder = resolve('.cache', `python-${wanted.slice(0, 12)}`);
  const python = join(folder, 'bin', 'python');
  const finished = join(folder, 'finished');
  if (existsSync(finished)) return { python, isNew: false };
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await mustSucceed(command, ['-m', 'venv', folder], 'Python with the module venv');
  await mustSucceed(
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', requirements],
    'a Python package index that has the packages of proof/python/requirements.txt',
  );
  await writeFile(finished, `${version}\n`);
  return { python, isNew: true };
}

async function findPython(): Promise<{ readonly command: string; readonly version: string }> {
  for (const command of ['python3', 'python']) {
    const words = ['-c', 'import sys; print(sys.version_info.major, sys.version_info.minor, sys.platform)'];
    const { exitCode, stdout } = await runCommand({ command, words, environment: ownEnvironment() });
    const [major, minor] = stdout.split(' ').map(Number);
    if (exitCode === 0 && major === 3 && minor !== undefined && minor >= oldestPython)
      return { command, version: stdout.trim() };
  }
  throw new MissingPart(`Python 3.${oldestPython} or newer, as python3`);
}

async function mustSucceed(command: string, words: readonly string[], part: string): Promise<void> {
  const { exitCode, output } = await runCommand({
    command,
    words,
    environment: ownEnvironment(),
    patienceSeconds: 900,
  });
  if (exitCode !== 0) throw new MissingPart(`${part}. It said:\n${lastLines(output)}`);
}
