import { describe, expect, it } from 'vitest';
import { actionsOf, makeSource, resourcesOf, rightOf, rightsOf, type Statement, synthesize } from './synthesize.ts';

const template = synthesize();
const stages = ['Apply', 'Evaluate', 'Observe', 'Reconcile', 'Announce', 'Acknowledge', 'TargetGroup', 'Hook', 'Probe'];
const ec2 = (resource: string) => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':ec2:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      `:${resource}`,
    ],
  ],
});
const iam = (resource: string) => ({
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, `:${resource}`]],
});
const log = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const stream = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'];
const network = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];
const queue = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];

describe('the rights of each function', () => {
  it.each([
    ['Apply', [...log, 'dynamodb:Query', 'dynamodb:PutItem', 'sqs:SendMessage']],
    [
      'Evaluate',
      [
        ...log,
        ...queue,
        'sqs:SendMessage',
        'dynamodb:Query',
        'dynamodb:PutItem',
        'cloudwatch:GetMetricData',
        'cloudwatch:DescribeAlarms',
        'cloudwatch:PutMetricData',
        'ec2:DescribeSubnets',
        'ssm:GetParameter',
      ],
    ],
    [
      'Observe',
      [
        ...log,
        ...queue,
        'dynamodb:Query',
        'dynamodb:PutItem',
        'dynamodb:DeleteItem',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceStatus',
        'sqs:SendMessage',
      ],
    ],
    [
      'Reconcile',
      [
        ...log,
        ...stream,
        'sqs:SendMessage',
        'dynamodb:Query',
        'dynamodb:PutItem',
        'dynamodb:DeleteItem',
        'ec2:DescribeInstances',
        'ec2:RunInstances',
        'ec2:TerminateInstances',
        'ec2:CreateTags',
        'iam:PassRole',
        'ssm:GetParameter',
      ],
    ],
    ['Announce', [...log, ...stream, 'sqs:SendMessage', 'dynamodb:Query', 'dynamodb:PutItem', 'sns:Publish']],
    ['Acknowledge', [...log, ...queue, 'dynamodb:Query', 'dynamodb:PutItem']],
    [
      'TargetGroup',
      [
        ...log,
        ...queue,
        'sqs:SendMessage',
        'dynamodb:Query',
        'dynamodb:PutItem',
        'elasticloadbalancing:DescribeTargetHealth',
        'elasticloadbalancing:RegisterTargets',
        'elasticloadbalancing:DeregisterTargets',
      ],
    ],
    [
      'Hook',
      [
        ...log,
        ...queue,
        'sqs:SendMessage',
        'dynamodb:Query',
        'dynamodb:PutItem',
        'ssm:SendCommand',
        'ssm:ListCommandInvocations',
      ],
    ],
    ['Probe', [...log, ...queue, ...network, 'dynamodb:Query', 'dynamodb:PutItem']],
  ])('%s may do what its code calls and nothing else', (stage, expected) => {
    const actions = new Set(rightsOf(template, stage).flatMap(actionsOf));
    expect([...actions].sort()).toEqual([...new Set(expected)].sort());
  });

  it('gives every function a role of its own, without a policy managed by AWS', () => {
    const roles = [...resourcesOf(template, 'AWS::IAM::Role').values()];
    expect(roles).toHaveLength(stages.length);
    for (const { Properties } of roles) expect(Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  it('names no action by a pattern', () => {
    const actions = stages.flatMap((stage) => rightsOf(template, stage)).flatMap(actionsOf);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  it('leaves no resource that ends in * without a condition, but for streams of the one table and what only Lambda may', () => {
    const wide = stages.flatMap((stage) => rightsOf(template, stage)).filter(endsInAnything);
    const unconditional = wide.filter(({ Condition }) => Condition === undefined);
    expect(new Set(unconditional.map(({ Sid }) => Sid))).toEqual(new Set(['Stream', 'EnterNetwork']));
  });

  it('gives the whole of the account only to actions that know no resources', () => {
    const everything = stages.flatMap((stage) => rightsOf(template, stage)).filter(({ Resource }) => Resource === '*');
    expect(new Set(everything.flatMap(actionsOf))).toEqual(
      new Set([
        'cloudwatch:GetMetricData',
        'cloudwatch:DescribeAlarms',
        'cloudwatch:PutMetricData',
        'ec2:DescribeSubnets',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceStatus',
        'elasticloadbalancing:DescribeTargetHealth',
        'ssm:ListCommandInvocations',
        ...network,
      ]),
    );
  });
});

describe('launching', () => {
  it('is allowed only with our tags, IMDSv2 and a profile that a file names', () => {
    expect(rightOf(template, 'Reconcile', 'LaunchOurs')).toMatchObject({
      Action: 'ec2:RunInstances',
      Resource: ec2('instance/*'),
      Condition: {
        StringEquals: { 'aws:RequestTag/concertina:application': ['shop'], 'ec2:MetadataHttpTokens': 'required' },
        Null: {
          'aws:RequestTag/concertina:layer': 'false',
          'aws:RequestTag/concertina:revision': 'false',
          'aws:RequestTag/concertina:slot': 'false',
        },
        ArnEqualsIfExists: { 'ec2:InstanceProfile': [iam('instance-profile/shop-web')] },
      },
    });
  });

  it('goes only into the subnets and security groups that files name', () => {
    expect(rightOf(template, 'Reconcile', 'LaunchInto').Resource).toEqual([
      ec2('subnet/subnet-a1'),
      ec2('subnet/subnet-b2'),
      ec2('security-group/sg-1'),
    ]);
    expect(rightOf(template, 'Reconcile', 'LaunchWithInterface').Condition).toEqual({
      ArnEquals: { 'ec2:Subnet': [ec2('subnet/subnet-a1'), ec2('subnet/subnet-b2')] },
    });
  });

  it('uses only images of this account and of owners that are named', () => {
    const owned = synthesize({ alsoReach: { imageOwners: ['123456789012'] } });
    expect(rightOf(template, 'Reconcile', 'LaunchFromImages').Condition).toEqual({
      StringEquals: { 'ec2:Owner': [{ Ref: 'AWS::AccountId' }] },
    });
    expect(rightOf(owned, 'Reconcile', 'LaunchFromImages').Condition).toEqual({
      StringEquals: { 'ec2:Owner': [{ Ref: 'AWS::AccountId' }, '123456789012'] },
    });
  });

  it('makes only volumes with our tag', () => {
    expect(rightOf(template, 'Reconcile', 'LaunchWithVolumes')).toMatchObject({
      Resource: ec2('volume/*'),
      Condition: { StringEquals: { 'aws:RequestTag/concertina:application': ['shop'] } },
    });
  });

  it('passes only the roles of the named profiles, and only to EC2', () => {
    expect(rightOf(template, 'Reconcile', 'PassRolesOfProfiles')).toMatchObject({
      Action: 'iam:PassRole',
      Resource: iam('role/shop-web'),
      Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    });
  });

  it('passes the role that is named for a profile instead of the one of its name', () => {
    const roleArn = 'arn:aws:iam::123456789012:role/web';
    const named = synthesize({ alsoReach: { instanceProfiles: { 'shop-web': [roleArn] } } });
    expect(rightOf(named, 'Reconcile', 'PassRolesOfProfiles').Resource).toBe(roleArn);
  });

  it('passes no role and refuses any profile when no file names one', () => {
    const bare = synthesize({ applications: [makeSource({ launch: { instanceProfile: undefined } })] });
    expect(rightsOf(bare, 'Reconcile').flatMap(actionsOf)).not.toContain('iam:PassRole');
    expect(rightOf(bare, 'Reconcile', 'LaunchOurs').Condition?.['Null']).toHaveProperty(
      ['ec2:InstanceProfile'],
      'true',
    );
  });

  it('is open to other security groups of the account only when a layer names none', () => {
    const bare = synthesize({ applications: [makeSource({ launch: { securityGroupIds: [] } })] });
    expect(rightsOf(template, 'Reconcile').map(({ Sid }) => Sid)).not.toContain('LaunchIntoDefaultGroup');
    expect(rightOf(bare, 'Reconcile', 'LaunchIntoDefaultGroup').Condition).toEqual({
      StringEquals: { 'aws:ResourceAccount': { Ref: 'AWS::AccountId' } },
    });
  });

  it('is not allowed at all while no file is deployed and no application is named', () => {
    const empty = synthesize({ applications: [] });
    const actions = rightsOf(empty, 'Reconcile').flatMap(actionsOf);
    expect(actions.filter((action) => /RunInstances|TerminateInstances|CreateTags|PassRole/.test(action))).toEqual([]);
  });

  it('is allowed beforehand to an application that is applied without a deploy', () => {
    const later = synthesize({ applications: [], alsoReach: { applications: ['blog'], subnetIds: ['subnet-c3'] } });
    expect(rightOf(later, 'Reconcile', 'LaunchInto').Resource).toEqual(ec2('subnet/subnet-c3'));
    expect(rightOf(later, 'Reconcile', 'TerminateOurs').Condition).toEqual({
      StringEquals: { 'aws:ResourceTag/concertina:application': ['blog'] },
    });
  });
});

describe('terminating and tagging', () => {
  it('ends only machines that carry the tag of an application of ours', () => {
    expect(rightOf(template, 'Reconcile', 'TerminateOurs')).toMatchObject({
      Action: 'ec2:TerminateInstances',
      Resource: ec2('instance/*'),
      Condition: { StringEquals: { 'aws:ResourceTag/concertina:application': ['shop'] } },
    });
  });

  it('gives tags at birth only, so that no foreign machine can be made ours', () => {
    expect(rightOf(template, 'Reconcile', 'TagAtBirth')).toMatchObject({
      Action: 'ec2:CreateTags',
      Resource: [ec2('instance/*'), ec2('volume/*')],
      Condition: {
        StringEquals: { 'ec2:CreateAction': 'RunInstances', 'aws:RequestTag/concertina:application': ['shop'] },
      },
    });
  });
});

describe('the records of others', () => {
  it.each([
    ['Apply', 'QueryRecords', ['#applications', '#account', '*#decisions', '*#files']],
    ['Apply', 'PutRecords', ['#account', '*#decisions']],
    ['Evaluate', 'QueryRecords', ['#account', '*#decisions', '*#files']],
    ['Evaluate', 'PutRecords', ['#applications', '#account', '*#files']],
    ['Observe', 'QueryRecords', ['#account', '*#decisions', '*#files']],
    ['Observe', 'PutRecords', ['#applications', '#account', '*#decisions', '*#files']],
    ['Observe', 'DeleteRecords', ['#applications', '#account', '*#decisions', '*#files']],
    ['Reconcile', 'QueryRecords', ['#applications', '*#decisions', '*#files']],
    ['Reconcile', 'PutRecords', ['#applications', '*#decisions', '*#files']],
    ['Reconcile', 'DeleteRecords', ['#applications', '#account', '*#decisions', '*#files']],
    ['Announce', 'PutRecords', ['#applications', '#account', '*#decisions', '*#files']],
    ['Acknowledge', 'PutRecords', ['#applications', '#account', '*#decisions', '*#files']],
  ])('%s is kept out by %s of partitions it has no business in', (stage, sid, partitions) => {
    expect(rightOf(template, stage, sid).Condition).toEqual({
      'ForAllValues:StringNotLike': { 'dynamodb:LeadingKeys': partitions },
    });
  });
});

describe('reading', () => {
  it('resolves only the image parameters that files name, AWS own ones included', () => {
    const ssm = (account: unknown, name: string) => ({
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':ssm:',
          { Ref: 'AWS::Region' },
          ...(account ? [':', account, `:${name}`] : [`::${name}`]),
        ],
      ],
    });
    const aws = '/aws/service/ami-amazon-linux-latest/al2023';
    const own = rightOf(template, 'Evaluate', 'ResolveImages');
    const publicOne = synthesize({ applications: [makeSource({ layer: { image: { ssmParameter: aws } } })] });
    expect(own.Resource).toEqual(ssm({ Ref: 'AWS::AccountId' }, 'parameter/shop/web/ami'));
    expect(rightOf(publicOne, 'Evaluate', 'ResolveImages').Resource).toEqual(ssm(undefined, `parameter${aws}`));
  });

  it('publishes metrics into our namespace only', () => {
    expect(rightOf(template, 'Evaluate', 'PublishOwnMetrics').Condition).toEqual({
      StringEquals: { 'cloudwatch:namespace': 'Concertina' },
    });
  });

  it('reads metrics and machines of this region only', () => {
    for (const right of [rightOf(template, 'Evaluate', 'ReadMetrics'), rightOf(template, 'Observe', 'SeeMachines')])
      expect(right.Condition).toEqual({ StringEquals: { 'aws:RequestedRegion': { Ref: 'AWS::Region' } } });
  });
});

function endsInAnything({ Resource }: Statement): boolean {
  const resources = Array.isArray(Resource) ? Resource : [Resource];
  return resources.some((resource) => /\*"?\]*\}?$/.test(JSON.stringify(resource)));
}
