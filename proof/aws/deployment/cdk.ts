import { dirname, resolve } from 'node:path';
import { type CommandResult, runCommand } from '../../run-command.ts';
import { account, region } from '../emulators/start-emulators.ts';

/** The CDK's own command line, on the app of this repository. */
export interface Cdk {
  bootstrap(): Promise<CommandResult>;
  deploy(): Promise<CommandResult>;
  destroy(): Promise<CommandResult>;
}

/** Drives the CDK with the given context; it synthesises anew for each deploy, as it does for everybody. */
export function cdkWith(of: {
  readonly context: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Where the synthesised app goes. */
  readonly output: string;
}): Cdk {
  const context = Object.entries(of.context).flatMap(([name, value]) => ['-c', `concertina:${name}=${value}`]);
  const run = (words: readonly string[], folder?: string): Promise<CommandResult> =>
    runCommand({
      command: process.execPath,
      words: [resolve('node_modules/aws-cdk/bin/cdk'), ...words],
      environment: of.environment,
      // On a busy machine a synth alone takes minutes.
      patienceSeconds: 600,
      ...(folder === undefined ? {} : { folder }),
    });
  return {
    // From a folder without an app: where there is one the CLI synthesises it first, and looks at nothing of it.
    bootstrap: () => run(['bootstrap', `aws://${account}/${region}`, '--no-notices'], dirname(of.output)),
    deploy: () => run(['deploy', '--require-approval', 'never', ...context, '--output', of.output]),
    // What was deployed last, without synthesising it again.
    destroy: () => run(['destroy', '--force', '--app', of.output]),
  };
}
