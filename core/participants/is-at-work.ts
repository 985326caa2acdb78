import type { Stored } from '../stored.ts';
import { beginHook } from './begin-hook.ts';
import { heardSlots, versionsOf } from './heard-slots.ts';

/**
 * Whether a participant of the product has something to do that time alone may ask for, whatever it was told: a version to apply, a machine to
 * take out of its target group, a hook on its way, an answer that was not heard. A hook that failed for good waits for somebody.
 */
export function isAtWork(stored: Stored, participant: string): boolean {
  const { targetGroupArn, hook } = stored.file?.file.participants[participant] ?? {};
  if (targetGroupArn !== undefined) return hasTargetsToChange(stored, participant, targetGroupArn);
  if (hook === undefined) return false;
  const run = stored.hookRuns.get(participant);
  if (run !== undefined && run.outcome === undefined) return true;
  const isUnheard = run?.outcome === 'applied' && versionsOf(stored, participant).applied < run.membershipVersion;
  return isUnheard || beginHook(stored, participant) !== undefined;
}

function hasTargetsToChange(stored: Stored, participant: string, targetGroupArn: string): boolean {
  const { newest, applied } = versionsOf(stored, participant);
  if (newest > applied) return true;
  const known = stored.targets.get(participant);
  if (known?.targetGroupArn !== targetGroupArn) return false;
  const members = new Set(heardSlots(stored, participant).map(({ instanceId }) => instanceId));
  return known.instanceIds.some((instanceId) => !members.has(instanceId));
}
