import { describe, expect, it } from 'vitest';
import { readContext } from '../../infra/read-context.ts';
import { DeployedTemplate, fieldsOf, listOf, type Resource } from '../rights/template.ts';
import { synthesize } from './synthesize.ts';

const ceilings = { mostInstances: 12, mostHourlyUsd: 3.5 };
const template = new DeployedTemplate(synthesize({ ceilings }).toJSON());
const functions = template.ofType('AWS::Lambda::Function');
const queues = template.ofType('AWS::SQS::Queue');

function variablesOf({ properties }: Resource) {
  return fieldsOf(fieldsOf(properties['Environment'])['Variables']);
}

/** ARNs of the queues that keep what was given up: of queues, of streams, of asynchronous invocations and of EventBridge. */
function deadLetterArns(): ReadonlySet<unknown> {
  const redriven = queues.map(({ properties }) => fieldsOf(properties['RedrivePolicy'] ?? {})['deadLetterTargetArn']);
  const failed = [
    ...template.ofType('AWS::Lambda::EventSourceMapping'),
    ...template.ofType('AWS::Lambda::EventInvokeConfig'),
  ].map(
    ({ properties }) => fieldsOf(fieldsOf(properties['DestinationConfig'] ?? {})['OnFailure'] ?? {})['Destination'],
  );
  const undelivered = template
    .ofType('AWS::Events::Rule')
    .flatMap(({ properties }) =>
      listOf(properties['Targets']).map((target) => fieldsOf(target['DeadLetterConfig'])['Arn']),
    );
  return new Set([...redriven, ...failed, ...undelivered].filter((arn) => arn !== undefined));
}

describe('the kill switch', () => {
  const { properties, ref } = template.one('AWS::SSM::Parameter');

  it('is on at first and takes two words only', () => {
    expect(properties).toMatchObject({ Name: '/Test/kill-switch', Value: 'run', AllowedPattern: '^(run|stop)$' });
    expect(ref).toMatch(/KillSwitch/);
  });

  it('is watched by evaluate and reconcile', () => {
    const watching = functions.filter(
      (resource) => variablesOf(resource)['CONCERTINA_KILL_SWITCH'] === '/Test/kill-switch',
    );

    expect(watching.map(({ properties: { Description } }) => String(Description).split(':')[0])).toEqual([
      'Concertina evaluate',
      'Concertina reconcile',
    ]);
  });

  it('is changed by none of our functions', () => {
    expect(JSON.stringify(template.ofType('AWS::IAM::Policy'))).not.toContain('ssm:PutParameter');
  });
});

describe('the ceilings of the account', () => {
  it.each(['evaluate', 'reconcile'])('reach %s', (stage) => {
    const bounded = functions.find(({ properties }) => String(properties['Description']).includes(`${stage}:`));

    expect(bounded && variablesOf(bounded)).toMatchObject({
      CONCERTINA_MOST_INSTANCES: '12',
      CONCERTINA_MOST_HOURLY_USD: '3.5',
    });
  });

  it('are there without being asked for, and cannot be nothing', () => {
    const contextOf = (given: unknown) =>
      readContext((name) => (name === 'concertina:ceilings' ? given : undefined)).ceilings;

    expect(contextOf(undefined)).toEqual({ mostInstances: 200, mostHourlyUsd: 100 });
    expect(contextOf('{"mostInstances":5,"mostHourlyUsd":1}')).toEqual({ mostInstances: 5, mostHourlyUsd: 1 });
    expect(() => contextOf({ mostInstances: 0, mostHourlyUsd: 1 })).toThrow('concertina:ceilings.mostInstances');
    expect(() => contextOf({ mostInstances: 5 })).toThrow('concertina:ceilings.mostHourlyUsd');
  });
});

describe('what fails for good', () => {
  it('is kept for fourteen days wherever something comes from a queue, a stream or an event', () => {
    const arns = deadLetterArns();
    const kept = queues
      .filter(({ arn }) => arns.has(arn))
      .map(({ properties }) => properties['MessageRetentionPeriod']);

    expect(kept).toHaveLength(arns.size);
    expect(new Set(kept)).toEqual(new Set([14 * 86_400]));
    const sources =
      template.ofType('AWS::Lambda::EventSourceMapping').length +
      template.ofType('AWS::Lambda::EventInvokeConfig').length;
    expect(arns.size).toBe(sources);
  });

  it('raises an alarm as soon as there is one', () => {
    const alarmed = template.ofType('AWS::CloudWatch::Alarm').flatMap(({ properties }) => {
      const isAtOnce = properties['Threshold'] === 1 && properties['EvaluationPeriods'] === 1;
      const isOfQueue =
        properties['MetricName'] === 'ApproximateNumberOfMessagesVisible' && properties['Namespace'] === 'AWS/SQS';
      return isAtOnce && isOfQueue ? listOf(properties['Dimensions']).map(({ Value }) => Value) : [];
    });
    const arns = deadLetterArns();

    expect(new Set(alarmed)).toEqual(new Set(queues.filter(({ arn }) => arns.has(arn)).map(({ id }) => id)));
  });
});

describe('at rest and in flight', () => {
  it('every queue is encrypted and refuses what comes without TLS', () => {
    const guarded = template
      .ofType('AWS::SQS::QueuePolicy')
      .filter(({ properties }) =>
        JSON.stringify(properties['PolicyDocument']).includes('"aws:SecureTransport":"false"'),
      )
      .flatMap(({ properties }) => properties['Queues']);

    expect(queues.filter(({ properties }) => properties['SqsManagedSseEnabled'] !== true)).toEqual([]);
    expect(new Set(guarded)).toEqual(new Set(queues.map(({ ref }) => ref)));
  });

  it('no variable of a function holds a secret: names, addresses and numbers only', () => {
    const values = functions.flatMap((resource) => Object.values(variablesOf(resource)));

    expect(
      values.filter(
        (value) =>
          !/^(arn:aws:[\w:-]+|https:\/\/[\w./-]+( https:\/\/[\w./-]+)*|[\w-]+|\/[\w/-]+|\d+(\.\d+)?)$/.test(
            String(value),
          ),
      ),
    ).toEqual([]);
    expect(JSON.stringify(functions)).not.toMatch(/resolve:(secretsmanager|ssm-secure)/);
  });

  it('no function may start itself over and over', () => {
    expect(new Set(functions.map(({ properties }) => properties['RecursiveLoop']))).toEqual(new Set(['Terminate']));
  });
});
