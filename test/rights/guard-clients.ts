import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { AccountState } from './calls-of-commands.ts';
import type { RightsGuard } from './rights-guard.ts';
import { account, fieldsOf, type Properties } from './template.ts';

/** What the policies may ask of the account. */
export type AnswersFor = AccountState;

interface Guarding {
  readonly guard: RightsGuard;
  readonly stage: string;
  readonly state: AccountState;
}

/** Any client of the SDK, as far as middleware goes. */
interface Guardable {
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: { input: object }) => Promise<{ output: object; response: unknown }>,
        context: { commandName?: string },
      ) => (args: { input: object }) => Promise<{ output: object; response: unknown }>,
      options: { step: 'initialize'; name: string },
    ): void;
  };
}

/** Evaluates each command before a client sends it: a command that the stage's function may not send throws MissingRightError. */
export function guardClient(client: Guardable, { guard, stage, state }: Guarding): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        guard.checkCommand(stage, { command: commandName, input: args.input, state });
        return next(args);
      },
    { step: 'initialize', name: 'rights' },
  );
}

/** Clients that send nothing: each command is evaluated, then answered with the least that its adapter makes sense of. */
export function answeringClients(guarding: Guarding) {
  const config = { region: account.region, credentials: { accessKeyId: 'none', secretAccessKey: 'none' } };
  const clients = {
    dynamoDb: new DynamoDBClient(config),
    ec2: new EC2Client(config),
    cloudWatch: new CloudWatchClient(config),
    sns: new SNSClient(config),
    sqs: new SQSClient(config),
    ssm: new SSMClient(config),
    loadBalancing: new ElasticLoadBalancingV2Client(config),
  };
  for (const client of Object.values(clients)) answer(client, guarding);
  return clients;
}

function answer(client: Guardable, { guard, stage, state }: Guarding): void {
  client.middlewareStack.add(
    (_next, { commandName = '' }) =>
      async ({ input }) => {
        guard.checkCommand(stage, { command: commandName, input, state });
        return { output: { $metadata: {}, ...answerTo(commandName, fieldsOf(input)) }, response: {} };
      },
    { step: 'initialize', name: 'rights' },
  );
}

function answerTo(command: string, { SubnetIds }: Properties): Properties {
  if (command === 'DescribeSubnetsCommand' && Array.isArray(SubnetIds))
    return { Subnets: SubnetIds.map((id: unknown) => ({ SubnetId: id, AvailabilityZone: `zone of ${String(id)}` })) };
  if (command === 'SendCommandCommand') return { Command: { CommandId: 'command-1' } };
  if (command === 'GetParameterCommand') return { Parameter: { Value: 'ami-0123456789abcdef0' } };
  return {};
}
