import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Ceilings } from '../core/ceilings.ts';
import { ceilingVariables } from './ceilings.ts';
import { explainWildcard } from './explain-finding.ts';
import type { KillSwitch } from './kill-switch.ts';
import type { Reach } from './reach.ts';
import { launchRights, newResources, regionWide, terminateRights } from './rights.ts';
import { StageFunction } from './stage-function.ts';
import type { ConcertinaTable } from './table.ts';
import { WakeStream } from './wake-stream.ts';

/** What the construct needs of the stack. */
export interface ReconcileProps {
  readonly table: ConcertinaTable;
  readonly reach: Reach;
  readonly killSwitch: KillSwitch;
  readonly ceilings: Ceilings;
  readonly alarmActions: readonly IAlarmAction[];
}

/** Desired against actual → launches and terminations: the only function that may change machines. */
export class Reconcile extends Construct {
  readonly stage: StageFunction;

  constructor(scope: Construct, id: string, { table, reach, killSwitch, ceilings, alarmActions }: ReconcileProps) {
    super(scope, id);
    this.stage = new StageFunction(this, 'Stage', {
      stage: 'reconcile',
      description: 'launches and terminates until what is equals what is desired',
      timeoutSeconds: 120,
      memoryMiB: 512,
      environment: { CONCERTINA_TABLE: table.table.tableName, ...ceilingVariables(ceilings) },
    });
    table.allow(this.stage.handler, { query: ['account'], put: ['account'], delete: [] });
    const statements = [
      // What an earlier call with the same token launched. DescribeInstances knows no resources.
      regionWide(this, { sid: 'SeeMachines', actions: ['ec2:DescribeInstances'] }),
      ...launchRights(this, reach),
      ...terminateRights(this, reach),
    ];
    for (const statement of statements) this.stage.role.addToPolicy(statement);
    explainWildcard(this.stage, {
      resource: '*',
      because: 'DescribeInstances knows no resources; the region is a condition.',
    });
    for (const [resource, because] of newResources(this)) explainWildcard(this.stage, { resource, because });
    killSwitch.watchedBy(this.stage);
    new WakeStream(this, 'Wakes', {
      table,
      wakes: this.stage,
      kinds: ['desired', 'observation', 'probe', 'acknowledgement', 'told', 'tick', 'file'],
      alarmActions,
    });
  }
}
