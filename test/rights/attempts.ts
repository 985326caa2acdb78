import { ourTags } from '../../adapters/aws/ec2-instance.ts';
import { runInstancesInput } from '../../adapters/aws/run-instances.ts';
import { makeLaunchRequest } from '../factories/launch.ts';
import { type AccountState, callsOfCommand } from './calls-of-commands.ts';
import type { IamCall } from './evaluate-call.ts';
import { account, arn, type DeployedTemplate, type Properties } from './template.ts';

/** Tags of ours, as a launch gives them. */
export const ourLaunchTags: Readonly<Record<string, string>> = {
  [ourTags.application]: 'shop',
  [ourTags.layer]: 'web',
  [ourTags.revision]: '1',
  [ourTags.slot]: '1',
};

/** An account in which every image is ours and every profile holds the role of its name. */
export const plainState: AccountState = {
  imageOwner: () => account.id,
  rolesOf: (profile) => [profile],
  tagsOf: () => ({}),
};

/** Everything that a launch asks IAM: one that `shop` may make, but for what is given. */
export function launchAttempt(
  different: { readonly input?: Properties; readonly tags?: Properties; readonly owner?: string } = {},
): readonly IamCall[] {
  const { tags = ourLaunchTags, owner = account.id } = different;
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const input = {
    ...runInstancesInput(makeLaunchRequest({})),
    SubnetId: 'subnet-0a11111111111111a',
    SecurityGroupIds: ['sg-0d44444444444444d'],
    IamInstanceProfile: { Name: 'shop-web' },
    TagSpecifications: ['instance', 'volume'].map((ResourceType) => ({ ResourceType, Tags })),
    ...different.input,
  };
  return callsOfCommand('RunInstancesCommand', input, { ...plainState, imageOwner: () => owner });
}

/** A termination of a machine that carries these tags. */
export function terminateAttempt(tags: Readonly<Record<string, string>>): readonly IamCall[] {
  return callsOfCommand('TerminateInstancesCommand', { InstanceIds: ['i-1'] }, { ...plainState, tagsOf: () => tags });
}

/** Any other action on a machine of ours. */
export function machineAttempt(action: string, context: IamCall['context'] = {}): IamCall {
  const ownTags = Object.entries(ourLaunchTags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]);
  return { action, resource: arn('ec2', 'instance/i-1'), context: { ...Object.fromEntries(ownTags), ...context } };
}

/** A role handed to a service. */
export function passRoleAttempt(role: string, { to }: { readonly to: string }): IamCall {
  return {
    action: 'iam:PassRole',
    resource: `arn:aws:iam::${account.id}:role/${role}`,
    context: { 'iam:PassedToService': to },
  };
}

/** An action on one partition of the table. */
export function itemAttempt(template: DeployedTemplate, action: string, partition: string): IamCall {
  return {
    action,
    resource: template.one('AWS::DynamoDB::Table').arn ?? '',
    context: { 'dynamodb:LeadingKeys': [partition] },
  };
}

/** An action on a target group, by the name of the group. */
export function targetGroupAttempt(action: string, group: string): IamCall {
  const resource = arn('elasticloadbalancing', `targetgroup/${group}/73e2d6bc24d8a067`);
  return { action: `elasticloadbalancing:${action}`, resource, context: {} };
}

/** A command to a machine that carries these tags. */
export function commandAttempt(
  tags: Readonly<Record<string, string>>,
  document = 'AWS-RunShellScript',
): readonly IamCall[] {
  const input = { DocumentName: document, Targets: [{ Key: 'InstanceIds', Values: ['i-1'] }] };
  return callsOfCommand('SendCommandCommand', input, { ...plainState, tagsOf: () => tags });
}
