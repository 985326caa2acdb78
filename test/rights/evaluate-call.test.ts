import { describe, expect, it } from 'vitest';
import { type Caller, evaluateCall, type IamCall } from './evaluate-call.ts';
import { matchesArn } from './match-pattern.ts';
import { readPolicy } from './policy.ts';
import { meetsCondition } from './test-condition.ts';

const role: Caller = { roleArn: 'arn:aws:iam::123456789012:role/someone' };

function allowed(statements: readonly unknown[], call: IamCall, caller: Caller = role): boolean {
  const identity = readPolicy('Example', { Version: '2012-10-17', Statement: statements });
  return evaluateCall(call, caller, { identity, resource: [] }).isAllowed;
}

function run(resource: string, context: IamCall['context'] = {}): IamCall {
  return { action: 'ec2:RunInstances', resource, context };
}

const instance = 'arn:aws:ec2:us-east-1:123456789012:instance/*';
const volume = 'arn:aws:ec2:us-east-1:123456789012:volume/*';
const image = 'arn:aws:ec2:us-east-1::image/ami-9e1670f7';

describe('examples of the EC2 user guide', () => {
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html
  it('launches from images of Amazon only', () => {
    const statements = [
      {
        Effect: 'Allow',
        Action: 'ec2:RunInstances',
        Resource: ['arn:aws:ec2:us-east-1::image/ami-*'],
        Condition: { StringEquals: { 'ec2:Owner': 'amazon' } },
      },
      { Effect: 'Allow', Action: 'ec2:RunInstances', Resource: [instance, volume] },
    ];

    expect(allowed(statements, run(image, { 'ec2:Owner': 'amazon' }))).toBe(true);
    expect(allowed(statements, run(image, { 'ec2:Owner': '123456789012' }))).toBe(false);
    expect(allowed(statements, run(instance))).toBe(true);
    expect(allowed(statements, run('arn:aws:ec2:us-east-1:123456789012:subnet/subnet-1'))).toBe(false);
  });

  it('denies every type of instance but two', () => {
    const statements = [
      {
        Effect: 'Deny',
        Action: 'ec2:RunInstances',
        Resource: [instance],
        Condition: { StringNotEquals: { 'ec2:InstanceType': ['t2.micro', 't2.small'] } },
      },
      { Effect: 'Allow', Action: 'ec2:RunInstances', Resource: [instance, volume] },
    ];

    expect(allowed(statements, run(instance, { 'ec2:InstanceType': 't2.small' }))).toBe(true);
    expect(allowed(statements, run(instance, { 'ec2:InstanceType': 'm7g.large' }))).toBe(false);
    expect(allowed(statements, run(volume))).toBe(true);
  });

  it('takes tags at birth, of these keys and values only', () => {
    const statements = [
      {
        Effect: 'Allow',
        Action: 'ec2:CreateTags',
        Resource: '*',
        Condition: {
          StringEquals: { 'aws:RequestTag/costcenter': '115', 'ec2:CreateAction': 'RunInstances' },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['costcenter', 'stack'] },
        },
      },
    ];
    const tag = (context: IamCall['context']): IamCall => ({ action: 'ec2:CreateTags', resource: instance, context });
    const atBirth = { 'ec2:CreateAction': 'RunInstances', 'aws:RequestTag/costcenter': '115' };

    expect(allowed(statements, tag({ ...atBirth, 'aws:TagKeys': ['costcenter'] }))).toBe(true);
    expect(allowed(statements, tag({ ...atBirth, 'aws:TagKeys': ['costcenter', 'owner'] }))).toBe(false);
    expect(allowed(statements, tag({ ...atBirth, 'aws:RequestTag/costcenter': '116' }))).toBe(false);
    expect(allowed(statements, tag({ 'aws:RequestTag/costcenter': '115' }))).toBe(false);
  });

  it('terminates what carries a tag, and nothing else', () => {
    const statements = [
      {
        Effect: 'Allow',
        Action: ['ec2:StartInstances', 'ec2:TerminateInstances'],
        Resource: 'arn:aws:ec2:us-east-1:123456789012:instance/*',
        Condition: { StringEquals: { 'aws:ResourceTag/Owner': 'bob' } },
      },
    ];
    const end = (context: IamCall['context']): IamCall => ({
      action: 'ec2:TerminateInstances',
      resource: 'arn:aws:ec2:us-east-1:123456789012:instance/i-1',
      context,
    });

    expect(allowed(statements, end({ 'aws:ResourceTag/Owner': 'bob' }))).toBe(true);
    expect(allowed(statements, end({ 'aws:ResourceTag/owner': 'bob' }))).toBe(true);
    expect(allowed(statements, end({ 'aws:ResourceTag/Owner': 'Bob' }))).toBe(false);
    expect(allowed(statements, end({}))).toBe(false);
  });
});

describe('a condition', () => {
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
  it.each([
    ['StringEquals', ['a', 'b'], ['b'], true],
    ['StringEquals', ['a'], undefined, false],
    ['StringEqualsIfExists', ['a'], undefined, true],
    ['StringEqualsIfExists', ['a'], ['b'], false],
    ['StringNotEquals', ['a', 'b'], ['b'], false],
    ['StringNotEquals', ['a', 'b'], ['c'], true],
    ['StringNotEquals', ['a'], undefined, true],
    ['StringLike', ['m7g.*'], ['m7g.large'], true],
    ['StringLike', ['m?g.large'], ['m77g.large'], false],
    ['StringNotLike', ['*#files'], ['shop#files'], false],
    ['ArnEquals', ['arn:aws:iam::1:role/*'], ['arn:aws:iam::1:role/x'], true],
    ['ArnNotEquals', ['arn:aws:iam::1:role/x'], undefined, true],
    ['ArnNotEquals', ['arn:aws:iam::1:role/x'], ['arn:aws:iam::1:role/x'], false],
    ['Bool', ['false'], ['false'], true],
    ['Bool', ['false'], undefined, false],
    ['Null', ['true'], undefined, true],
    ['Null', ['true'], ['x'], false],
    ['Null', ['false'], ['x'], true],
    ['Null', ['false'], undefined, false],
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html
    ['ForAllValues:StringLike', ['PostDateTime', 'Message', 'Tags'], ['PostDateTime', 'UserName'], false],
    ['ForAllValues:StringLike', ['PostDateTime', 'Message', 'Tags'], ['PostDateTime', 'Tags'], true],
    ['ForAllValues:StringLike', ['PostDateTime'], undefined, true],
    ['ForAnyValue:StringLike', ['ID', 'PostDateTime'], ['UserName', 'PostDateTime'], true],
    ['ForAnyValue:StringLike', ['ID', 'PostDateTime'], ['UserName'], false],
    ['ForAnyValue:StringLike', ['ID'], undefined, false],
    ['ForAllValues:StringNotLike', ['*#files', '#*'], ['shop', 'shop#decisions'], true],
    ['ForAllValues:StringNotLike', ['*#files', '#*'], ['shop', 'shop#files'], false],
  ] as const)('%s %j over %j is %s', (operator, values, found, expected) => {
    const context = new Map(found === undefined ? [] : [['key', [...found]]]);

    expect(meetsCondition({ operator, key: 'Key', values }, context)).toBe(expected);
  });

  it('is refused when its operator is not known, or one value is asked of many', () => {
    expect(() => meetsCondition({ operator: 'NumericLessThan', key: 'k', values: ['1'] }, new Map())).toThrow(
      'NumericLessThan is not known',
    );
    expect(() =>
      meetsCondition({ operator: 'StringEquals', key: 'k', values: ['1'] }, new Map([['k', ['1', '2']]])),
    ).toThrow('ForAllValues');
  });
});

describe('a policy', () => {
  it('is refused when it holds an element that is not evaluated here', () => {
    const statement = { Effect: 'Allow', NotAction: 'ec2:*', Resource: '*' };

    expect(() => readPolicy('Example', { Version: '2012-10-17', Statement: [statement] })).toThrow('NotAction');
  });

  it('compares each part of an ARN by itself', () => {
    expect(matchesArn('arn:aws:ec2:*:*:instance/*', 'arn:aws:ec2:eu-central-1:1:instance/i-1')).toBe(true);
    expect(matchesArn('arn:aws:ec2:*:instance/i-1', 'arn:aws:ec2:eu-central-1:1:instance/i-1')).toBe(false);
    expect(matchesArn('arn:aws:logs:r:1:log-group:a:*', 'arn:aws:logs:r:1:log-group:a:log-stream:b')).toBe(true);
    expect(matchesArn('arn:aws:sqs:r:1:queue', 'arn:aws:sqs:r:1:queue2')).toBe(false);
  });

  it('of a resource denies over any allow of the caller, and allows a caller that has none', () => {
    const call: IamCall = { action: 'sns:Publish', resource: 'arn:aws:sns:r:123456789012:t', context: {} };
    const allow = readPolicy('R', {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sns:Publish', Resource: '*' }],
    });
    const ofTopic = (effect: string, principal: unknown) =>
      readPolicy('T', {
        Version: '2012-10-17',
        Statement: [{ Effect: effect, Action: 'sns:Publish', Resource: '*', Principal: principal }],
      });
    const answer = (identity: typeof allow, resource: typeof allow, caller: Caller = role) =>
      evaluateCall(call, caller, { identity, resource }).isAllowed;

    expect(answer(allow, ofTopic('Deny', { AWS: '*' }))).toBe(false);
    expect(answer([], ofTopic('Allow', { AWS: 'arn:aws:iam::123456789012:role/someone' }))).toBe(true);
    expect(answer([], ofTopic('Allow', { AWS: 'arn:aws:iam::123456789012:role/other' }))).toBe(false);
    expect(answer([], ofTopic('Allow', { Service: 'events.amazonaws.com' }), { service: 'events.amazonaws.com' })).toBe(
      true,
    );
    expect(answer(allow, ofTopic('Deny', '*'))).toBe(false);
    expect(answer([], [])).toBe(false);
  });
});
