import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IAlarmAction, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { explainFinding } from './explain-finding.ts';

/** What the construct needs of the stack. */
export interface DeadLettersProps {
  /** What ends here, in plain words; part of the alarm. */
  readonly holds: string;
  readonly alarmActions: readonly IAlarmAction[];
}

/** The end of one asynchronous edge: a queue that keeps what could not be carried out for 14 days, and an alarm as soon as it holds anything. */
export class DeadLetters extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: DeadLettersProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    explainFinding(this.queue, {
      finding: 'AwsSolutions-SQS3',
      because: 'It is a dead-letter queue itself, of Lambda or EventBridge, which the rule does not see.',
    });
    const alarm = new Alarm(this, 'Alarm', {
      alarmDescription: `Concertina: ${props.holds}. Read a message, mend the cause, then redrive or delete it.`,
      metric: this.queue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(...props.alarmActions);
  }
}
