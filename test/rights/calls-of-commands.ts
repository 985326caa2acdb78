import type { IamCall } from './evaluate-call.ts';
import { account, arn, fieldsOf, listOf, type Properties } from './template.ts';

/** What of the account the policies may ask, beside the request itself. */
export interface AccountState {
  /** Owner of an image: an account id, `amazon` or `aws-marketplace`. */
  readonly imageOwner: (imageId: string) => string;
  /** Tags of an instance; none of one that EC2 does not know. */
  readonly tagsOf: (instanceId: string) => Readonly<Record<string, string>>;
  /** Names of the roles in an instance profile. */
  readonly rolesOf: (instanceProfile: string) => readonly string[];
}

type Calls = (input: Properties, state: AccountState) => readonly IamCall[];

/**
 * What IAM is asked for each command of the SDK that adapters/aws sends: action, resource, and the condition keys that this action has for this
 * resource. From https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
const commands: Readonly<Record<string, Calls>> = {
  RunInstancesCommand: runInstances,
  TerminateInstancesCommand: ({ InstanceIds }, { tagsOf }) =>
    textsOf(InstanceIds).map((id) =>
      call('ec2:TerminateInstances', arn('ec2', `instance/${id}`), tagKeys('aws:ResourceTag', tagsOf(id))),
    ),
  DescribeInstancesCommand: () => [call('ec2:DescribeInstances', '*')],
  DescribeInstanceStatusCommand: () => [call('ec2:DescribeInstanceStatus', '*')],
  DescribeSubnetsCommand: () => [call('ec2:DescribeSubnets', '*')],
  QueryCommand: (input) => [
    call('dynamodb:Query', tableArn(input), {
      'dynamodb:LeadingKeys': [leadingKeyOf(fieldsOf(input['ExpressionAttributeValues'])[':partition'])],
    }),
  ],
  GetItemCommand: (input) => [itemCall('dynamodb:GetItem', input, input['Key'])],
  PutItemCommand: (input) => [itemCall('dynamodb:PutItem', input, input['Item'])],
  DeleteItemCommand: (input) => [itemCall('dynamodb:DeleteItem', input, input['Key'])],
  // A transaction is authorised as the writes in it: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
  TransactWriteItemsCommand: ({ TransactItems }) => listOf(TransactItems).map(transactionCall),
  GetMetricDataCommand: () => [call('cloudwatch:GetMetricData', '*')],
  PutMetricDataCommand: ({ Namespace }) => [
    call('cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': String(Namespace) }),
  ],
  // For composite alarms only `*` will do: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
  DescribeAlarmsCommand: () => [call('cloudwatch:DescribeAlarms', '*')],
  // Batches have no action of their own: https://docs.aws.amazon.com/sns/latest/dg/sns-batch-api-actions.html
  PublishBatchCommand: ({ TopicArn }) => [call('sns:Publish', String(TopicArn))],
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
  SendMessageBatchCommand: ({ QueueUrl }) => [call('sqs:SendMessage', queueArn(String(QueueUrl)))],
  SendMessageCommand: ({ QueueUrl }) => [call('sqs:SendMessage', queueArn(String(QueueUrl)))],
  // A command is authorised for its document and for each machine: https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command-setting-up.html
  SendCommandCommand: sendCommand,
  ListCommandInvocationsCommand: () => [call('ssm:ListCommandInvocations', '*')],
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
  RegisterTargetsCommand: ({ TargetGroupArn }) => [
    call('elasticloadbalancing:RegisterTargets', String(TargetGroupArn)),
  ],
  DeregisterTargetsCommand: ({ TargetGroupArn }) => [
    call('elasticloadbalancing:DeregisterTargets', String(TargetGroupArn)),
  ],
  DescribeTargetHealthCommand: () => [call('elasticloadbalancing:DescribeTargetHealth', '*')],
  GetParameterCommand: ({ Name }) => [call('ssm:GetParameter', parameterArn(String(Name)))],
};

/** Every question that IAM is asked for one command. Throws for a command, or a part of a launch, that it was not taught. */
export function callsOfCommand(command: string, input: unknown, state: AccountState): readonly IamCall[] {
  const calls = commands[command];
  if (calls === undefined)
    throw new RangeError(`which rights ${command} needs is not known: teach calls-of-commands.ts`);
  return calls(fieldsOf(input), state);
}

/** Names of the commands whose rights are known. */
export const knownCommands: readonly string[] = Object.keys(commands);

/** Parts of a launch whose rights are known. Any other may mean one more resource. */
const knownLaunchParts = new Set([
  ...[
    'ClientToken',
    'MinCount',
    'MaxCount',
    'ImageId',
    'InstanceType',
    'SubnetId',
    'SecurityGroupIds',
    'TagSpecifications',
  ],
  ...['MetadataOptions', 'IamInstanceProfile', 'UserData', 'InstanceMarketOptions'],
]);

/**
 * A launch is authorised once for each resource that it uses or makes; a Spot request only when it is tagged, which ours is not.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-runinstances, #iam-example-spot-instances
 */
function runInstances(input: Properties, state: AccountState): readonly IamCall[] {
  const strange = Object.keys(input).filter((part) => !knownLaunchParts.has(part));
  if (strange.length > 0) throw new RangeError(`which rights ${strange.join(', ')} of RunInstances need is not known`);
  const tags = tagsByResource(input);
  const subnet = arn('ec2', `subnet/${String(input['SubnetId'])}`);
  const launch = (resource: string, context: IamCall['context']) => call('ec2:RunInstances', resource, context);
  const groups = textsOf(input['SecurityGroupIds'] ?? []);
  return [
    launch(arn('ec2', 'instance/*'), { ...instanceKeys(input), ...requestTags(tags['instance']) }),
    launch(`arn:aws:ec2:${account.region}::image/${String(input['ImageId'])}`, {
      'ec2:Owner': state.imageOwner(String(input['ImageId'])),
    }),
    launch(subnet, { 'aws:ResourceAccount': account.id }),
    ...(groups.length === 0 ? ['sg-default'] : groups).map((id) =>
      launch(arn('ec2', `security-group/${id}`), { 'aws:ResourceAccount': account.id }),
    ),
    launch(arn('ec2', 'network-interface/*'), { 'ec2:Subnet': subnet, ...requestTags(tags['network-interface']) }),
    launch(arn('ec2', 'volume/*'), requestTags(tags['volume'])),
    ...Object.entries(tags).map(([type, given]) =>
      call('ec2:CreateTags', arn('ec2', `${type}/*`), { 'ec2:CreateAction': 'RunInstances', ...requestTags(given) }),
    ),
    ...passedRoles(input, state),
  ];
}

/** Documents that AWS publishes belong to no account. The tags of a machine go by two names. */
function sendCommand({ DocumentName, Targets }: Properties, { tagsOf }: AccountState): readonly IamCall[] {
  const name = String(DocumentName);
  const document = `document/${name}`;
  const instanceIds = listOf(Targets).flatMap(({ Key, Values }) => {
    if (Key !== 'InstanceIds') throw new RangeError(`which rights a command to ${String(Key)} needs is not known`);
    return textsOf(Values);
  });
  return [
    call(
      'ssm:SendCommand',
      name.startsWith('AWS-') ? `arn:aws:ssm:${account.region}::${document}` : arn('ssm', document),
    ),
    ...instanceIds.map((id) =>
      call('ssm:SendCommand', arn('ec2', `instance/${id}`), {
        ...tagKeys('aws:ResourceTag', tagsOf(id)),
        ...tagKeys('ssm:resourceTag', tagsOf(id)),
      }),
    ),
  ];
}

function instanceKeys(input: Properties): Record<string, string> {
  const { HttpTokens, HttpEndpoint } = fieldsOf(input['MetadataOptions'] ?? {});
  const { MarketType = 'on-demand' } = fieldsOf(input['InstanceMarketOptions'] ?? {});
  const profile = profileOf(input);
  return {
    'ec2:InstanceType': String(input['InstanceType']),
    'ec2:InstanceMarketType': String(MarketType),
    'ec2:MetadataHttpTokens': String(HttpTokens ?? 'optional'),
    'ec2:MetadataHttpEndpoint': String(HttpEndpoint ?? 'enabled'),
    ...(profile === undefined
      ? {}
      : { 'ec2:InstanceProfile': `arn:aws:iam::${account.id}:instance-profile/${profile}` }),
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html */
function passedRoles(input: Properties, { rolesOf }: AccountState): readonly IamCall[] {
  const profile = profileOf(input);
  const roles = profile === undefined ? [] : rolesOf(profile);
  return roles.map((role) =>
    call('iam:PassRole', `arn:aws:iam::${account.id}:role/${role}`, { 'iam:PassedToService': 'ec2.amazonaws.com' }),
  );
}

function profileOf(input: Properties): string | undefined {
  const { Name } = fieldsOf(input['IamInstanceProfile'] ?? {});
  return typeof Name === 'string' ? Name : undefined;
}

function tagsByResource(input: Properties): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return Object.fromEntries(
    listOf(input['TagSpecifications']).map(({ ResourceType, Tags }) => [
      String(ResourceType),
      Object.fromEntries(listOf(Tags).map(({ Key, Value }) => [String(Key), String(Value)])),
    ]),
  );
}

function requestTags(tags: Readonly<Record<string, string>> = {}): IamCall['context'] {
  const keys = Object.keys(tags);
  return { ...tagKeys('aws:RequestTag', tags), ...(keys.length === 0 ? {} : { 'aws:TagKeys': keys }) };
}

function tagKeys(prefix: string, tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${prefix}/${key}`, value]));
}

function itemCall(action: string, input: Properties, item: unknown): IamCall {
  return call(action, tableArn(input), { 'dynamodb:LeadingKeys': [leadingKeyOf(fieldsOf(item)['application'])] });
}

function transactionCall(item: Properties): IamCall {
  const [[kind, write] = ['', {}]] = Object.entries(item).filter(([, part]) => part !== undefined);
  const fields = fieldsOf(write);
  if (kind === 'Put') return itemCall('dynamodb:PutItem', fields, fields['Item']);
  if (kind === 'Delete') return itemCall('dynamodb:DeleteItem', fields, fields['Key']);
  throw new RangeError(`which rights ${kind} in a transaction needs is not known`);
}

function leadingKeyOf(attribute: unknown): string {
  return String(fieldsOf(attribute)['S']);
}

function tableArn({ TableName }: Properties): string {
  return arn('dynamodb', `table/${String(TableName)}`);
}

function queueArn(url: string): string {
  return arn('sqs', url.slice(url.lastIndexOf('/') + 1));
}

/** Parameters that AWS publishes belong to no account. */
function parameterArn(name: string): string {
  if (name.startsWith('arn:')) return name;
  const resource = `parameter/${name.replace(/^\//, '')}`;
  return name.startsWith('/aws/service/') ? `arn:aws:ssm:${account.region}::${resource}` : arn('ssm', resource);
}

function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new TypeError(`no list: ${JSON.stringify(value)}`);
  return value.map(String);
}

/** Every request says where it goes. */
function call(action: string, resource: string, context: IamCall['context'] = {}): IamCall {
  return { action, resource, context: { 'aws:RequestedRegion': account.region, ...context } };
}
