import { Duration } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DeadLetters } from './dead-letters.ts';
import type { StageFunction } from './stage-function.ts';

/** What the construct needs of the stack. */
export interface WakeQueueProps {
  /** Who reads the queue. */
  readonly wakes: StageFunction;
  /** Longer messages are dead letters by then. */
  readonly keepSeconds: number;
  /** What a dead letter of this queue is, in plain words. */
  readonly deadLetters: string;
  readonly alarmActions: readonly IAlarmAction[];
}

/** Tries of one message. More than a passing fault needs; fewer than would hide a poison message for long. */
const mostReceives = 4;
/** The least that SQS allows, and plenty: batches are read within seconds. */
const mostInvocationsAtOnce = 2;

/** A queue whose messages wake a stage. A message is deleted when its own run succeeded, comes again when not, and ends in a dead-letter queue. */
export class WakeQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: WakeQueueProps) {
    super(scope, id);
    const deadLetters = new DeadLetters(this, 'DeadLetters', {
      holds: props.deadLetters,
      alarmActions: props.alarmActions,
    });
    this.deadLetters = deadLetters.queue;
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.seconds(props.keepSeconds),
      // Six times the reader's time-out, as AWS advises, so that no message comes twice while its first run goes on.
      visibilityTimeout: Duration.seconds(6 * props.wakes.timeoutSeconds),
      deadLetterQueue: { queue: deadLetters.queue, maxReceiveCount: mostReceives },
    });
    const { handler } = props.wakes;
    handler.addToRolePolicy(
      new PolicyStatement({
        sid: `Read${id}`,
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        resources: [this.queue.queueArn],
      }),
    );
    new EventSourceMapping(this, 'Wakes', {
      target: handler,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      maxConcurrency: mostInvocationsAtOnce,
      reportBatchItemFailures: true,
    }).node.addDependency(handler);
  }
}
