import type { LaunchRequest } from '../../core/launch-call.ts';
import type { RevisionRecord } from '../../core/records.ts';
import { makeRevision } from './stored.ts';

/** A request for `count` slots of the layer `web` from number `first` on, into subnet-a. */
export function makeLaunchRequest(
  of: {
    readonly application?: string;
    readonly token?: string;
    readonly first?: number;
    readonly count?: number;
    readonly market?: 'on-demand' | 'spot';
    readonly subnetId?: string;
    readonly revision?: Partial<RevisionRecord>;
  } = {},
): LaunchRequest {
  const { application = 'shop', token = 'token-1', first = 17, count = 2, market = 'on-demand' } = of;
  return {
    application,
    layer: 'web',
    launch: { token, first, count },
    placement: { subnetId: of.subnetId ?? 'subnet-a', zone: 'zone-a', market },
    revision: makeRevision({ application, revision: 3, securityGroupIds: ['sg-1'], ...of.revision }),
  };
}
