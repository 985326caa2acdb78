import { CfnOutput, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IAlarmAction, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Ceilings } from '../core/ceilings.ts';
import { ceilingVariables } from './ceilings.ts';
import { explainWildcard } from './explain-finding.ts';
import type { KillSwitch } from './kill-switch.ts';
import type { Reach } from './reach.ts';
import { imageRights, regionWide } from './rights.ts';
import { StageFunction } from './stage-function.ts';
import type { ConcertinaTable } from './table.ts';
import { WakeEvents } from './wake-events.ts';
import { WakeQueue } from './wake-queue.ts';

/** What the construct needs of the stack. */
export interface EvaluateProps {
  readonly table: ConcertinaTable;
  readonly reach: Reach;
  readonly killSwitch: KillSwitch;
  readonly ceilings: Ceilings;
  readonly alarmActions: readonly IAlarmAction[];
  readonly reservesConcurrency: boolean;
}

/** Ticks wait 45 s at the most and are of no use an hour later. */
const keepTicksSeconds = 3600;
const silentMinutes = 5;
/** A metric that is a few minutes late has not stopped. */
const degradedMinutes = 10;

/** Metrics → decision: every minute, when an alarm goes off, and on ticks while something moves. */
export class Evaluate extends Construct {
  readonly stage: StageFunction;
  /** Queues that get the ticks: its own, and those of the stages that look again while something moves. */
  readonly #ticked: Queue[] = [];

  constructor(scope: Construct, id: string, props: EvaluateProps) {
    super(scope, id);
    const environment = { CONCERTINA_TABLE: props.table.table.tableName, ...ceilingVariables(props.ceilings) };
    this.stage = new StageFunction(this, 'Stage', {
      stage: 'evaluate',
      description: 'reads metrics, decides each layer, writes what is desired',
      timeoutSeconds: 50,
      memoryMiB: 512,
      environment,
      // A storm of alarms must not take the account's concurrency; two readers of ticks and the schedule fit in.
      ...(props.reservesConcurrency ? { atOnce: 5 } : {}),
    });
    this.wake(props);
    this.grant(props);
    props.killSwitch.watchedBy(this.stage);
    this.alarmWhenSilent(props.alarmActions);
    this.alarmWhenStopped(props.alarmActions);
    this.alarmWhenDegraded(props.alarmActions);
  }

  /** While something of an application moves, this queue gets its ticks too. */
  ticksAlso(queue: Queue): void {
    this.#ticked.push(queue);
  }

  private wake({ alarmActions }: EvaluateProps): void {
    const ticks = new WakeQueue(this, 'Ticks', {
      wakes: this.stage,
      keepSeconds: keepTicksSeconds,
      deadLetters: 'evaluate gave up a tick',
      alarmActions,
    });
    this.ticksAlso(ticks.queue);
    this.stage.handler.addEnvironment(
      'CONCERTINA_TICKS_QUEUE_URLS',
      Lazy.string({ produce: () => this.#ticked.map(({ queueUrl }) => queueUrl).join(' ') }),
    );
    this.stage.role.addToPolicy(
      new PolicyStatement({
        sid: 'AskForTicks',
        actions: ['sqs:SendMessage'],
        resources: Lazy.list({ produce: () => this.#ticked.map(({ queueArn }) => queueArn) }),
      }),
    );
    new WakeEvents(this, 'Wakes', {
      wakes: this.stage,
      alarmActions,
      rules: {
        EveryMinute: {
          description: 'Concertina: evaluate every application.',
          schedule: Schedule.rate(Duration.minutes(1)),
        },
        // Only what needs haste: the minute sees an alarm that is over. No names, so that a file applied later needs no deploy.
        AlarmRaised: {
          description: 'Concertina: an alarm was raised; evaluate the applications whose rules name it.',
          eventPattern: {
            source: ['aws.cloudwatch'],
            detailType: ['CloudWatch Alarm State Change'],
            detail: { state: { value: ['ALARM'] } },
          },
        },
      },
    });
    new CfnOutput(Stack.of(this), 'TicksQueueUrl', { value: ticks.queue.queueUrl, description: 'Wakes evaluate.' });
  }

  private grant({ table, reach }: EvaluateProps): void {
    table.allow(this.stage.handler, { query: ['registry'], put: ['decisions'] });
    const statements = [
      // None of these knows resources; DescribeAlarms shows composite alarms only to those who may see all.
      regionWide(this, {
        sid: 'ReadMetrics',
        actions: ['cloudwatch:GetMetricData', 'cloudwatch:DescribeAlarms', 'ec2:DescribeSubnets'],
      }),
      // PutMetricData knows no resources either; the namespace is its narrowest condition.
      new PolicyStatement({
        sid: 'PublishOwnMetrics',
        actions: ['cloudwatch:PutMetricData'],
        resources: ['*'],
        conditions: { StringEquals: { 'cloudwatch:namespace': 'Concertina' } },
      }),
      ...imageRights(this, reach),
    ];
    for (const statement of statements) this.stage.role.addToPolicy(statement);
    explainWildcard(this.stage, {
      resource: '*',
      because: 'Metrics, alarms and subnets cannot be named where they are read; region and namespace are conditions.',
    });
  }

  /** Nobody is told of what does not happen, unless somebody listens for the silence. */
  private alarmWhenSilent(alarmActions: readonly IAlarmAction[]): void {
    const alarm = new Alarm(this, 'Silent', {
      alarmDescription: `Concertina: evaluate has not run for ${silentMinutes} minutes; nothing is scaled.`,
      metric: this.stage.handler.metricInvocations({ period: Duration.minutes(1), statistic: 'Sum' }),
      threshold: 1,
      evaluationPeriods: silentMinutes,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
    alarm.addAlarmAction(...alarmActions);
  }

  /** One for all applications: which participant it is says the log. */
  private alarmWhenStopped(alarmActions: readonly IAlarmAction[]): void {
    const alarm = new Alarm(this, 'Stopped', {
      alarmDescription:
        'Concertina: a participant whose "onTimeout" is "stop" has not answered in time; the change waits until it does.',
      metric: new Metric({
        namespace: 'Concertina',
        metricName: 'StoppingParticipants',
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // When evaluate does not run, another alarm says so.
      treatMissingData: TreatMissingData.IGNORE,
    });
    alarm.addAlarmAction(...alarmActions);
  }

  /** One for all applications: which layer it is says their metric `Degraded`, which KPI and why the log and the decision. */
  private alarmWhenDegraded(alarmActions: readonly IAlarmAction[]): void {
    const alarm = new Alarm(this, 'Degraded', {
      alarmDescription: `Concertina: for ${degradedMinutes} minutes a KPI that rules look at has had no data or a stand-in; such a layer does not shrink.`,
      metric: new Metric({
        namespace: 'Concertina',
        metricName: 'DegradedLayers',
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      threshold: 1,
      evaluationPeriods: degradedMinutes,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // Published every minute: when it is not, nobody knows.
      treatMissingData: TreatMissingData.BREACHING,
    });
    alarm.addAlarmAction(...alarmActions);
  }
}
