import type { Construct } from 'constructs';
import { explainWildcard } from './explain-finding.ts';
import { ParticipantStage, type ParticipantWiring } from './participant-stage.ts';
import type { Reach } from './reach.ts';
import { targetGroupRights } from './rights.ts';

/** What the construct needs of the stack. */
export interface TargetGroupProps extends ParticipantWiring {
  readonly reach: Reach;
}

/** Membership → targets of load balancers, and an acknowledgement when they are healthy or drained. */
export class TargetGroup extends ParticipantStage {
  constructor(scope: Construct, id: string, { reach, ...wiring }: TargetGroupProps) {
    super(scope, id, {
      ...wiring,
      stage: 'target-group',
      description: 'registers instances in target groups and takes them out',
      participants: reach.targetGroupParticipants,
    });
    for (const statement of targetGroupRights(this, reach)) this.stage.role.addToPolicy(statement);
    explainWildcard(this.stage, {
      resource: '*',
      because: 'DescribeTargetHealth knows no resources; the region is a condition.',
    });
  }
}
