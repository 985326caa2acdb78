import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateTagsCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  ListCommandInvocationsCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { account, region } from '../emulators/start-emulators.ts';

/** How a client of the moto that checks rights is made. */
export interface ClientSettings {
  readonly endpoint: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
}

/** The clients of one session. */
export type SessionClients = ReturnType<typeof openSession>;

/** Makes the clients that the calls are made by. */
export function openSession(of: ClientSettings) {
  return {
    ec2: new EC2Client(of),
    dynamoDb: new DynamoDBClient(of),
    loadBalancing: new ElasticLoadBalancingV2Client(of),
    sns: new SNSClient(of),
    sqs: new SQSClient({ ...of, useQueueUrlAsEndpoint: false }),
    ssm: new SSMClient(of),
    logs: new CloudWatchLogsClient(of),
  };
}

const table = { TableName: 'none' };
const key = { application: { S: 'shop' }, key: { S: 'head' } };
const machines = { InstanceIds: ['i-0123456789abcdef0'] };
const group = {
  TargetGroupArn: `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/none/73e2d6bc24d8a067`,
};
const log = { logGroupName: 'none', logStreamName: 'none' };
const queue = { QueueUrl: `https://sqs.${region}.amazonaws.com/${account}/none` };

/**
 * One call for each action that moto knows by AWS's name, on things that do not exist: whoever has the right hears so, everybody else is refused
 * first. The last three are in none of our policies.
 */
export const calls: Readonly<Record<string, (of: SessionClients) => Promise<unknown>>> = {
  'ec2:RunInstances': (of) => of.ec2.send(new RunInstancesCommand({ ImageId: 'ami-0', MinCount: 1, MaxCount: 1 })),
  'ec2:TerminateInstances': (of) => of.ec2.send(new TerminateInstancesCommand(machines)),
  'ec2:DescribeInstances': (of) => of.ec2.send(new DescribeInstancesCommand({})),
  'ec2:DescribeInstanceStatus': (of) => of.ec2.send(new DescribeInstanceStatusCommand({})),
  'ec2:DescribeSubnets': (of) => of.ec2.send(new DescribeSubnetsCommand({})),
  'ec2:CreateTags': (of) =>
    of.ec2.send(new CreateTagsCommand({ Resources: machines.InstanceIds, Tags: [{ Key: 'a', Value: 'b' }] })),
  'dynamodb:Query': (of) =>
    of.dynamoDb.send(
      new QueryCommand({
        ...table,
        KeyConditionExpression: 'application = :a',
        ExpressionAttributeValues: { ':a': key.application },
      }),
    ),
  'dynamodb:PutItem': (of) => of.dynamoDb.send(new PutItemCommand({ ...table, Item: key })),
  'dynamodb:DeleteItem': (of) => of.dynamoDb.send(new DeleteItemCommand({ ...table, Key: key })),
  'sqs:SendMessage': (of) => of.sqs.send(new SendMessageCommand({ ...queue, MessageBody: 'a' })),
  'sqs:ReceiveMessage': (of) => of.sqs.send(new ReceiveMessageCommand(queue)),
  'sqs:DeleteMessage': (of) => of.sqs.send(new DeleteMessageCommand({ ...queue, ReceiptHandle: 'a' })),
  'sqs:GetQueueAttributes': (of) => of.sqs.send(new GetQueueAttributesCommand(queue)),
  'sns:Publish': (of) =>
    of.sns.send(new PublishCommand({ TopicArn: `arn:aws:sns:${region}:${account}:none`, Message: 'a' })),
  'ssm:GetParameter': (of) => of.ssm.send(new GetParameterCommand({ Name: '/none' })),
  'ssm:SendCommand': (of) => of.ssm.send(new SendCommandCommand({ ...machines, DocumentName: 'AWS-RunShellScript' })),
  'ssm:ListCommandInvocations': (of) => of.ssm.send(new ListCommandInvocationsCommand({})),
  'elasticloadbalancing:RegisterTargets': (of) =>
    of.loadBalancing.send(new RegisterTargetsCommand({ ...group, Targets: [{ Id: 'i-0' }] })),
  'elasticloadbalancing:DeregisterTargets': (of) =>
    of.loadBalancing.send(new DeregisterTargetsCommand({ ...group, Targets: [{ Id: 'i-0' }] })),
  'elasticloadbalancing:DescribeTargetHealth': (of) => of.loadBalancing.send(new DescribeTargetHealthCommand(group)),
  'logs:CreateLogStream': (of) => of.logs.send(new CreateLogStreamCommand(log)),
  'logs:PutLogEvents': (of) =>
    of.logs.send(new PutLogEventsCommand({ ...log, logEvents: [{ timestamp: Date.now(), message: 'a' }] })),
  'ec2:StopInstances': (of) => of.ec2.send(new StopInstancesCommand(machines)),
  'ssm:DeleteParameter': (of) => of.ssm.send(new DeleteParameterCommand({ Name: '/none' })),
  'dynamodb:GetItem': (of) => of.dynamoDb.send(new GetItemCommand({ ...table, Key: key })),
};

/** Actions of our policies that moto is not asked for, and why. */
export const notAsked: Readonly<Record<string, string>> = {
  'cloudwatch:GetMetricData': 'moto names the rights of CloudWatch by its signing name, monitoring',
  'cloudwatch:PutMetricData': 'moto names the rights of CloudWatch by its signing name, monitoring',
  'cloudwatch:DescribeAlarms': 'moto names the rights of CloudWatch by its signing name, monitoring',
  'iam:PassRole': 'it is no call: moto does not ask for it when a launch names a profile',
  ...Object.fromEntries(
    ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((action) => [
      `dynamodb:${action}`,
      "Lambda asks for it in the role's name; MiniStack shows it on the path",
    ]),
  ),
  ...Object.fromEntries(
    [
      'CreateNetworkInterface',
      'DeleteNetworkInterface',
      'DescribeNetworkInterfaces',
      'AssignPrivateIpAddresses',
      'UnassignPrivateIpAddresses',
    ].map((action) => [`ec2:${action}`, "Lambda asks for it in the role's name, from within a network"]),
  ),
};
