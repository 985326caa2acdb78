import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { Concertina } from '../../infra/concertina.ts';
import { ApplicationFileError } from '../../infra/read-applications.ts';
import { readContext } from '../../infra/read-context.ts';
import {
  actionsOf,
  makeSource,
  network,
  resourceOf,
  resourcesOf,
  rightOf,
  rightsOf,
  synthesize,
  targetGroupArn,
} from './synthesize.ts';

const template = synthesize();
const plain = makeSource({ file: { participants: {} } });

describe.each([
  ['TargetGroup', 'lb'],
  ['Hook', 'web'],
])('the notices of %s', (stage, participant) => {
  it('come from the topic to its queue, those of its participants alone, as they were published', () => {
    const [queueId] = resourceOf(template, 'AWS::SQS::Queue', `${stage}WakesQueue`);
    const [letters] = resourceOf(template, 'AWS::SQS::Queue', `${stage}WakesDeadLetters`);
    const own = [...resourcesOf(template, 'AWS::SNS::Subscription').values()].filter(
      ({ Properties }) => JSON.stringify(Properties['Endpoint']) === JSON.stringify({ 'Fn::GetAtt': [queueId, 'Arn'] }),
    );
    expect(own.map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({
        Protocol: 'sqs',
        RawMessageDelivery: true,
        FilterPolicy: { participant: [participant] },
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [letters, 'Arn'] } },
      }),
    ]);
  });
});

describe('participants of the product', () => {
  it('hear nothing and may change nothing while no file names them', () => {
    const bare = synthesize({ applications: [plain] });
    expect(resourcesOf(bare, 'AWS::SNS::Subscription').size).toBe(0);
    for (const stage of ['TargetGroup', 'Hook'])
      expect(
        rightsOf(bare, stage)
          .flatMap(actionsOf)
          .filter((action) => /^(ssm|elasticloadbalancing):/.test(action)),
      ).toEqual([]);
  });

  it('may be allowed beforehand what a file that is applied without a deploy needs', () => {
    const later = synthesize({
      applications: [plain],
      alsoReach: { targetGroupArns: [targetGroupArn], hookLayers: ['db'] },
    });
    expect(rightOf(later, 'TargetGroup', 'ChangeTargets').Resource).toBe(targetGroupArn);
    expect(rightOf(later, 'Hook', 'RunOnOurs').Condition).toMatchObject({
      StringEquals: { 'ssm:resourceTag/concertina:layer': ['db'] },
    });
  });

  it('hear all notices when they are more than a filter policy takes', () => {
    const names = Array.from({ length: 151 }, (_, index) => [`lb${index}`, { hears: ['web'], targetGroupArn }]);
    const many = synthesize({ applications: [makeSource({ file: { participants: Object.fromEntries(names) } })] });
    const [subscription] = resourcesOf(many, 'AWS::SNS::Subscription').values();
    expect(subscription?.Properties).not.toHaveProperty('FilterPolicy');
  });
});

describe('a target group', () => {
  it('is changed only when a file names it', () => {
    expect(rightOf(template, 'TargetGroup', 'ChangeTargets').Resource).toBe(targetGroupArn);
  });
});

describe('a hook', () => {
  it('runs one document, on instances of our applications and the named layers only', () => {
    expect(JSON.stringify(rightOf(template, 'Hook', 'RunShellScript').Resource)).toContain(
      '::document/AWS-RunShellScript',
    );
    expect(rightOf(template, 'Hook', 'RunOnOurs').Condition).toEqual({
      StringEquals: {
        'ssm:resourceTag/concertina:application': ['shop'],
        'ssm:resourceTag/concertina:layer': ['web'],
      },
    });
  });
});

describe('the probe', () => {
  it('runs in the network that is given', () => {
    const [, { Properties }] = resourceOf(template, 'AWS::Lambda::Function', 'Probe');
    expect(Properties['VpcConfig']).toEqual({
      SubnetIds: network.subnetIds,
      SecurityGroupIds: network.securityGroupIds,
    });
  });

  it('may not do itself what lets Lambda put it there', () => {
    const [functionId] = resourceOf(template, 'AWS::Lambda::Function', 'Probe');
    const [, policy] = resourceOf(template, 'AWS::IAM::Policy', 'CodeMayNot');
    const { Action } = rightOf(template, 'Probe', 'EnterNetwork');
    expect(policy.Properties['PolicyDocument']).toMatchObject({
      Statement: [
        {
          Effect: 'Deny',
          Action,
          Resource: '*',
          Condition: { ArnEquals: { 'lambda:SourceFunctionArn': { 'Fn::GetAtt': [functionId, 'Arn'] } } },
        },
      ],
    });
  });

  it('is not there without a network', () => {
    const without = synthesize({ network: undefined });
    expect([...resourcesOf(without, 'AWS::Lambda::Function').keys()].filter((id) => id.includes('Probe'))).toEqual([]);
  });

  it('fails the synth when a layer needs it and there is no network', () => {
    const asking = makeSource({ layer: { ready: { http: { port: 8080, path: '/health' } } } });
    const synth = () => synthesize({ applications: [asking], network: undefined });
    expect(synth).toThrow(ApplicationFileError);
    expect(synth).toThrow(/shop\.json: layers\.web\.ready: found "http", .*concertina:network/);
    expect(() => synthesize({ applications: [asking] })).not.toThrow();
  });

  it('takes its network from the settings, also as -c gives it', () => {
    const given: Record<string, unknown> = { 'concertina:network': JSON.stringify(network) };
    expect(readContext((name) => given[name]).network).toEqual(network);
    expect(readContext(() => undefined).network).toBeUndefined();
    expect(() =>
      readContext((name) =>
        name === 'concertina:network' ? { subnetIds: [], securityGroupIds: ['sg-1'] } : undefined,
      ),
    ).toThrow('concertina:network');
  });
});

describe('the URL of acknowledgements', () => {
  it('asks for a signature unless told that the token is enough', () => {
    const open = synthesize({ acknowledgeUrl: 'token' });
    const authTypeOf = (from: typeof template) => resourceOf(from, 'AWS::Lambda::Url', '')[1].Properties['AuthType'];
    expect(authTypeOf(template)).toBe('AWS_IAM');
    expect(authTypeOf(open)).toBe('NONE');
    expect(resourcesOf(template, 'AWS::Lambda::Permission').size).toBeLessThan(
      resourcesOf(open, 'AWS::Lambda::Permission').size,
    );
  });

  it('may be used by a participant that is let in, and only through the URL', () => {
    const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Theirs');
    const role = new Role(stack, 'Balancer', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    const concertina = new Concertina(stack, 'Concertina', { applications: [plain] });
    concertina.acknowledge.grantUrl(role);
    const [, policy] = resourceOf(Template.fromStack(stack), 'AWS::IAM::Policy', 'Balancer');
    expect(policy.Properties['PolicyDocument']).toMatchObject({
      Statement: [
        { Action: 'lambda:InvokeFunctionUrl' },
        { Action: 'lambda:InvokeFunction', Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': true } } },
      ],
    });
  });
});
