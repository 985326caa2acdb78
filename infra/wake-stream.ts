import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IAlarmAction, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { StoredRecord } from '../core/records.ts';
import { DeadLetters } from './dead-letters.ts';
import type { StageFunction } from './stage-function.ts';
import type { ConcertinaTable } from './table.ts';

/** Kinds of record of which an application has one, so that their key is the kind itself (core/record-key.ts). */
type SingleKind = 'file' | 'head' | 'tick';

/** What the construct needs of the stack. */
export interface WakeStreamProps {
  readonly table: ConcertinaTable;
  readonly wakes: StageFunction;
  /** Changes of these records wake the stage. A stage never hears of what it writes itself, or it would wake itself for ever. */
  readonly kinds: readonly StoredRecord['kind'][];
  readonly alarmActions: readonly IAlarmAction[];
}

const singleKinds: readonly SingleKind[] = ['file', 'head', 'tick'];
/** A stage looks at what is stored, so the next tick makes good a lost wake: a poison record may hold up its shard for this long only. */
const mostAgeMinutes = 10;
const mostRetries = 10;
/** A wake is late when it is half of what is given up. */
const lateMinutes = 5;

/** The table's stream waking a stage: filtered by key, failed applications again, then a dead letter that says which part of the stream was given up. */
export class WakeStream extends Construct {
  constructor(scope: Construct, id: string, props: WakeStreamProps) {
    super(scope, id);
    const { handler, stage } = props.wakes;
    const deadLetters = new DeadLetters(this, 'DeadLetters', {
      holds: `${stage} gave up a part of the table's stream`,
      alarmActions: props.alarmActions,
    });
    props.table.allowStream(handler);
    handler.addToRolePolicy(
      new PolicyStatement({ sid: 'GiveUp', actions: ['sqs:SendMessage'], resources: [deadLetters.queue.queueArn] }),
    );
    new EventSourceMapping(this, 'Wakes', {
      target: handler,
      eventSourceArn: props.table.streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      // One reader a shard: one application's records mostly meet one run at a time. Correctness does not rest on it.
      parallelizationFactor: 1,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: mostRetries,
      maxRecordAge: Duration.minutes(mostAgeMinutes),
      onFailure: { bind: () => ({ destination: deadLetters.queue.queueArn }) },
      filters: [FilterCriteria.filter({ dynamodb: { Keys: { key: { S: props.kinds.map(keyPattern) } } } })],
    }).node.addDependency(handler);
    this.alarmWhenLate(props);
  }

  private alarmWhenLate({ wakes, alarmActions }: WakeStreamProps): void {
    const alarm = new Alarm(this, 'Late', {
      alarmDescription: `Concertina: ${wakes.stage} is ${lateMinutes} minutes behind the table's stream.`,
      metric: wakes.handler.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(1) }),
      threshold: Duration.minutes(lateMinutes).toMilliseconds(),
      evaluationPeriods: 3,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(...alarmActions);
  }
}

function keyPattern(kind: StoredRecord['kind']): string | { readonly prefix: string } {
  return singleKinds.some((single) => single === kind) ? kind : { prefix: `${kind}#` };
}
