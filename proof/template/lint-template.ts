import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { ConcertinaStack } from '../../infra/concertina-stack.ts';
import { MissingPart } from '../missing-part.ts';
import { pythonEnvironment } from '../python/python-environment.ts';
import { ownEnvironment, runCommand } from '../run-command.ts';

/** A network, so that the template holds every function that there is. */
const network = { subnetIds: ['subnet-0a1b2c3d4e5f60718'], securityGroupIds: ['sg-0a1b2c3d4e5f60718'] };

/** Template of the example application, without the code of its functions: cfn-lint does not look at it. */
async function writeTemplate(folder: string): Promise<string> {
  const json = await readFile('examples/shop.json', 'utf8');
  const app = new App({ outdir: folder, context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new ConcertinaStack(app, 'Concertina', {
    applications: [{ from: 'examples/shop.json', json }],
    network,
  });
  app.synth();
  return join(folder, stack.templateFile);
}

/**
 * `npm run lint:template`: cfn-lint on the synthesised template. Not in test/, for it needs Python. Ends with 0 without a finding, with cfn-lint's own
 * code with one, with 3 when Python or the package index is missing.
 */
async function main(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'concertina-template-'));
  try {
    const { python } = await pythonEnvironment();
    const template = await writeTemplate(folder);
    const { exitCode, output } = await runCommand({
      command: join(dirname(python), 'cfn-lint'),
      words: ['--config-file', resolve(import.meta.dirname, 'cfn-lint.yaml'), '--template', template],
      environment: ownEnvironment(),
    });
    console.info(exitCode === 0 ? 'cfn-lint finds nothing in the template.' : output.trim());
    return exitCode === -1 ? 1 : exitCode;
  } catch (error) {
    if (!(error instanceof MissingPart)) throw error;
    console.error(`lint:template needs ${error.message}`);
    return 3;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
