import type { Construct } from 'constructs';
import { explainWildcard } from './explain-finding.ts';
import { ParticipantStage, type ParticipantWiring } from './participant-stage.ts';
import type { Reach } from './reach.ts';
import { anyInstance, hookRights } from './rights.ts';

/** What the construct needs of the stack. */
export interface HookProps extends ParticipantWiring {
  readonly reach: Reach;
}

/** Membership → commands on instances, and an acknowledgement when enough of them succeeded. */
export class Hook extends ParticipantStage {
  constructor(scope: Construct, id: string, { reach, ...wiring }: HookProps) {
    super(scope, id, {
      ...wiring,
      stage: 'hook',
      description: 'runs hooks on instances',
      participants: reach.hookParticipants,
      environment: { CONCERTINA_ACKNOWLEDGE_URL: wiring.acknowledge.url.url },
    });
    for (const statement of hookRights(this, reach)) this.stage.role.addToPolicy(statement);
    explainWildcard(this.stage, {
      resource: '*',
      because: 'ListCommandInvocations knows no resources; the region is a condition.',
    });
    explainWildcard(this.stage, {
      resource: anyInstance(this),
      because: 'A machine has no id before it is launched; its tags of application and layer are the condition.',
    });
  }
}
