import { addSeconds } from './amounts.ts';
import type { DecidedLayer } from './decide-layers.ts';
import { holdReason } from './decide-scaling/hold-reason.ts';
import type { Decision } from './decision.ts';
import type { DecisionRecord, DesiredRecord, ScalingRecord, StoredRecord } from './records.ts';
import { revisionKey, type Stored } from './stored.ts';

/** Decisions are kept for thirty days. */
export const KEPT_SECONDS = 30 * 86_400;

/**
 * The records that one layer's decision leaves, all in one change: what deciding remembers, always; count and revision when they changed; the
 * revision itself when it is new; the decision, unless it holds for the same reason as the one before: then it is counted.
 */
export function recordDecision(stored: Stored, decided: DecidedLayer): readonly StoredRecord[] {
  const { decision, revision } = decided;
  const { from, to } = decision;
  const scaling = scalingRecord(stored, decided);
  const isRepeat = scaling.hold !== undefined && scaling.hold.times > 1;
  const isNewRevision = revision !== undefined && !stored.revisions.has(revisionKey(revision));
  const isSame = from.count === to.count && from.revision === to.revision;
  const records: StoredRecord[] = [scaling];
  if (!isRepeat) records.push(decisionRecord(stored, decision));
  if (isNewRevision) records.push(revision);
  if (!isSame) records.push(desiredRecord(stored, decision));
  return records;
}

function scalingRecord({ application, scaling }: Stored, { decision, memory }: DecidedLayer): ScalingRecord {
  const { layer } = decision;
  const before = scaling.get(layer);
  const version = (before?.version ?? 0) + 1;
  const hold = holdAfter(before?.hold, decision);
  if (hold === undefined) return { kind: 'scaling', application, version, layer, memory };
  return { kind: 'scaling', application, version, layer, memory, hold };
}

/** The hold that stands after a decision: counted when it is of the same kind as the one before, undefined when something changes. */
export function holdAfter(before: ScalingRecord['hold'], decision: Decision): ScalingRecord['hold'] {
  const { at, because, outcome, from, to } = decision;
  if (outcome !== 'hold' || from.revision !== to.revision) return undefined;
  const reason = holdReason(decision);
  const last = before?.reason === reason ? before : { since: at, times: 0 };
  return { reason, because, since: last.since, times: last.times + 1 };
}

function desiredRecord({ application, desired }: Stored, { layer, to, because, at }: Decision): DesiredRecord {
  const version = (desired.get(layer)?.version ?? 0) + 1;
  const { count, revision } = to;
  return { kind: 'desired', application, version, layer, count, revision, because, decidedAt: at };
}

function decisionRecord({ application }: Stored, decision: Decision): DecisionRecord {
  const expiresAt = addSeconds(decision.at, KEPT_SECONDS);
  return { kind: 'decision', application, version: 1, decision, expiresAt };
}
