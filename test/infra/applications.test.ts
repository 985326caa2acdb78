import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { Concertina } from '../../infra/concertina.ts';
import { ApplicationFileError, applicationSources } from '../../infra/read-applications.ts';
import { ContextError, readContext } from '../../infra/read-context.ts';
import { makeSource, resourceOf, resourcesOf, synthesize } from './synthesize.ts';

const template = synthesize();

describe('application files', () => {
  it('reach apply as text, defaults filled in, parameters beside them', () => {
    const file = { parameters: { siteName: { type: 'string' } } };
    const given = synthesize({ applications: [makeSource({ file })], parameters: { shop: { siteName: 'corner' } } });
    const [, { Properties }] = resourceOf(given, 'Custom::ConcertinaApplication', '');
    const application = JSON.parse(String(Properties['Application']));
    expect(application.layers.web).toMatchObject({ readySeconds: 300, drainSeconds: 30 });
    expect(JSON.parse(String(Properties['Parameters']))).toEqual({ siteName: 'corner' });
  });

  it('are asked for only after apply has all its rights', () => {
    const { DependsOn } = template.toJSON()['Resources'][resourceOf(template, 'Custom::ConcertinaApplication', '')[0]];
    expect(DependsOn).toContain(resourceOf(template, 'AWS::IAM::Policy', 'ApplyStage')[0]);
  });

  it('fail the synth with every problem of every file', () => {
    const noLayers = { from: 'applications/a.json', json: '{"application":"a","layers":{}}' };
    const noJson = { from: 'applications/b.json', json: '{' };
    const synth = () => synthesize({ applications: [noLayers, noJson, makeSource(), makeSource()] });
    expect(synth).toThrow(ApplicationFileError);
    expect(synth).toThrow(/a\.json: layers: .*\n.*b\.json: line 1.*\n.*shop is the application of/s);
  });

  it('fail the synth when a parameter is missing or unknown', () => {
    const file = { parameters: { siteName: { type: 'string' } } };
    const synth = () => synthesize({ applications: [makeSource({ file })], parameters: { shop: { site: 'corner' } } });
    expect(synth).toThrow(/--set site: found "site".*\n.*--set siteName: found nothing/);
  });

  it('fail the synth when parameters are given for an application that is not there', () => {
    expect(() => synthesize({ parameters: { blog: { title: 'x' } } })).toThrow('there is no application blog');
  });

  it('come from a folder, which may be missing', () => {
    expect(applicationSources('examples').map(({ from }) => from)).toContain('examples/shop.json');
    expect(applicationSources('no-such-folder')).toEqual([]);
  });

  it('may be none at all', () => {
    expect(resourcesOf(synthesize({ applications: [] }), 'Custom::ConcertinaApplication').size).toBe(0);
  });
});

describe('settings', () => {
  it('have defaults', () => {
    expect(readContext(() => undefined)).toMatchObject({
      stackName: 'Concertina',
      removal: 'keep',
      reservesConcurrency: true,
    });
  });

  it('may be texts, as -c gives them', () => {
    const given: Record<string, unknown> = {
      'concertina:reservesConcurrency': 'false',
      'concertina:alsoReach': '{"applications":["blog"]}',
    };
    expect(readContext((name) => given[name])).toMatchObject({
      reservesConcurrency: false,
      alsoReach: { applications: ['blog'], subnetIds: [] },
    });
  });

  it('are refused with every problem at once', () => {
    const given: Record<string, unknown> = { 'concertina:removal': 'maybe', 'concertina:alarmTopicArn': 'me' };
    expect(() => readContext((name) => given[name])).toThrow(ContextError);
    expect(() => readContext((name) => given[name])).toThrow(/concertina:removal: .*\nconcertina:alarmTopicArn: /);
  });
});

describe('as a library', () => {
  it('stands in a stack of somebody else, who lets participants subscribe and acknowledge', () => {
    const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Theirs');
    const role = new Role(stack, 'Balancer', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    const concertina = new Concertina(stack, 'Concertina', { applications: [makeSource()] });
    concertina.acknowledge.grantSend(role);
    const [, policy] = resourceOf(Template.fromStack(stack), 'AWS::IAM::Policy', 'Balancer');
    expect(policy.Properties['PolicyDocument']).toMatchObject({ Statement: [{ Action: 'sqs:SendMessage' }] });
  });
});
