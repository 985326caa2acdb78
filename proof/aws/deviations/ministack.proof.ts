import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, PutItemCommand, QueryCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { CreateTopicCommand, PublishBatchCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { describe } from 'vitest';
import { until } from '../check.ts';
import { subscribeQueue } from '../path/subscriber.ts';
import { asPerson } from '../person.ts';
import { asRoleWhereOnlyItselfIsLetIn, makeTable } from './ministack-things.ts';
import { isAccepted, probesOf } from './probe.ts';

const iam = new IAMClient({});
const [sns, sqs, dynamoDb] = [
  new SNSClient({}),
  new SQSClient({ useQueueUrlAsEndpoint: false }),
  new DynamoDBClient({}),
];
const TableName = `deviations-${Date.now()}`;
let tableMade: Promise<void> | undefined;
const table = async (): Promise<string> => {
  tableMade ??= makeTable(dynamoDb, TableName);
  await tableMade;
  return TableName;
};

describe('MiniStack', () => {
  probesOf('MiniStack', [
    {
      what: 'does a transaction once when it comes twice under one request token',
      expected: 'as AWS',
      matters: 'The SDK repeats transactions whose answer was lost; the path relies on it.',
      isAsAws: async () => {
        const TransactItems = [{ Put: { TableName: await table(), Item: itemOf('once'), ...ifNew } }];
        const command = new TransactWriteItemsCommand({ TransactItems, ClientRequestToken: 'token-of-deviations' });
        await dynamoDb.send(command);
        return isAccepted(dynamoDb.send(command), 'TransactionCanceledException');
      },
    },
    {
      what: 'writes nothing of a transaction when one condition fails',
      expected: 'as AWS',
      matters: 'The table contract on MiniStack and the path rely on it.',
      isAsAws: async () => {
        const Table = await table();
        await dynamoDb.send(new PutItemCommand({ TableName: Table, Item: itemOf('taken') }));
        const puts = ['fresh', 'taken'].map((key) => ({ Put: { TableName: Table, Item: itemOf(key), ...ifNew } }));
        const isDone = await isAccepted(
          dynamoDb.send(new TransactWriteItemsCommand({ TransactItems: puts })),
          'TransactionCanceledException',
        );
        const { Count } = await dynamoDb.send(queryOf(Table, 'fresh'));
        return !isDone && Count === 0;
      },
    },
    {
      what: 'keeps a delayed message back until its time',
      expected: 'as AWS',
      matters: 'The path sees ticks come after their delay.',
      isAsAws: async () => {
        const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `delay-${Date.now()}` }));
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later', DelaySeconds: 2 }));
        const early = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
        const late = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
        return (early.Messages ?? []).length === 0 && late.Messages?.length === 1;
      },
    },
    {
      what: 'refuses events of aws.* from customers',
      expected: 'as AWS',
      matters: 'If it takes them, path/feed-event.ts can put missing events on the bus itself.',
      isAsAws: async () => {
        const Entries = [{ Source: 'aws.ec2', DetailType: 'EC2 Instance State-change Notification', Detail: '{}' }];
        return (await new EventBridgeClient({}).send(new PutEventsCommand({ Entries }))).FailedEntryCount === 1;
      },
    },
    ...rightsProbes(),
    {
      what: 'signs what SNS delivers',
      expected: 'not as AWS',
      matters: 'If it signs, the path can verify signatures at the subscriber.',
      isAsAws: async () => {
        const name = `signed-${Date.now()}`;
        const { TopicArn: topicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
        const subscriber = await subscribeQueue({ sns, sqs }, { topicArn, name, filterPolicy: {} });
        await sns.send(new PublishCommand({ TopicArn: topicArn, Message: '{}' }));
        const envelope = await until('the message', 10, async () => subscriber.envelopes[0]);
        await subscriber.stop();
        return Buffer.from(envelope.Signature ?? '', 'base64').length >= 256;
      },
    },
    {
      what: 'evaluates metric math',
      expected: 'not as AWS',
      matters: 'If it does, CloudWatch can be its part instead of moto’s, percentiles included.',
      isAsAws: async () => {
        const { MetricDataResults = [] } = await new CloudWatchClient({
          endpoint: process.env['AWS_ENDPOINT_URL'] ?? '',
        }).send(
          new GetMetricDataCommand({
            MetricDataQueries: [{ Id: 'e', Expression: 'TIME_SERIES(1)', Period: 60 }],
            StartTime: new Date(Date.now() - 600_000),
            EndTime: new Date(),
          }),
        );
        return (MetricDataResults[0]?.Values ?? []).length > 0;
      },
    },
  ]);
});

function rightsProbes() {
  const denied = ['AccessDenied', 'AccessDeniedException', 'AuthorizationErrorException'];
  return [
    {
      what: 'lets nobody in who lacks the right',
      expected: 'as AWS' as const,
      matters: 'A walked path proves rights only because of it.',
      isAsAws: async () => {
        const query = queryOf(await table(), 'any');
        return asPerson(
          iam,
          [],
          async (nobody) => !(await isAccepted(new DynamoDBClient(nobody).send(query), ...denied)),
        );
      },
    },
    {
      what: 'asks for sqs:SendMessage when a batch is sent',
      expected: 'not as AWS' as const,
      matters: 'deployment/translate-policies.ts names sqs:SendMessageBatch.',
      isAsAws: async () => {
        const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `batch-${Date.now()}` }));
        const Entries = [{ Id: 'a', MessageBody: 'b' }];
        return asPerson(iam, [{ Action: 'sqs:SendMessage', Resource: '*' }], (sender) =>
          isAccepted(
            new SQSClient({ ...sender, useQueueUrlAsEndpoint: false }).send(
              new SendMessageBatchCommand({ QueueUrl, Entries }),
            ),
            ...denied,
          ),
        );
      },
    },
    {
      what: 'asks for sns:Publish when a batch is published',
      expected: 'not as AWS' as const,
      matters: 'deployment/translate-policies.ts names sns:PublishBatch.',
      isAsAws: async () => {
        const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: `batch-${Date.now()}` }));
        const PublishBatchRequestEntries = [{ Id: 'a', Message: 'b' }];
        return asPerson(iam, [{ Action: 'sns:Publish', Resource: '*' }], (publisher) =>
          isAccepted(
            new SNSClient(publisher).send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries })),
            ...denied,
          ),
        );
      },
    },
    {
      what: "gives a session its role's ARN as aws:PrincipalArn",
      expected: 'not as AWS' as const,
      matters: "deployment/translate-policies.ts names the role's sessions in the topic's policy.",
      isAsAws: () => asRoleWhereOnlyItselfIsLetIn((role) => isAccepted(role(), ...denied)),
    },
    {
      what: 'compares dynamodb:LeadingKeys with the keys of the request',
      expected: 'not as AWS' as const,
      matters: 'Which partitions a function may touch is proved by the policy evaluator of the local world only.',
      isAsAws: async () => {
        const Condition = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['own'] } };
        const query = queryOf(await table(), 'any');
        const allowed = [{ Action: 'dynamodb:Query', Resource: '*', Condition }];
        return asPerson(
          iam,
          allowed,
          async (reader) => !(await isAccepted(new DynamoDBClient(reader).send(query), ...denied)),
        );
      },
    },
  ];
}

const ifNew = { ConditionExpression: 'attribute_not_exists(#k)', ExpressionAttributeNames: { '#k': 'key' } };

function itemOf(key: string) {
  return { application: { S: 'deviations' }, key: { S: key } };
}

function queryOf(table: string, key: string): QueryCommand {
  return new QueryCommand({
    TableName: table,
    KeyConditionExpression: 'application = :a AND #k = :k',
    ExpressionAttributeNames: { '#k': 'key' },
    ExpressionAttributeValues: { ':a': { S: 'deviations' }, ':k': { S: key } },
  });
}
