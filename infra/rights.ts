import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { ourTags } from '../adapters/aws/ec2-instance.ts';
import type { Reach } from './reach.ts';

/** Beside the application's: every machine of ours is born with these. */
const otherTags = [ourTags.layer, ourTags.revision, ourTags.slot];

/** For actions that know no resources: all of the account, in this region only. The caller says why it cannot be narrower. */
export function regionWide(
  scope: Construct,
  { sid, actions }: { readonly sid: string; readonly actions: readonly string[] },
): PolicyStatement {
  return new PolicyStatement({
    sid,
    actions: [...actions],
    resources: ['*'],
    conditions: { StringEquals: { 'aws:RequestedRegion': Stack.of(scope).region } },
  });
}

/**
 * RunInstances is asked for once for each resource of the call, so each kind has its statement: the machine with our tags, IMDSv2 and one of
 * the named profiles; a named subnet and security group; an image of a named owner. None when the reach holds nothing to launch.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
export function launchRights(scope: Construct, reach: Reach): readonly PolicyStatement[] {
  if (reach.applications.length === 0 || reach.subnetIds.length === 0) return [];
  return [launchOurs(scope, reach), ...launchFrom(scope, reach), tagAtBirth(scope, reach), ...passRoles(reach)];
}

/** Only machines that carry the tag of an application of ours. */
export function terminateRights(scope: Construct, reach: Reach): readonly PolicyStatement[] {
  if (reach.applications.length === 0) return [];
  return [
    new PolicyStatement({
      sid: 'TerminateOurs',
      actions: ['ec2:TerminateInstances'],
      resources: [ec2Arn(scope, 'instance')],
      conditions: { StringEquals: { [`aws:ResourceTag/${ourTags.application}`]: reach.applications } },
    }),
  ];
}

/** What a launch makes or uses and no policy can name before it is made, by ARN, with what narrows it instead. */
export function newResources(scope: Construct): ReadonlyMap<string, string> {
  return new Map([
    [
      ec2Arn(scope, 'instance'),
      'A machine has no id before it is launched; our tags are the condition, also for terminating.',
    ],
    [ec2Arn(scope, 'volume'), 'A volume has no id before it is made; our tags are the condition.'],
    [ec2Arn(scope, 'network-interface'), 'An interface has no id before it is made; its subnet is the condition.'],
    [imageArn(scope), 'A bake makes a new image each time; its owner is the condition.'],
  ]);
}

/** The SSM parameters that name images. */
export function imageRights(scope: Construct, reach: Reach): readonly PolicyStatement[] {
  if (reach.imageParameters.length === 0) return [];
  return [
    new PolicyStatement({
      sid: 'ResolveImages',
      actions: ['ssm:GetParameter'],
      resources: reach.imageParameters.map((name) => parameterArn(scope, name)),
    }),
  ];
}

/** To put instances into the named target groups and take them out. DescribeTargetHealth knows no resources. */
export function targetGroupRights(scope: Construct, reach: Reach): readonly PolicyStatement[] {
  if (reach.targetGroupArns.length === 0) return [];
  return [
    regionWide(scope, { sid: 'SeeTargets', actions: ['elasticloadbalancing:DescribeTargetHealth'] }),
    new PolicyStatement({
      sid: 'ChangeTargets',
      actions: ['elasticloadbalancing:RegisterTargets', 'elasticloadbalancing:DeregisterTargets'],
      resources: [...reach.targetGroupArns],
    }),
  ];
}

/**
 * To run a shell script on instances of ours, of the named layers only, and to see how it went. SendCommand is asked for once for the document
 * and once for each instance; ListCommandInvocations knows no resources.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
 */
export function hookRights(scope: Construct, reach: Reach): readonly PolicyStatement[] {
  if (reach.hookLayers.length === 0 || reach.applications.length === 0) return [];
  const document = Stack.of(scope).formatArn({
    service: 'ssm',
    account: '',
    resource: 'document',
    resourceName: 'AWS-RunShellScript',
  });
  return [
    new PolicyStatement({ sid: 'RunShellScript', actions: ['ssm:SendCommand'], resources: [document] }),
    new PolicyStatement({
      sid: 'RunOnOurs',
      actions: ['ssm:SendCommand'],
      resources: [ec2Arn(scope, 'instance')],
      conditions: {
        StringEquals: {
          [`ssm:resourceTag/${ourTags.application}`]: reach.applications,
          [`ssm:resourceTag/${ourTags.layer}`]: reach.hookLayers,
        },
      },
    }),
    regionWide(scope, { sid: 'SeeRuns', actions: ['ssm:ListCommandInvocations'] }),
  ];
}

/** Every instance, in a policy whose conditions narrow it. */
export function anyInstance(scope: Construct): string {
  return ec2Arn(scope, 'instance');
}

function launchOurs(scope: Construct, reach: Reach): PolicyStatement {
  const profiles = Object.keys(reach.instanceProfiles).map((name) =>
    Stack.of(scope).formatArn({ service: 'iam', region: '', resource: 'instance-profile', resourceName: name }),
  );
  return new PolicyStatement({
    sid: 'LaunchOurs',
    actions: ['ec2:RunInstances'],
    resources: [ec2Arn(scope, 'instance')],
    conditions: {
      StringEquals: {
        [`aws:RequestTag/${ourTags.application}`]: reach.applications,
        'ec2:MetadataHttpTokens': 'required',
      },
      Null: {
        ...Object.fromEntries(otherTags.map((tag) => [`aws:RequestTag/${tag}`, 'false'])),
        ...(profiles.length === 0 ? { 'ec2:InstanceProfile': 'true' } : {}),
      },
      ...(profiles.length === 0 ? {} : { ArnEqualsIfExists: { 'ec2:InstanceProfile': profiles } }),
    },
  });
}

function launchFrom(scope: Construct, reach: Reach): readonly PolicyStatement[] {
  const { account } = Stack.of(scope);
  const subnets = reach.subnetIds.map((id) => ec2Arn(scope, 'subnet', id));
  const groups = reach.securityGroupIds.map((id) => ec2Arn(scope, 'security-group', id));
  const from = (sid: string, resources: readonly string[], conditions: Record<string, Record<string, unknown>>) =>
    new PolicyStatement({ sid, actions: ['ec2:RunInstances'], resources: [...resources], conditions });
  return [
    from('LaunchFromImages', [imageArn(scope)], {
      StringEquals: { 'ec2:Owner': [account, ...reach.imageOwners] },
    }),
    from('LaunchInto', [...subnets, ...groups], {}),
    // Network interfaces and volumes are made by the call and have no id before it.
    from('LaunchWithInterface', [ec2Arn(scope, 'network-interface')], { ArnEquals: { 'ec2:Subnet': subnets } }),
    from('LaunchWithVolumes', [ec2Arn(scope, 'volume')], {
      StringEquals: { [`aws:RequestTag/${ourTags.application}`]: reach.applications },
    }),
    // The default group of a network is not known by id before the deploy.
    ...(reach.usesDefaultSecurityGroup
      ? [
          from('LaunchIntoDefaultGroup', [ec2Arn(scope, 'security-group')], {
            StringEquals: { 'aws:ResourceAccount': account },
          }),
        ]
      : []),
  ];
}

/** Tags may be given at birth only: nobody gains the right to terminate a machine by tagging it. */
function tagAtBirth(scope: Construct, reach: Reach): PolicyStatement {
  return new PolicyStatement({
    sid: 'TagAtBirth',
    actions: ['ec2:CreateTags'],
    resources: [ec2Arn(scope, 'instance'), ec2Arn(scope, 'volume')],
    conditions: {
      StringEquals: {
        'ec2:CreateAction': 'RunInstances',
        [`aws:RequestTag/${ourTags.application}`]: reach.applications,
      },
    },
  });
}

function passRoles(reach: Reach): readonly PolicyStatement[] {
  const roles = [...new Set(Object.values(reach.instanceProfiles).flat())].sort();
  if (roles.length === 0) return [];
  return [
    new PolicyStatement({
      sid: 'PassRolesOfProfiles',
      actions: ['iam:PassRole'],
      resources: roles,
      conditions: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    }),
  ];
}

/** Images belong to no account in an ARN. */
function imageArn(scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 'ec2', account: '', resource: 'image', resourceName: '*' });
}

function ec2Arn(scope: Construct, resource: string, resourceName = '*'): string {
  return Stack.of(scope).formatArn({ service: 'ec2', resource, resourceName });
}

/** Parameters that AWS publishes belong to no account. */
function parameterArn(scope: Construct, name: string): string {
  if (name.startsWith('arn:')) return name;
  return Stack.of(scope).formatArn({
    service: 'ssm',
    resource: 'parameter',
    resourceName: name.replace(/^\//, ''),
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    ...(name.startsWith('/aws/service/') ? { account: '' } : {}),
  });
}
