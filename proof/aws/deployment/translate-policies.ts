import {
  GetRolePolicyCommand,
  type IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetTopicAttributesCommand, SetTopicAttributesCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { DeployedStack } from './deployed-stack.ts';

/*
 * MiniStack checks every call against the deployed policies, and asks for two things by other names than AWS. Both are probes in ../deviations,
 * so that a release which mends one is noticed.
 */

interface Statement {
  readonly Action: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

interface PolicyDocument {
  readonly Statement: readonly Statement[];
}

/** Actions as AWS asks for them, and what MiniStack asks for instead when it is a batch: rights that AWS does not know. */
const batchNames: Readonly<Record<string, string>> = {
  'sqs:SendMessage': 'sqs:SendMessageBatch',
  'sns:Publish': 'sns:PublishBatch',
};

/**
 * MiniStack wants a right named like the call for SendMessageBatch and PublishBatch, where AWS wants that of a single message. Adds the name to
 * each deployed statement that has the right already, and to no other: who may not send may not send in batches either.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
 */
export async function nameBatchActions(iam: IAMClient, stack: DeployedStack): Promise<void> {
  for (const { ResourceType, PhysicalResourceId: RoleName } of stack.resources) {
    if (ResourceType !== 'AWS::IAM::Role') continue;
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    for (const PolicyName of PolicyNames) {
      const policy = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      const document: PolicyDocument = JSON.parse(decodeURIComponent(policy.PolicyDocument ?? ''));
      const translated = JSON.stringify({ ...document, Statement: document.Statement.map(withBatchNames) });
      if (translated !== JSON.stringify(document))
        await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: translated }));
    }
  }
}

/**
 * For MiniStack the `aws:PrincipalArn` of a role's session is the session's ARN, for AWS it is the role's. Adds the sessions of each role that
 * the topic's policy names, so that the statement means the same.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
 */
export async function nameSessions(sns: SNSClient, topicArn: string): Promise<void> {
  const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
  const document: PolicyDocument = JSON.parse(Attributes['Policy'] ?? '');
  const translated = { ...document, Statement: document.Statement.map(withSessions) };
  await sns.send(
    new SetTopicAttributesCommand({
      TopicArn: topicArn,
      AttributeName: 'Policy',
      AttributeValue: JSON.stringify(translated),
    }),
  );
}

function withBatchNames(statement: Statement): Statement {
  const actions = [statement.Action].flat();
  const more = actions.flatMap((action) => batchNames[action] ?? []);
  return more.length === 0 ? statement : { ...statement, Action: [...actions, ...more] };
}

function withSessions(statement: Statement): Statement {
  const conditions = Object.entries(statement.Condition ?? {}).map(([operator, keys]) => {
    const named = [keys['aws:PrincipalArn'] ?? []].flat();
    if (named.length === 0) return [operator, keys];
    return [operator, { ...keys, 'aws:PrincipalArn': [...named, ...named.map(sessionsOf)] }];
  });
  return conditions.length === 0 ? statement : { ...statement, Condition: Object.fromEntries(conditions) };
}

function sessionsOf(roleArn: string): string {
  return roleArn.replace(/^arn:aws:iam::(\d+):role\//, 'arn:aws:sts::$1:assumed-role/').concat('/*');
}
