import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type FunctionUrl, FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { StageFunction } from './stage-function.ts';
import type { ConcertinaTable } from './table.ts';
import { WakeQueue } from './wake-queue.ts';

/**
 * Who may use the function URL. `aws-iam`: who signs with credentials that allow it (grantUrl), and holds a token. `token`: whoever holds the
 * token of a notice, from anywhere (docs/decisions/0007-where-participants-reply.md).
 */
export type UrlAccess = 'aws-iam' | 'token';

/** What the construct needs of the stack. */
export interface AcknowledgeProps {
  readonly table: ConcertinaTable;
  readonly alarmActions: readonly IAlarmAction[];
  readonly urlAccess: UrlAccess;
  readonly reservesConcurrency: boolean;
}

/** Four days: longer than any deadline of a participant. */
const keepSeconds = 4 * 86_400;

/** Replies of participants, from a queue that they may send to or over HTTPS → acknowledgements. Large memberships are fetched here too. */
export class Acknowledge extends Construct {
  readonly stage: StageFunction;
  readonly queue: Queue;
  readonly url: FunctionUrl;

  constructor(scope: Construct, id: string, { table, alarmActions, urlAccess, reservesConcurrency }: AcknowledgeProps) {
    super(scope, id);
    this.stage = new StageFunction(this, 'Stage', {
      stage: 'acknowledge',
      description: 'stores what participants have applied',
      timeoutSeconds: 30,
      memoryMiB: 256,
      environment: { CONCERTINA_TABLE: table.table.tableName },
      // Whoever floods the URL must not take the account's concurrency.
      ...(reservesConcurrency ? { atOnce: 10 } : {}),
    });
    table.allow(this.stage.handler, { query: [], put: [] });
    const acknowledgements = new WakeQueue(this, 'Acknowledgements', {
      wakes: this.stage,
      keepSeconds,
      deadLetters: 'acknowledge gave up a message',
      alarmActions,
    });
    this.queue = acknowledgements.queue;
    this.url = this.stage.handler.addFunctionUrl({
      authType: urlAccess === 'token' ? FunctionUrlAuthType.NONE : FunctionUrlAuthType.AWS_IAM,
    });
    new CfnOutput(Stack.of(this), 'AcknowledgeUrl', {
      value: this.url.url,
      description: 'Participants acknowledge here too, and fetch large memberships.',
    });
    new CfnOutput(Stack.of(this), 'AcknowledgementsQueueUrl', {
      value: this.queue.queueUrl,
      description: 'Participants acknowledge here.',
    });
  }

  /** Lets a participant use the function URL, when that asks for a signature. */
  grantUrl(participant: IGrantable): Grant {
    return this.url.grantInvokeUrl(participant);
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
