import { describe, expect, it } from 'vitest';
import { type Resource, resourceOf, resourcesOf, rightOf, rightsOf, synthesize } from './synthesize.ts';

const template = synthesize();
const functions = [
  'Evaluate',
  'Observe',
  'Reconcile',
  'Announce',
  'Acknowledge',
  'Apply',
  'TargetGroup',
  'Hook',
  'Probe',
];

/** The filter that lets these keys through and no others. */
function filterOn(keys: readonly (string | { readonly prefix: string })[]) {
  return { Filters: [{ Pattern: JSON.stringify({ dynamodb: { Keys: { key: { S: keys } } } }) }] };
}

describe('the stream', () => {
  it('wakes reconcile on what it has to answer, and on nothing that it writes', () => {
    const [, mapping] = resourceOf(template, 'AWS::Lambda::EventSourceMapping', 'ReconcileWakes');
    const many = ['desired#', 'observation#', 'probe#', 'acknowledgement#', 'told#'].map((prefix) => ({ prefix }));
    expect(mapping.Properties['FilterCriteria']).toEqual(filterOn([...many, 'tick', 'file']));
  });

  it('wakes announce on a changed membership, on ticks and on a new file, and on nothing that it writes', () => {
    const [, mapping] = resourceOf(template, 'AWS::Lambda::EventSourceMapping', 'AnnounceWakes');
    expect(mapping.Properties['FilterCriteria']).toEqual(filterOn(['head', 'tick', 'file']));
  });

  it.each(['Reconcile', 'Announce'])(
    'is read by %s in order, in parts when something fails, and given up in the end',
    (stage) => {
      const [, mapping] = resourceOf(template, 'AWS::Lambda::EventSourceMapping', `${stage}Wakes`);
      const [deadLetters] = resourceOf(template, 'AWS::SQS::Queue', `${stage}WakesDeadLetters`);
      const [tableId] = resourceOf(template, 'AWS::DynamoDB::Table', '');
      expect(mapping.Properties).toMatchObject({
        EventSourceArn: { 'Fn::GetAtt': [tableId, 'StreamArn'] },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        BisectBatchOnFunctionError: true,
        ParallelizationFactor: 1,
        MaximumRetryAttempts: 10,
        MaximumRecordAgeInSeconds: 600,
        StartingPosition: 'TRIM_HORIZON',
        DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [deadLetters, 'Arn'] } } },
      });
    },
  );

  it.each(['Reconcile', 'Announce'])('raises an alarm when %s falls behind', (stage) => {
    const [functionId] = resourceOf(template, 'AWS::Lambda::Function', stage);
    const [, alarm] = resourceOf(template, 'AWS::CloudWatch::Alarm', `${stage}WakesLate`);
    expect(alarm.Properties).toMatchObject({
      MetricName: 'IteratorAge',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: functionId } }],
      Threshold: 300_000,
    });
  });
});

describe('events', () => {
  it.each([
    ['EvaluateWakesEveryMinute', 'Evaluate', { ScheduleExpression: 'rate(1 minute)' }],
    [
      'EvaluateWakesAlarmRaised',
      'Evaluate',
      {
        EventPattern: {
          source: ['aws.cloudwatch'],
          'detail-type': ['CloudWatch Alarm State Change'],
          detail: { state: { value: ['ALARM'] } },
        },
      },
    ],
    ['ObserveWakesEveryMinute', 'Observe', { ScheduleExpression: 'rate(1 minute)' }],
    [
      'ObserveWakesStateChanged',
      'Observe',
      {
        EventPattern: {
          source: ['aws.ec2'],
          'detail-type': ['EC2 Instance State-change Notification'],
          detail: { state: ['running', 'stopping', 'stopped', 'shutting-down', 'terminated'] },
        },
      },
    ],
    [
      'ObserveWakesSpotInterruption',
      'Observe',
      { EventPattern: { source: ['aws.ec2'], 'detail-type': ['EC2 Spot Instance Interruption Warning'] } },
    ],
    [
      'ObserveWakesRebalanceRecommended',
      'Observe',
      { EventPattern: { source: ['aws.ec2'], 'detail-type': ['EC2 Instance Rebalance Recommendation'] } },
    ],
  ])('%s wake %s, and what Lambda cannot take is a dead letter', (rule, stage, trigger) => {
    const [functionId] = resourceOf(template, 'AWS::Lambda::Function', stage);
    const [deadLetters] = resourceOf(template, 'AWS::SQS::Queue', `${stage}WakesDeadLetters`);
    const [, { Properties }] = resourceOf(template, 'AWS::Events::Rule', rule);
    expect(Properties).toMatchObject({
      ...trigger,
      State: 'ENABLED',
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [functionId, 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [deadLetters, 'Arn'] } },
          RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 10 },
        },
      ],
    });
  });

  it('come from no other rule', () => {
    expect(resourcesOf(template, 'AWS::Events::Rule').size).toBe(6);
  });

  it.each([
    ['Evaluate', 'EvaluateWakes'],
    ['Observe', 'ObserveWakes'],
    ['Apply', 'Apply'],
  ])('that %s fails on are run again, then a dead letter that it may write', (stage, id) => {
    const [functionId] = resourceOf(template, 'AWS::Lambda::Function', stage);
    const [deadLetters] = resourceOf(template, 'AWS::SQS::Queue', `${id}DeadLetters`);
    const [, config] = resourceOf(template, 'AWS::Lambda::EventInvokeConfig', stage);
    const arn = { 'Fn::GetAtt': [deadLetters, 'Arn'] };
    expect(config.Properties).toMatchObject({
      FunctionName: { Ref: functionId },
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 300,
      DestinationConfig: { OnFailure: { Destination: arn } },
    });
    expect(rightsOf(template, stage).find(({ Sid }) => Sid === 'GiveUp')?.Resource).toEqual(arn);
  });

  it('raise an alarm when they stop coming', () => {
    const [functionId] = resourceOf(template, 'AWS::Lambda::Function', 'Evaluate');
    const [, alarm] = resourceOf(template, 'AWS::CloudWatch::Alarm', 'EvaluateSilent');
    expect(alarm.Properties).toMatchObject({
      MetricName: 'Invocations',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: functionId } }],
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      EvaluationPeriods: 5,
    });
  });

  it('raise an alarm as soon as a change waits for a participant beyond its time', () => {
    const [, alarm] = resourceOf(template, 'AWS::CloudWatch::Alarm', 'EvaluateStopped');
    expect(alarm.Properties).toMatchObject({
      Namespace: 'Concertina',
      MetricName: 'StoppingParticipants',
      Statistic: 'Maximum',
      Threshold: 1,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'ignore',
    });
  });

  it('raise an alarm when they find degraded readings for ten minutes, and when they no longer say', () => {
    const [, alarm] = resourceOf(template, 'AWS::CloudWatch::Alarm', 'EvaluateDegraded');
    expect(alarm.Properties).toMatchObject({
      Namespace: 'Concertina',
      MetricName: 'DegradedLayers',
      Statistic: 'Maximum',
      Period: 60,
      Threshold: 1,
      EvaluationPeriods: 10,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'breaching',
    });
    expect(alarm.Properties).not.toHaveProperty('Dimensions');
  });
});

describe('queues', () => {
  it.each([
    ['Evaluate', 'Ticks'],
    ['Observe', 'Ticks'],
    ['TargetGroup', 'Wakes'],
    ['Hook', 'Wakes'],
    ['Probe', 'Ticks'],
    ['Acknowledge', 'Acknowledgements'],
  ])('wake %s from %s, one by one when something fails, and given up in the end', (stage, name) => {
    const [queueId, queue] = resourceOf(template, 'AWS::SQS::Queue', `${stage}${name}Queue`);
    const [deadLetters] = resourceOf(template, 'AWS::SQS::Queue', `${stage}${name}DeadLetters`);
    const [functionId, handler] = resourceOf(template, 'AWS::Lambda::Function', stage);
    const [, mapping] = resourceOf(template, 'AWS::Lambda::EventSourceMapping', `${stage}${name}`);
    expect(mapping.Properties).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': [queueId, 'Arn'] },
      FunctionName: { Ref: functionId },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    expect(queue.Properties).toMatchObject({
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters, 'Arn'] }, maxReceiveCount: 4 },
      VisibilityTimeout: 6 * Number(handler.Properties['Timeout']),
    });
  });

  it('raise an alarm as soon as a dead letter lies in them', () => {
    const deadLetters = [...resourcesOf(template, 'AWS::SQS::Queue')].filter(([id]) => id.includes('DeadLetters'));
    const alarms = [...resourcesOf(template, 'AWS::CloudWatch::Alarm').values()].map(({ Properties }) => Properties);
    expect(deadLetters).toHaveLength(11);
    for (const [id, { Properties }] of deadLetters) {
      expect(Properties['MessageRetentionPeriod']).toBe(14 * 86_400);
      expect(alarms).toContainEqual(
        expect.objectContaining({
          MetricName: 'ApproximateNumberOfMessagesVisible',
          Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } }],
          Threshold: 1,
          EvaluationPeriods: 1,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        }),
      );
    }
  });

  it('tell a topic of every alarm when one is named', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-central-1:123456789012:alarms';
    const told = [...resourcesOf(synthesize({ alarmTopicArn }), 'AWS::CloudWatch::Alarm').values()];
    expect(told).toHaveLength(16);
    for (const { Properties } of told) expect(Properties['AlarmActions']).toEqual([alarmTopicArn]);
  });
});

describe('functions', () => {
  it.each(functions)('%s runs on Node.js 24 on arm64, logs as JSON for a month, and ends a recursion', (stage) => {
    const [, handler] = resourceOf(template, 'AWS::Lambda::Function', stage);
    const [logGroup, { Properties }] = resourceOf(template, 'AWS::Logs::LogGroup', stage);
    expect(Properties['RetentionInDays']).toBe(30);
    expect(handler.Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: logGroup } },
      RecursiveLoop: 'Terminate',
    });
  });

  it('are the only ones there are', () => {
    expect(resourcesOf(template, 'AWS::Lambda::Function').size).toBe(functions.length);
  });

  it.each([
    [
      'Evaluate',
      [
        'CONCERTINA_KILL_SWITCH',
        'CONCERTINA_MOST_HOURLY_USD',
        'CONCERTINA_MOST_INSTANCES',
        'CONCERTINA_TABLE',
        'CONCERTINA_TICKS_QUEUE_URLS',
      ],
    ],
    ['Observe', ['CONCERTINA_TABLE']],
    [
      'Reconcile',
      ['CONCERTINA_KILL_SWITCH', 'CONCERTINA_MOST_HOURLY_USD', 'CONCERTINA_MOST_INSTANCES', 'CONCERTINA_TABLE'],
    ],
    [
      'Announce',
      [
        'CONCERTINA_ACKNOWLEDGEMENTS_QUEUE_URL',
        'CONCERTINA_ACKNOWLEDGE_URL',
        'CONCERTINA_TABLE',
        'CONCERTINA_TOPIC_ARN',
      ],
    ],
    ['Acknowledge', ['CONCERTINA_TABLE']],
    ['Apply', ['CONCERTINA_TABLE']],
    ['TargetGroup', ['CONCERTINA_ACKNOWLEDGEMENTS_QUEUE_URL', 'CONCERTINA_TABLE', 'CONCERTINA_WAKES_QUEUE_URL']],
    [
      'Hook',
      [
        'CONCERTINA_ACKNOWLEDGEMENTS_QUEUE_URL',
        'CONCERTINA_ACKNOWLEDGE_URL',
        'CONCERTINA_TABLE',
        'CONCERTINA_WAKES_QUEUE_URL',
      ],
    ],
    ['Probe', ['CONCERTINA_TABLE']],
  ])('%s finds the variables that its handler reads, and no others', (stage, names) => {
    expect(Object.keys(variablesOf(resourceOf(template, 'AWS::Lambda::Function', stage)[1])).toSorted()).toEqual(names);
  });

  it('keep a share of the concurrency where a storm of events could take all of it, unless told not to', () => {
    const reserved = (from: typeof template) =>
      functions.filter(
        (stage) => 'ReservedConcurrentExecutions' in resourceOf(from, 'AWS::Lambda::Function', stage)[1].Properties,
      );
    expect(reserved(template)).toEqual(['Evaluate', 'Observe', 'Acknowledge']);
    expect(reserved(synthesize({ reservesConcurrency: false }))).toEqual([]);
  });
});

describe('what functions may reach of the stack', () => {
  it.each([
    ['Evaluate', 'ReadTicks', 'AWS::SQS::Queue', 'EvaluateTicksQueue'],
    ['TargetGroup', 'Reply', 'AWS::SQS::Queue', 'AcknowledgeAcknowledgementsQueue'],
    ['TargetGroup', 'LookAgain', 'AWS::SQS::Queue', 'TargetGroupWakesQueue'],
    ['Hook', 'Reply', 'AWS::SQS::Queue', 'AcknowledgeAcknowledgementsQueue'],
    ['Hook', 'LookAgain', 'AWS::SQS::Queue', 'HookWakesQueue'],
    ['Acknowledge', 'ReadAcknowledgements', 'AWS::SQS::Queue', 'AcknowledgeAcknowledgementsQueue'],
    ['Reconcile', 'GiveUp', 'AWS::SQS::Queue', 'ReconcileWakesDeadLetters'],
    ['Announce', 'GiveUp', 'AWS::SQS::Queue', 'AnnounceWakesDeadLetters'],
    ['Evaluate', 'PutRecords', 'AWS::DynamoDB::Table', ''],
    ['Evaluate', 'Log', 'AWS::Logs::LogGroup', 'EvaluateStage'],
    ['Reconcile', 'Log', 'AWS::Logs::LogGroup', 'ReconcileStage'],
  ])('lets %s %s of %s %s alone', (stage, sid, type, name) => {
    const [id] = resourceOf(template, type, name);
    expect(rightOf(template, stage, sid).Resource).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
  });

  it('lets evaluate ask for ticks of those that look again while something moves, and of nobody else', () => {
    const queues = (from: typeof template, names: readonly string[]) =>
      names.map((name) => ({ 'Fn::GetAtt': [resourceOf(from, 'AWS::SQS::Queue', name)[0], 'Arn'] }));
    const always = ['EvaluateTicksQueue', 'ObserveTicksQueue', 'TargetGroupWakesQueue', 'HookWakesQueue'];
    const withoutNetwork = synthesize({ network: undefined });

    expect(rightOf(template, 'Evaluate', 'AskForTicks').Resource).toEqual(
      queues(template, [...always, 'ProbeTicksQueue']),
    );
    expect(rightOf(withoutNetwork, 'Evaluate', 'AskForTicks').Resource).toEqual(queues(withoutNetwork, always));
  });

  it('lets announce publish to the topic alone', () => {
    const [id] = resourceOf(template, 'AWS::SNS::Topic', '');
    expect(rightOf(template, 'Announce', 'Publish').Resource).toEqual({ Ref: id });
  });
});

function variablesOf({ Properties }: Resource): object {
  const environment = Properties['Environment'];
  if (typeof environment !== 'object' || environment === null || !('Variables' in environment)) return {};
  return environment.Variables ?? {};
}
