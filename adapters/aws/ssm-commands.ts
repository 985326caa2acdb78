import {
  type CommandInvocation,
  ListCommandInvocationsCommand,
  SendCommandCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { CommandOutcome } from '../../core/participants/judge-step.ts';
import type { CommandRequest, Commands } from '../ports.ts';
import { batchesOf } from './batches.ts';

/** Instances that one command names, and pages of its invocations. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html */
const mostTargets = 50;
const pageSize = 50;

/** For how long SSM tries to hand a command to an agent: a machine that is gone must not hold up the others for longer. */
const deliverySeconds = 60;

/** The longest that AWS-RunShellScript lets a script run: 48 hours. */
const longestSeconds = 172_800;

const statuses: Readonly<Record<string, CommandOutcome['status']>> = {
  Success: 'succeeded',
  Failed: 'failed',
  Cancelled: 'failed',
  TimedOut: 'timed-out',
};

/**
 * SSM Run Command with the document AWS-RunShellScript. Instances are named as targets and not as ids: for those, one that SSM does not know
 * would be an error and nothing would run anywhere.
 */
export class SsmCommands implements Commands {
  readonly #client: SSMClient;

  constructor({ client }: { readonly client: SSMClient }) {
    this.#client = client;
  }

  async send({ instanceIds, script, timeoutSeconds, comment }: CommandRequest): Promise<readonly string[]> {
    const commandIds: string[] = [];
    for (const batch of batchesOf(instanceIds, mostTargets)) {
      const { Command } = await this.#client.send(
        new SendCommandCommand({
          DocumentName: 'AWS-RunShellScript',
          Targets: [{ Key: 'InstanceIds', Values: [...batch] }],
          Parameters: {
            commands: script.split('\n'),
            executionTimeout: [String(Math.min(timeoutSeconds, longestSeconds))],
          },
          TimeoutSeconds: deliverySeconds,
          Comment: comment.slice(0, 100),
          // Everywhere at once, and everywhere whatever happens elsewhere: what is enough is decided by the hook.
          MaxConcurrency: '100%',
          MaxErrors: '100%',
        }),
      );
      if (Command?.CommandId === undefined) throw new Error('SSM took a command and gave it no id');
      commandIds.push(Command.CommandId);
    }
    return commandIds;
  }

  async outcomes(commandIds: readonly string[]): Promise<readonly CommandOutcome[]> {
    const outcomes: CommandOutcome[] = [];
    for (const CommandId of commandIds) {
      let token: string | undefined;
      do {
        const page = await this.#client.send(
          new ListCommandInvocationsCommand({
            CommandId,
            Details: true,
            MaxResults: pageSize,
            ...(token && { NextToken: token }),
          }),
        );
        outcomes.push(...(page.CommandInvocations ?? []).flatMap(outcomeOf));
        token = page.NextToken;
      } while (token !== undefined && token !== '');
    }
    return outcomes;
  }
}

function outcomeOf({ InstanceId, Status, CommandPlugins = [] }: CommandInvocation): readonly CommandOutcome[] {
  if (InstanceId === undefined) return [];
  const [plugin] = CommandPlugins;
  const status = statuses[Status ?? ''] ?? 'running';
  const { ResponseCode, ResponseStartDateTime: start, ResponseFinishDateTime: end, Output = '' } = plugin ?? {};
  const hasEnded = status === 'succeeded' || status === 'failed';
  return [
    {
      instanceId: InstanceId,
      status,
      output: Output,
      ...(hasEnded && ResponseCode !== undefined ? { exitStatus: ResponseCode } : {}),
      ...(hasEnded && start && end ? { seconds: (end.getTime() - start.getTime()) / 1000 } : {}),
    },
  ];
}
