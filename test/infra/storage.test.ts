import { describe, expect, it } from 'vitest';
import { actionsOf, documentOf, resourceOf, resourcesOf, synthesize } from './synthesize.ts';

const template = synthesize();

describe('the table', () => {
  it('is keyed as the adapter reads it, and keeps only keys in its stream', () => {
    const [, table] = resourceOf(template, 'AWS::DynamoDB::Table', '');
    expect(table.Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'application', KeyType: 'HASH' },
        { AttributeName: 'key', KeyType: 'RANGE' },
      ],
      StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
    });
  });

  it('is encrypted, can be restored to any second, and outlives the stack', () => {
    const [, table] = resourceOf(template, 'AWS::DynamoDB::Table', '');
    expect(table.Properties).toMatchObject({
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
    expect(table.DeletionPolicy).toBe('Retain');
  });

  it('goes with the stack only when that is asked for', () => {
    const [, table] = resourceOf(synthesize({ removal: 'delete' }), 'AWS::DynamoDB::Table', '');
    expect(table.DeletionPolicy).toBe('Delete');
    expect(table.Properties['DeletionProtectionEnabled']).toBe(false);
  });
});

describe('the topic', () => {
  it('is encrypted and signs with SHA-256', () => {
    const [, topic] = resourceOf(template, 'AWS::SNS::Topic', '');
    expect(topic.Properties['SignatureVersion']).toBe('2');
    expect(JSON.stringify(topic.Properties['KmsMasterKeyId'])).toContain('alias/aws/sns');
  });

  it('refuses requests without TLS', () => {
    const [, policy] = resourceOf(template, 'AWS::SNS::TopicPolicy', '');
    expect(documentOf(policy.Properties['PolicyDocument'])).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  });

  it('takes notices from announce alone', () => {
    const [, policy] = resourceOf(template, 'AWS::SNS::TopicPolicy', '');
    const [roleId] = resourceOf(template, 'AWS::IAM::Role', 'AnnounceStage');
    expect(documentOf(policy.Properties['PolicyDocument'])).toContainEqual(
      expect.objectContaining({
        Sid: 'NobodyElsePublishes',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'sns:Publish',
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': { 'Fn::GetAtt': [roleId, 'Arn'] } } },
      }),
    );
  });
});

describe('queues', () => {
  it('are encrypted and refuse requests without TLS, all of them', () => {
    const queues = [...resourcesOf(template, 'AWS::SQS::Queue')];
    const policies = [...resourcesOf(template, 'AWS::SQS::QueuePolicy').values()].map(({ Properties }) => Properties);
    expect(queues).toHaveLength(17);
    for (const [id, { Properties }] of queues) {
      expect(Properties['SqsManagedSseEnabled']).toBe(true);
      const own = policies.filter(({ Queues }) => JSON.stringify(Queues) === JSON.stringify([{ Ref: id }]));
      const statements = own.flatMap(({ PolicyDocument }) => documentOf(PolicyDocument));
      expect(statements).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    }
  });

  it('let nobody in but EventBridge with the letters of its own rules, and the topic with its notices', () => {
    const policies = [...resourcesOf(template, 'AWS::SQS::QueuePolicy').values()];
    const allowed = policies
      .flatMap(({ Properties }) => documentOf(Properties['PolicyDocument']))
      .filter(({ Effect }) => Effect === 'Allow');
    const [topicId] = resourceOf(template, 'AWS::SNS::Topic', '');
    const ofTopic = allowed.filter(({ Principal }) => JSON.stringify(Principal).includes('sns.amazonaws.com'));
    expect(allowed).toHaveLength(10);
    expect(ofTopic).toHaveLength(4);
    for (const { Condition } of ofTopic)
      expect(Condition).toEqual({ ArnEquals: { 'aws:SourceArn': { Ref: topicId } } });
    for (const statement of allowed) {
      expect(actionsOf(statement)).toEqual(['sqs:SendMessage']);
      expect(statement.Principal).toEqual({
        Service: ofTopic.includes(statement) ? 'sns.amazonaws.com' : 'events.amazonaws.com',
      });
      expect(statement.Condition).toHaveProperty(['ArnEquals', 'aws:SourceArn']);
    }
  });
});
