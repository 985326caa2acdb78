import type { Table } from '../../adapters/ports.ts';
import { isBefore } from '../../core/amounts.ts';
import { applicationSchema } from '../../core/application/application-schema.ts';
import type { Decision } from '../../core/decision.ts';
import type { DecisionRecord, FileRecord, ScalingRecord, ShadowRecord, StoredRecord } from '../../core/records.ts';
import { storedFromRecords } from '../../core/stored.ts';

/** What an explanation reads of a table. */
export type ExplainTable = Pick<Table, 'applications' | 'load' | 'decisions' | 'file'>;

/** Records of a kind that such a file holds. */
type Recorded = DecisionRecord | FileRecord | ScalingRecord | ShadowRecord;

const kindOf = { live: 'decision', shadow: 'shadow-decision' } as const;

/** A file of records, one JSON object a line, read as a table. Throws RangeError with the number of the line that is none. */
export function recordedTable(text: string): ExplainTable {
  const records = text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [recordAt(line, index + 1)]));
  const of = (application: string) => records.filter((record) => record.application === application);
  const filesOf = (application: string) => of(application).filter((record) => record.kind === 'file');
  return {
    applications: async () => [...new Set(records.map(({ application }) => application))].toSorted(),
    load: async (application) => {
      const records: readonly StoredRecord[] = of(application);
      return storedFromRecords(application, records);
    },
    file: async (application, version) => filesOf(application).find((record) => record.version === version),
    decisions: async (application, { layer, limit, before, of: whose = 'live' }) =>
      of(application)
        .filter((record): record is DecisionRecord => record.kind === kindOf[whose])
        .filter(({ decision }) => layer === undefined || decision.layer === layer)
        .filter(({ decision }) => before === undefined || isBefore(decision.at, before))
        .toSorted((a, b) => b.decision.at - a.decision.at)
        .slice(0, limit),
  };
}

function recordAt(line: string, number: number): Recorded {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new RangeError(`line ${number} is no JSON object`, { cause: error });
  }
  if (!isRecorded(value)) throw new RangeError(`line ${number} is no record of a decision, a file or a hold`);
  return value;
}

/** Looks at what the explanation could not do without; the rest was written by us. */
function isRecorded(value: unknown): value is Recorded {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('application' in value)) return false;
  if (value.kind === 'decision' || value.kind === 'shadow-decision')
    return 'decision' in value && isDecision(value.decision);
  if (value.kind === 'file') return 'file' in value && applicationSchema.safeParse(value.file).success;
  return (value.kind === 'scaling' || value.kind === 'shadow') && 'layer' in value;
}

function isDecision(value: unknown): value is Decision {
  if (typeof value !== 'object' || value === null) return false;
  return ['layer', 'at', 'because', 'proposals', 'limits', 'readings', 'from', 'to'].every((name) => name in value);
}
