import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Acknowledge } from './acknowledge.ts';
import { StageFunction } from './stage-function.ts';
import type { ConcertinaTable } from './table.ts';
import type { ConcertinaTopic } from './topic.ts';
import { WakeStream } from './wake-stream.ts';

/** What the construct needs of the stack. */
export interface AnnounceProps {
  readonly table: ConcertinaTable;
  readonly topic: ConcertinaTopic;
  /** Where participants are told to reply. */
  readonly acknowledge: Acknowledge;
  readonly alarmActions: readonly IAlarmAction[];
}

/** A changed membership → notices: the only function that may publish. */
export class Announce extends Construct {
  readonly stage: StageFunction;

  constructor(scope: Construct, id: string, { table, topic, acknowledge, alarmActions }: AnnounceProps) {
    super(scope, id);
    this.stage = new StageFunction(this, 'Stage', {
      stage: 'announce',
      description: 'tells participants who is a member now',
      timeoutSeconds: 60,
      memoryMiB: 256,
      environment: {
        CONCERTINA_TABLE: table.table.tableName,
        CONCERTINA_TOPIC_ARN: topic.topic.topicArn,
        CONCERTINA_ACKNOWLEDGE_URL: acknowledge.url.url,
        CONCERTINA_ACKNOWLEDGEMENTS_QUEUE_URL: acknowledge.queue.queueUrl,
      },
    });
    table.allow(this.stage.handler, { query: [], put: [] });
    topic.publishedBy(this.stage.role);
    new WakeStream(this, 'Wakes', { table, wakes: this.stage, kinds: ['head', 'tick', 'file'], alarmActions });
  }
}
