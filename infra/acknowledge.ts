import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { StageFunction } from './stage-function.ts';
import type { ConcertinaTable } from './table.ts';
import { WakeQueue } from './wake-queue.ts';

export interface AcknowledgeProps {
  readonly table: ConcertinaTable;
  readonly alarmActions: readonly IAlarmAction[];
}

/** Four days: longer than any deadline of a participant. */
const keepSeconds = 4 * 86_400;

/** Replies of participants, from a queue that they may send to → acknowledgements. */
export class Acknowledge extends Construct {
  readonly stage: StageFunction;
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { table, alarmActions }: AcknowledgeProps) {
    super(scope, id);
    this.stage = new StageFunction(this, 'Stage', {
      stage: 'acknowledge',
      description: 'stores what participants have applied',
      timeoutSeconds: 30,
      memoryMiB: 256,
      environment: { CONCERTINA_TABLE: table.table.tableName },
    });
    table.allow(this.stage.handler, { query: [], put: [] });
    const acknowledgements = new WakeQueue(this, 'Acknowledgements', {
      wakes: this.stage,
      keepSeconds,
      deadLetters: 'acknowledge gave up a message',
      alarmActions,
    });
    this.queue = acknowledgements.queue;
    new CfnOutput(Stack.of(this), 'AcknowledgementsQueueUrl', {
      value: this.queue.queueUrl,
      description: 'Participants acknowledge here.',
    });
  }

  /** Lets a participant acknowledge. Which one it is, the token in its message says, not the sender. */
  grantSend(participant: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee: participant,
      actions: ['sqs:SendMessage'],
      resourceArns: [this.queue.queueArn],
    });
  }
}
