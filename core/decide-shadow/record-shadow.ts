import { addSeconds } from '../amounts.ts';
import { holdAfter, KEPT_SECONDS } from '../record-decision.ts';
import type { DecisionRecord, ShadowRecord } from '../records.ts';
import type { Stored } from '../stored.ts';
import type { DecidedShadow } from './decide-shadow.ts';

/** A shadow that is gone from the file is kept for a week. */
const FORGOTTEN_SECONDS = 7 * 86_400;

/**
 * The records that one layer's shadow leaves: what it has come to, always; its decision, unless it holds for the same reason as the one before. No
 * count that anybody acts on is among them.
 */
export function recordShadow(
  { application, shadows }: Stored,
  { decision, memory, fleet, risk, since }: DecidedShadow,
): readonly (ShadowRecord | DecisionRecord)[] {
  const { layer, at } = decision;
  const before = shadows.get(layer);
  const hold = holdAfter(before?.hold, decision);
  const shadow: ShadowRecord = {
    kind: 'shadow',
    application,
    version: (before?.version ?? 0) + 1,
    layer,
    since,
    decidedAt: at,
    fleet,
    memory,
    ...(hold === undefined ? {} : { hold }),
    ...(risk === undefined ? {} : { risk }),
    expiresAt: addSeconds(at, FORGOTTEN_SECONDS),
  };
  if (hold !== undefined && hold.times > 1) return [shadow];
  const expiresAt = addSeconds(at, KEPT_SECONDS);
  return [shadow, { kind: 'shadow-decision', application, version: 1, decision, expiresAt }];
}
