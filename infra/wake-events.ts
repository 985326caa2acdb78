import { Duration } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { type EventPattern, Rule, type Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DeadLetters } from './dead-letters.ts';
import type { StageFunction } from './stage-function.ts';

/** What brings events: a schedule or a pattern, and why, in plain words. */
export type WakeRule = { readonly description: string } & (
  | { readonly schedule: Schedule }
  | { readonly eventPattern: EventPattern }
);

/** What the construct needs of the stack. */
export interface WakeEventsProps {
  readonly wakes: StageFunction;
  /** By the id of the construct. */
  readonly rules: Readonly<Record<string, WakeRule>>;
  readonly alarmActions: readonly IAlarmAction[];
}

/** Older events are no news: the next schedule sees the world as it is by then. */
const mostAge = Duration.minutes(5);
const mostRetries = 2;
/** Of EventBridge, when Lambda itself cannot be reached; within the same age. */
const mostDeliveries = 10;

/** Rules of EventBridge waking a stage: delivered again, run again, and in the end a dead letter. */
export class WakeEvents extends Construct {
  constructor(scope: Construct, id: string, props: WakeEventsProps) {
    super(scope, id);
    const { handler, stage } = props.wakes;
    const { queue } = new DeadLetters(this, 'DeadLetters', {
      holds: `${stage} gave up an event`,
      alarmActions: props.alarmActions,
    });
    handler.addToRolePolicy(
      new PolicyStatement({ sid: 'GiveUp', actions: ['sqs:SendMessage'], resources: [queue.queueArn] }),
    );
    new EventInvokeConfig(this, 'Retries', {
      function: handler,
      retryAttempts: mostRetries,
      maxEventAge: mostAge,
      onFailure: { bind: () => ({ destination: queue.queueArn }) },
    });
    for (const [ruleId, rule] of Object.entries(props.rules)) {
      new Rule(this, ruleId, {
        ...rule,
        targets: [
          new LambdaTarget(handler, { deadLetterQueue: queue, maxEventAge: mostAge, retryAttempts: mostDeliveries }),
        ],
      });
    }
  }
}
