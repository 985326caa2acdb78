import { CreateTableCommand, type DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateTopicCommand, PublishCommand, SetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { account } from '../emulators/start-emulators.ts';

/** A table with the keys of ours. */
export async function makeTable(client: DynamoDBClient, TableName: string): Promise<void> {
  const keys = [
    { AttributeName: 'application', KeyType: 'HASH' },
    { AttributeName: 'key', KeyType: 'RANGE' },
  ] as const;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [...keys],
      AttributeDefinitions: keys.map(({ AttributeName }) => ({ AttributeName, AttributeType: 'S' })),
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName });
}

/** A topic that denies publishing to everybody but one role, as ours does; `look` publishes in a session of that role. */
export async function asRoleWhereOnlyItselfIsLetIn<Result>(
  look: (publish: () => Promise<unknown>) => Promise<Result>,
): Promise<Result> {
  const [iam, sns] = [new IAMClient({}), new SNSClient({})];
  const RoleName = `publisher-${Date.now()}`;
  const RoleArn = `arn:aws:iam::${account}:role/${RoleName}`;
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: RoleName }));
  const trust = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' };
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: policyOf(trust) }));
  const rights = { Effect: 'Allow', Action: 'sns:Publish', Resource: '*' };
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'publish', PolicyDocument: policyOf(rights) }));
  const deny = {
    Effect: 'Deny',
    Principal: '*',
    Action: 'sns:Publish',
    Resource: TopicArn,
    Condition: { ArnNotEquals: { 'aws:PrincipalArn': RoleArn } },
  };
  await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue: policyOf(deny) }));
  const { Credentials } = await new STSClient({}).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'deviations' }),
  );
  const session = new SNSClient({
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    },
  });
  return look(() => session.send(new PublishCommand({ TopicArn, Message: '{}' })));
}

function policyOf(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
