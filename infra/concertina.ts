import { ArnFormat, CfnOutput, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Ceilings } from '../core/ceilings.ts';
import { Acknowledge, type UrlAccess } from './acknowledge.ts';
import { Announce } from './announce.ts';
import { Apply } from './apply.ts';
import { Evaluate } from './evaluate.ts';
import { Hook } from './hook.ts';
import { KillSwitch } from './kill-switch.ts';
import { Observe } from './observe.ts';
import { Probe } from './probe.ts';
import { type AlsoReach, readReach } from './reach.ts';
import { type ApplicationSource, type GivenParameters, readApplications, requireNetwork } from './read-applications.ts';
import { Reconcile } from './reconcile.ts';
import type { StageNetwork } from './stage-function.ts';
import { ConcertinaTable } from './table.ts';
import { TargetGroup } from './target-group.ts';
import { ConcertinaTopic } from './topic.ts';

/** What a stack says of its Concertina. */
export interface ConcertinaProps {
  /** Files that are written to the table on deploy. Read at synth, which fails with every problem of every file. */
  readonly applications: readonly ApplicationSource[];
  /** Values of the files' parameters. */
  readonly parameters?: GivenParameters;
  /** What the functions may touch beside what the files name. */
  readonly alsoReach?: AlsoReach;
  /** What all applications together may have. Default `defaultCeilings`. No application file can lift it. */
  readonly ceilings?: Ceilings;
  /** Where instances are asked over HTTP whether they are ready. Needed by layers with `ready: {http}`; default none, and no function for it. */
  readonly network?: StageNetwork | undefined;
  /** What becomes of the table when the stack is deleted. Default `keep`. */
  readonly removal?: 'keep' | 'delete';
  /** The SNS topic that the alarms tell. Default none: they are then only seen in CloudWatch. */
  readonly alarmTopicArn?: string | undefined;
  /** Who may acknowledge over HTTPS. Default `aws-iam`. */
  readonly acknowledgeUrl?: UrlAccess;
  /**
   * Whether evaluate, observe and acknowledge keep a share of the account's concurrency for themselves, and no more than it. Default true. An account with
   * the smallest quota of concurrent executions (10) has none to reserve: false there.
   */
  readonly reservesConcurrency?: boolean;
}

/** Enough to begin with, and little enough that a slip in a file does not cost a fortune. */
export const defaultCeilings: Ceilings = { mostInstances: 200, mostHourlyUsd: 100 };

/** Concertina in a stack: one table, one topic, one construct a stage. */
export class Concertina extends Construct {
  readonly table: ConcertinaTable;
  /** Participants subscribe here. */
  readonly topic: ConcertinaTopic;
  readonly apply: Apply;
  readonly evaluate: Evaluate;
  readonly observe: Observe;
  readonly reconcile: Reconcile;
  readonly announce: Announce;
  /** Participants reply here: `acknowledge.grantSend(role)`. */
  readonly acknowledge: Acknowledge;
  readonly targetGroup: TargetGroup;
  readonly hook: Hook;
  /** Only with a network. */
  readonly probe: Probe | undefined;

  constructor(scope: Construct, id: string, props: ConcertinaProps) {
    super(scope, id);
    const { reservesConcurrency = true, ceilings = defaultCeilings, alarmTopicArn } = props;
    const alarmActions =
      alarmTopicArn === undefined ? [] : [new SnsAction(Topic.fromTopicArn(this, 'AlarmTopic', alarmTopicArn))];
    const applications = readApplications(props.applications, props.parameters ?? {});
    if (props.network === undefined) requireNetwork(applications);
    const reach = readReach(
      applications.map(({ application }) => application),
      { also: props.alsoReach ?? {}, roleArnOf: (profile) => roleArn(this, profile) },
    );
    const table = new ConcertinaTable(this, 'Table', { removal: props.removal ?? 'keep' });
    const topic = new ConcertinaTopic(this, 'Topic');
    const killSwitch = new KillSwitch(this, 'KillSwitch');
    this.table = table;
    this.topic = topic;
    this.evaluate = new Evaluate(this, 'Evaluate', {
      table,
      reach,
      killSwitch,
      ceilings,
      alarmActions,
      reservesConcurrency,
    });
    this.observe = new Observe(this, 'Observe', { table, alarmActions, reservesConcurrency });
    this.reconcile = new Reconcile(this, 'Reconcile', { table, reach, killSwitch, ceilings, alarmActions });
    this.acknowledge = new Acknowledge(this, 'Acknowledge', {
      table,
      alarmActions,
      urlAccess: props.acknowledgeUrl ?? 'aws-iam',
      reservesConcurrency,
    });
    this.announce = new Announce(this, 'Announce', { table, topic, acknowledge: this.acknowledge, alarmActions });
    const wiring = { table, topic, acknowledge: this.acknowledge, alarmActions };
    this.targetGroup = new TargetGroup(this, 'TargetGroup', { reach, ...wiring });
    this.hook = new Hook(this, 'Hook', { reach, ...wiring });
    const { network } = props;
    this.probe = network && new Probe(this, 'Probe', { table, network, alarmActions });
    for (const { queue } of [this.observe.ticks, this.targetGroup.wakes, this.hook.wakes])
      this.evaluate.ticksAlso(queue);
    if (this.probe !== undefined) this.evaluate.ticksAlso(this.probe.ticks.queue);
    this.apply = new Apply(this, 'Apply', { table, applications, alarmActions });
    new CfnOutput(Stack.of(this), 'TableName', { value: table.table.tableName, description: 'All that is known.' });
  }
}

/** The role of a profile's name: what the console and most templates make. */
function roleArn(scope: Construct, profile: string): string {
  return Stack.of(scope).formatArn({
    service: 'iam',
    region: '',
    resource: 'role',
    resourceName: profile,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}
