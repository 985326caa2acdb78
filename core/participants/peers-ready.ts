import type { Slot } from '../instance-life.ts';
import { hearersOf } from '../plan-changes/gate.ts';
import type { Stored } from '../stored.ts';

/**
 * Whether a joining instance may get traffic: every participant that hears its layer, must acknowledge and is no target group has applied
 * its joining, or ran out of time while `onTimeout` says `continue`. Target groups come last and do not wait for each other.
 */
export function arePeersReady(stored: Stored, { layer, change }: Slot): boolean {
  const { file } = stored;
  if (file === undefined || change === undefined) return false;
  return hearersOf(file.file, layer).every((name) => {
    const { acknowledge, targetGroupArn } = file.file.participants[name] ?? {};
    if (acknowledge === undefined || targetGroupArn !== undefined) return true;
    if ((stored.acknowledgements.get(name)?.membershipVersion ?? 0) >= change.version) return true;
    return acknowledge.onTimeout === 'continue' && (stored.told.get(name)?.expiredVersion ?? 0) >= change.version;
  });
}
