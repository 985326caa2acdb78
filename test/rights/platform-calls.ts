import type { Caller, IamCall } from './evaluate-call.ts';
import type { StageRights } from './stage-rights.ts';
import { type DeployedTemplate, fieldsOf, listOf, type Resource } from './template.ts';

/** A call that AWS itself makes because of how the stack is wired. */
export interface PlatformCall {
  readonly because: string;
  readonly caller: Caller;
  readonly call: IamCall;
}

/**
 * What Lambda calls in the name of a function's role: it writes its log, reads what wakes it, and puts aside what it gives up.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html, with-ddb-create-package.html, services-sqs-configure.html,
 * invocation-async-configuring.html
 */
export function platformCalls(template: DeployedTemplate, rights: StageRights): readonly PlatformCall[] {
  const { functionResource } = rights;
  const caller: Caller = { roleArn: rights.roleArn };
  const ofFunction = (type: string) =>
    template.ofType(type).filter(({ properties }) => properties['FunctionName'] === functionResource.ref);
  const calls = [
    ...logCalls(template, functionResource),
    ...ofFunction('AWS::Lambda::EventSourceMapping').flatMap(mappingCalls),
    ...ofFunction('AWS::Lambda::EventInvokeConfig').flatMap(giveUpCalls),
    ...networkCalls(functionResource),
  ];
  return calls.map(({ because, call }) => ({ because, caller, call }));
}

/** What EventBridge sends to the dead-letter queues of its targets, in its own name, and must be allowed by the queue. */
export function eventBridgeCalls(template: DeployedTemplate): readonly PlatformCall[] {
  return template.ofType('AWS::Events::Rule').flatMap((rule) =>
    listOf(rule.properties['Targets']).flatMap(({ DeadLetterConfig }) =>
      DeadLetterConfig === undefined
        ? []
        : [
            {
              because: `${rule.id} gives up an event`,
              caller: { service: 'events.amazonaws.com' },
              call: {
                action: 'sqs:SendMessage',
                resource: String(fieldsOf(DeadLetterConfig)['Arn']),
                context: { 'aws:SourceArn': rule.arn ?? '' },
              },
            },
          ],
    ),
  );
}

/** What SNS sends to the queues that subscribe, and to the dead-letter queues of subscriptions, in its own name. */
export function topicCalls(template: DeployedTemplate): readonly PlatformCall[] {
  return template.ofType('AWS::SNS::Subscription').flatMap(({ id, properties }) => {
    const letters = fieldsOf(properties['RedrivePolicy'] ?? {})['deadLetterTargetArn'];
    const queues = [properties['Endpoint'], ...(letters === undefined ? [] : [letters])];
    return queues.map((queue) => ({
      because: `${id} delivers a notice`,
      caller: { service: 'sns.amazonaws.com' },
      call: {
        action: 'sqs:SendMessage',
        resource: String(queue),
        context: { 'aws:SourceArn': String(properties['TopicArn']) },
      },
    }));
  });
}

type Because = Pick<PlatformCall, 'because' | 'call'>;

function logCalls(template: DeployedTemplate, { id, properties }: Resource): readonly Because[] {
  const name = fieldsOf(properties['LoggingConfig'])['LogGroup'];
  const group = template.one('AWS::Logs::LogGroup', new RegExp(`^${String(name)}$`));
  return ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({
    because: `${id} writes its log`,
    call: { action, resource: `${group.arn}:log-stream:2026/01/01/[$LATEST]0`, context: {} },
  }));
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
const networkActions = [
  ...['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses', 'DescribeSubnets'],
  ...['CreateNetworkInterface', 'DeleteNetworkInterface', 'DescribeNetworkInterfaces'],
].map((name) => `ec2:${name}`);

function networkCalls({ id, properties }: Resource): readonly Because[] {
  if (properties['VpcConfig'] === undefined) return [];
  return networkActions.map((action) => ({
    because: `${id} enters its network`,
    call: { action, resource: '*', context: {} },
  }));
}

const streamActions = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
  (name) => `dynamodb:${name}`,
);
const queueActions = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((name) => `sqs:${name}`);

function mappingCalls(mapping: Resource): readonly Because[] {
  const source = String(mapping.properties['EventSourceArn']);
  const actions = source.startsWith('arn:aws:sqs:') ? queueActions : streamActions;
  return [
    ...actions.map((action) => ({ because: `${mapping.id} reads`, call: { action, resource: source, context: {} } })),
    ...giveUpCalls(mapping),
  ];
}

function giveUpCalls({ id, properties }: Resource): readonly Because[] {
  const onFailure = fieldsOf(fieldsOf(properties['DestinationConfig'] ?? {})['OnFailure'] ?? {});
  const resource = onFailure['Destination'];
  if (resource === undefined) return [];
  return [{ because: `${id} gives up`, call: { action: 'sqs:SendMessage', resource: String(resource), context: {} } }];
}
