import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { ConcertinaStack } from './concertina-stack.ts';

/** What this needs and the machine does not have. */
class MissingPart extends Error {}

const settings = resolve(import.meta.dirname, 'cfn-lint');

/** Template of the example application, without the code of its functions: cfn-lint does not look at it. */
function writeTemplate(folder: string): string {
  const json = readFileSync(resolve(import.meta.dirname, '../examples/shop.json'), 'utf8');
  const app = new App({ outdir: folder, context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new ConcertinaStack(app, 'Concertina', { applications: [{ from: 'examples/shop.json', json }] });
  app.synth();
  return join(folder, stack.templateFile);
}

/** A Python with the pinned cfn-lint, each package checked against its hash; made once, kept in `.cache`. */
function cfnLint(): string {
  const requirements = join(settings, 'requirements.txt');
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const folder = resolve('.cache', `cfn-lint-${hash.slice(0, 12)}`);
  const [command, finished] = [join(folder, 'bin', 'cfn-lint'), join(folder, 'finished')];
  if (existsSync(finished)) return command;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  must('Python 3.11 or newer with the module venv', 'python3', ['-m', 'venv', folder]);
  const install = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--require-hashes',
    '-r',
    requirements,
  ];
  must(
    'a Python package index with the packages of infra/cfn-lint/requirements.txt',
    join(folder, 'bin', 'python'),
    install,
  );
  writeFileSync(finished, '');
  return command;
}

function must(part: string, command: string, words: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, words, { encoding: 'utf8' });
  if (status !== 0)
    throw new MissingPart(`${part}. It said:\n${(error?.message ?? stderr).trim().split('\n').slice(-4).join('\n')}`);
}

/** `npm run lint:template`: 0 without a finding, cfn-lint's own code with one, 3 when Python or the package index is missing. */
function main(): number {
  const folder = mkdtempSync(join(tmpdir(), 'concertina-template-'));
  try {
    const template = writeTemplate(folder);
    const words = ['--config-file', join(settings, 'config.yaml'), '--template', template];
    const { status } = spawnSync(cfnLint(), words, { stdio: 'inherit' });
    if (status === 0) console.info('cfn-lint finds nothing in the template.');
    return status ?? 1;
  } catch (error) {
    if (!(error instanceof MissingPart)) throw error;
    console.error(`lint:template needs ${error.message}`);
    return 3;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = main();
