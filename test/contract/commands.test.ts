import { describe, expect, it } from 'vitest';
import { ssmClient } from '../../adapters/aws/clients.ts';
import { SsmCommands } from '../../adapters/aws/ssm-commands.ts';
import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { MemoryCommands } from '../../adapters/memory/memory-commands.ts';
import { addSeconds } from '../../core/amounts.ts';
import { noon } from '../factories/stored.ts';
import { commandsContract, makeCommand } from './commands-contract.ts';
import { jsonError, startFakeAws, type WireAnswer, type WireRequest } from './fake-aws.ts';

commandsContract('MemoryCommands', async () => {
  const clock = new MemoryClock(noon);
  const commands = new MemoryCommands(clock, (_, instanceId) => {
    if (instanceId === 'i-unknown') return undefined;
    if (instanceId === 'i-bad') return { status: 'failed', exitStatus: 3, seconds: 2, output: 'no' };
    return { status: 'succeeded', exitStatus: 0, seconds: 2, output: 'hello' };
  });
  return { commands, wait: () => clock.advanceTo(addSeconds(clock.now(), 60)), stop: async () => {} };
});

/** Run Command as SSM answers for it on the wire. */
class WireCommands {
  readonly #sent: string[][] = [];
  #hasEnded = false;

  answer({ operation, input }: WireRequest): WireAnswer {
    const { Targets, CommandId, MaxResults, NextToken }: WireInput = JSON.parse(JSON.stringify(input));
    if (operation === 'SendCommand') {
      this.#sent.push(Targets?.[0]?.Values ?? []);
      return { body: { Command: { CommandId: String(this.#sent.length) } } };
    }
    const reached = (this.#sent[Number(CommandId) - 1] ?? []).filter((id) => id !== 'i-unknown');
    const from = Number(NextToken ?? 0);
    // Fewer than asked for, as AWS may: pages must be followed.
    const to = from + Math.min(MaxResults ?? 50, 20);
    const CommandInvocations = reached.slice(from, to).map((id) => this.#invocationOn(id));
    return { body: { CommandInvocations, ...(to < reached.length ? { NextToken: String(to) } : {}) } };
  }

  wait(): void {
    this.#hasEnded = true;
  }

  #invocationOn(InstanceId: string) {
    const plugin = { Name: 'aws:runShellScript', ResponseStartDateTime: 1000, ResponseFinishDateTime: 1002 };
    if (!this.#hasEnded)
      return { InstanceId, Status: 'InProgress', CommandPlugins: [{ ...plugin, ResponseCode: -1, Output: '' }] };
    if (InstanceId === 'i-bad')
      return { InstanceId, Status: 'Failed', CommandPlugins: [{ ...plugin, ResponseCode: 3, Output: 'no' }] };
    return { InstanceId, Status: 'Success', CommandPlugins: [{ ...plugin, ResponseCode: 0, Output: 'hello' }] };
  }
}

interface WireInput {
  readonly Targets?: readonly { readonly Values: string[] }[];
  readonly CommandId?: string;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

commandsContract('SsmCommands', async () => {
  const ssm = new WireCommands();
  const aws = await startFakeAws((request) => ssm.answer(request));
  return { commands: new SsmCommands({ client: ssmClient() }), wait: () => ssm.wait(), stop: aws.stop };
});

describe('SsmCommands', () => {
  it('sends the shell script line by line, to be run everywhere whatever happens elsewhere', async () => {
    const aws = await startFakeAws(() => ({ body: { Command: { CommandId: 'c-1' } } }));

    await new SsmCommands({ client: ssmClient() }).send(makeCommand({ comment: 'x'.repeat(200) }));

    expect(aws.requests).toMatchObject([
      {
        operation: 'SendCommand',
        input: {
          DocumentName: 'AWS-RunShellScript',
          Targets: [{ Key: 'InstanceIds', Values: ['i-1', 'i-bad'] }],
          Parameters: { commands: ['set -u', 'echo hello'], executionTimeout: ['300'] },
          TimeoutSeconds: 60,
          Comment: 'x'.repeat(100),
          MaxConcurrency: '100%',
          MaxErrors: '100%',
        },
      },
    ]);
    await aws.stop();
  });

  it.each([
    ['Pending', 'running'],
    ['Delayed', 'running'],
    ['Cancelling', 'running'],
    ['Cancelled', 'failed'],
    ['TimedOut', 'timed-out'],
    ['something new', 'running'],
  ])('takes the status %s for %s', async (Status, status) => {
    const aws = await startFakeAws(() => ({ body: { CommandInvocations: [{ InstanceId: 'i-1', Status }] } }));

    const outcomes = await new SsmCommands({ client: ssmClient() }).outcomes(['c-1']);

    expect(outcomes).toEqual([{ instanceId: 'i-1', status, output: '' }]);
    await aws.stop();
  });

  it('throws when SSM refuses', async () => {
    const aws = await startFakeAws(() => jsonError('AccessDeniedException'));
    const commands = new SsmCommands({ client: ssmClient() });

    await expect(commands.send(makeCommand())).rejects.toThrow('AccessDenied');
    await expect(commands.outcomes(['c-1'])).rejects.toThrow('AccessDenied');
    await aws.stop();
  });
});

describe('MemoryCommands', () => {
  it('end after their time-out', async () => {
    const clock = new MemoryClock(noon);
    const commands = new MemoryCommands(clock, () => ({ status: 'succeeded', seconds: 500, output: '' }));
    const commandIds = await commands.send(makeCommand({ instanceIds: ['i-1'], timeoutSeconds: 300 }));

    clock.advanceTo(addSeconds(noon, 300));

    expect(await commands.outcomes(commandIds)).toEqual([{ instanceId: 'i-1', status: 'timed-out', output: '' }]);
  });
});
