import type { Decision } from '../../core/decision.ts';
import type {
  DecisionRecord,
  FileRecord,
  HeadRecord,
  RevisionRecord,
  ScalingRecord,
  SlotRecord,
} from '../../core/records.ts';
import { later, makeFile, makeRevision, makeSlot, noon } from './stored.ts';

/** Which record: its application and version, 1 unless told. */
interface Of {
  readonly application: string;
  readonly version?: number;
}

let names = 0;

/** A name that no other test of this process uses. */
export function freshApplication(): string {
  names += 1;
  return `app-${names}`;
}

/** `times` counts in its `hold`. */
export function makeScalingRecord(of: Of & { readonly layer?: string; readonly times?: number }): ScalingRecord {
  const { application, version = 1, layer = 'web', times = 0 } = of;
  return {
    kind: 'scaling',
    application,
    version,
    layer,
    memory: { wishes: [{ at: noon, count: 3 }], inService: [] },
    hold: { reason: 'nothing to do', because: 'nothing to do', since: noon, times },
  };
}

export function makeHeadRecord(of: Of & { readonly nextSlotNumber?: number }): HeadRecord {
  const { application, version = 1, nextSlotNumber = 1 } = of;
  return {
    kind: 'head',
    application,
    version,
    bornAt: noon,
    tokenKey: 'ab'.repeat(32),
    membershipVersion: 0,
    nextSlotNumber: { web: nextSlotNumber },
  };
}

export function makeSlotRecord(of: Of & { readonly number: number }): SlotRecord {
  const { application, version = 1, number } = of;
  return { kind: 'slot', application, version, slot: makeSlot({ number }) };
}

export function makeFileRecord({ application, version = 1 }: Of): FileRecord {
  const file = { ...makeFile(), application };
  return { kind: 'file', application, version, file, parameters: { siteName: '' }, vanished: {}, appliedAt: noon };
}

/** A revision whose user data has so many bytes. */
export function makeLargeRevision(of: Of & { readonly revision: number; readonly bytes: number }): RevisionRecord {
  const { application, version = 1, revision, bytes } = of;
  return makeRevision({ application, version, revision, userData: 'x'.repeat(bytes) });
}

/** A decision to hold, `seconds` after noon. */
export function makeDecisionRecord(of: {
  readonly application: string;
  readonly seconds: number;
  readonly layer?: string;
  readonly because?: string;
}): DecisionRecord {
  const { application, seconds, layer = 'web', because = 'nothing to do' } = of;
  const decision: Decision = {
    layer,
    at: later(seconds),
    trigger: 'schedule',
    fileVersion: 1,
    readings: [
      { kpi: 'cpu', value: 0.1, source: 'held', periodSeconds: 60, coverageRatio: 2 / 3, recent: [1, undefined, 1e-7] },
    ],
    alarms: [],
    proposals: [{ rule: 'keep cpu near 60', kind: 'agree', because: '' }],
    limits: [],
    from: { count: 2, revision: 1 },
    to: { count: 2, revision: 1 },
    outcome: 'hold',
    because,
    hourlyUsdBefore: 0.1632,
    hourlyUsdAfter: 0.1632,
  };
  return { kind: 'decision', application, version: 1, decision, expiresAt: later(seconds + 86_400) };
}
