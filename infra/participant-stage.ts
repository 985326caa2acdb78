import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SubscriptionFilter } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Acknowledge } from './acknowledge.ts';
import type { StageName } from './bundle.ts';
import { StageFunction } from './stage-function.ts';
import type { ConcertinaTable } from './table.ts';
import type { ConcertinaTopic } from './topic.ts';
import { WakeQueue } from './wake-queue.ts';

/** What every participant of the product is wired to. */
export interface ParticipantWiring {
  readonly table: ConcertinaTable;
  readonly topic: ConcertinaTopic;
  readonly acknowledge: Acknowledge;
  readonly alarmActions: readonly IAlarmAction[];
}

/** What the construct needs of the stack. */
export interface ParticipantStageProps extends ParticipantWiring {
  readonly stage: StageName;
  readonly description: string;
  /** Names of the participants whose notices wake it; ticks wake it for all. */
  readonly participants: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A wake is of no use an hour later: ticks come for as long as anything moves. */
const keepSeconds = 3600;

/** SNS takes 150 values in a filter policy. With more participants all notices come, and most of them change nothing. */
const mostNames = 150;

/**
 * A participant that is part of the product: a function woken by the notices of its participants and by ticks, both through one queue, which
 * acknowledges like any other participant. A notice that SNS cannot deliver becomes a dead letter of the queue.
 */
export class ParticipantStage extends Construct {
  readonly stage: StageFunction;
  readonly wakes: WakeQueue;

  constructor(scope: Construct, id: string, props: ParticipantStageProps) {
    super(scope, id);
    const { stage, description, table, acknowledge, alarmActions } = props;
    this.stage = new StageFunction(this, 'Stage', {
      stage,
      description,
      timeoutSeconds: 60,
      memoryMiB: 256,
      environment: {
        CONCERTINA_TABLE: table.table.tableName,
        CONCERTINA_ACKNOWLEDGEMENTS_QUEUE_URL: acknowledge.queue.queueUrl,
        ...props.environment,
      },
    });
    table.allow(this.stage.handler, { query: [], put: [] });
    this.wakes = new WakeQueue(this, 'Wakes', {
      wakes: this.stage,
      keepSeconds,
      deadLetters: `${stage} gave up a wake`,
      alarmActions,
    });
    this.stage.handler.addEnvironment('CONCERTINA_WAKES_QUEUE_URL', this.wakes.queue.queueUrl);
    this.send('Reply', acknowledge.queue.queueArn);
    this.send('LookAgain', this.wakes.queue.queueArn);
    this.hear(props);
  }

  private send(sid: string, queueArn: string): void {
    this.stage.role.addToPolicy(new PolicyStatement({ sid, actions: ['sqs:SendMessage'], resources: [queueArn] }));
  }

  private hear({ topic, participants }: ParticipantStageProps): void {
    if (participants.length === 0) return;
    const filterPolicy =
      participants.length > mostNames
        ? {}
        : { filterPolicy: { participant: SubscriptionFilter.stringFilter({ allowlist: [...participants] }) } };
    topic.topic.addSubscription(
      new SqsSubscription(this.wakes.queue, {
        rawMessageDelivery: true,
        deadLetterQueue: this.wakes.deadLetters,
        ...filterPolicy,
      }),
    );
  }
}
