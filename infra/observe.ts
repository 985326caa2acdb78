import { Duration } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { explainWildcard } from './explain-finding.ts';
import { regionWide } from './rights.ts';
import { StageFunction } from './stage-function.ts';
import type { ConcertinaTable } from './table.ts';
import { WakeEvents } from './wake-events.ts';
import { WakeQueue } from './wake-queue.ts';

/** What the construct needs of the stack. */
export interface ObserveProps {
  readonly table: ConcertinaTable;
  readonly alarmActions: readonly IAlarmAction[];
  readonly reservesConcurrency: boolean;
}

/** Ticks wait 45 s at the most and are of no use an hour later. */
const keepTicksSeconds = 3600;

/** What EC2 says of our machines → observations: on its events, and a sweep every minute, and on ticks, because events get lost. */
export class Observe extends Construct {
  readonly stage: StageFunction;
  readonly ticks: WakeQueue;

  constructor(scope: Construct, id: string, { table, alarmActions, reservesConcurrency }: ObserveProps) {
    super(scope, id);
    this.stage = new StageFunction(this, 'Stage', {
      stage: 'observe',
      description: 'stores what EC2 says of our machines',
      timeoutSeconds: 50,
      memoryMiB: 256,
      environment: { CONCERTINA_TABLE: table.table.tableName },
      // Thousands of machines may change at once, ours or not: they wait their turn, for five minutes at the most.
      ...(reservesConcurrency ? { atOnce: 10 } : {}),
    });
    table.allow(this.stage.handler, { query: ['registry'], put: [], delete: [] });
    // Neither knows resources.
    this.stage.role.addToPolicy(
      regionWide(this, { sid: 'SeeMachines', actions: ['ec2:DescribeInstances', 'ec2:DescribeInstanceStatus'] }),
    );
    explainWildcard(this.stage, {
      resource: '*',
      because: 'DescribeInstances and DescribeInstanceStatus know no resources; the region is a condition.',
    });
    this.ticks = new WakeQueue(this, 'Ticks', {
      wakes: this.stage,
      keepSeconds: keepTicksSeconds,
      deadLetters: 'observe gave up a tick',
      alarmActions,
    });
    new WakeEvents(this, 'Wakes', { wakes: this.stage, alarmActions, rules: observeRules });
  }
}

/** Events cannot be filtered by tag: machines that are not ours are told apart by the stage. */
const observeRules = {
  EveryMinute: {
    description: 'Concertina: look at every machine of ours.',
    schedule: Schedule.rate(Duration.minutes(1)),
  },
  StateChanged: {
    description: 'Concertina: a machine runs, stops or ends.',
    eventPattern: {
      source: ['aws.ec2'],
      detailType: ['EC2 Instance State-change Notification'],
      // Without `pending`: the answer to the launch said so already.
      detail: { state: ['running', 'stopping', 'stopped', 'shutting-down', 'terminated'] },
    },
  },
  SpotInterruption: {
    description: 'Concertina: EC2 takes a Spot machine back in two minutes.',
    eventPattern: { source: ['aws.ec2'], detailType: ['EC2 Spot Instance Interruption Warning'] },
  },
  RebalanceRecommended: {
    description: 'Concertina: EC2 may soon take a Spot machine back.',
    eventPattern: { source: ['aws.ec2'], detailType: ['EC2 Instance Rebalance Recommendation'] },
  },
};
