import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { dynamoDbClient } from '../../../adapters/aws/clients.ts';
import { DynamoDbTable } from '../../../adapters/aws/dynamodb-table.ts';
import type { Slot } from '../../../core/instance-life.ts';
import type { CommandResult } from '../../run-command.ts';
import type { Checks } from '../check.ts';
import type { DeployedStack } from '../deployment/deployed-stack.ts';
import type { Ground } from './applications.ts';
import type { Replies } from './replies.ts';
import type { Subscriber } from './subscriber.ts';

/** Clients of the two implementations: endpoints and credentials are those of the environment that the proof runs in. */
export interface Clients {
  readonly events: EventBridgeClient;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly ssm: SSMClient;
  /** These two are moto's. */
  readonly ec2: EC2Client;
  readonly cloudWatch: CloudWatchClient;
}

/** Who shows a check: implementation and version. */
export interface ShownBy {
  readonly ministack: string;
  readonly moto: string;
  readonly both: string;
}

/** Where the path is walked. */
export interface PathSettings {
  readonly checks: Checks;
  readonly by: ShownBy;
  /** The proof's own folder. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What the steps of the path share. */
export interface World {
  readonly checks: Checks;
  readonly by: ShownBy;
  readonly clients: Clients;
  readonly stack: DeployedStack;
  readonly ground: Ground;
  readonly table: DynamoDbTable;
  /** Participants of `kiosk`. */
  readonly lb: Subscriber;
  readonly cluster: Subscriber;
  readonly audit: Subscriber;
  /** Of every process that talks to the two. */
  readonly environment: Readonly<Record<string, string>>;
  readonly replies: Replies;
  /** Slots of one layer of `kiosk`, but those that are gone. */
  readonly slots: (layer: string) => Promise<readonly Slot[]>;
  /** Writes a file into the proof's folder and returns its path. */
  readonly writeFile: (name: string, text: string) => Promise<string>;
  /** `npm run apply -- …` */
  readonly apply: (...words: readonly string[]) => Promise<CommandResult>;
}

/** Opens the clients. */
export function openClients(): Clients {
  return {
    events: new EventBridgeClient({}),
    iam: new IAMClient({}),
    lambda: new LambdaClient({}),
    sns: new SNSClient({}),
    sqs: new SQSClient({ useQueueUrlAsEndpoint: false }),
    ssm: new SSMClient({}),
    ec2: new EC2Client({}),
    cloudWatch: new CloudWatchClient({}),
  };
}

/** The table of the stack, through the adapter that the functions use. */
export function openTable(stack: DeployedStack): DynamoDbTable {
  return new DynamoDbTable({ client: dynamoDbClient(), tableName: stack.output('TableName') });
}
