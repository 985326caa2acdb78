import { recordKey } from '../core/record-key.ts';
import type { Change } from './ports.ts';

/** What a DynamoDB transaction holds at most. */
const maxWrites = 100;

/** A file takes two writes more: its place in the history of files, and in the list of applications. */
const writesOfFile = 3;

/** Throws a RangeError for a change that no table can write: the caller's mistake, the same on every adapter. */
export function requireWritable(application: string, change: Change): void {
  const records = change.remove === undefined ? change.put : [...change.put, ...change.remove];
  const stranger = records.find((record) => record.application !== application && record.kind !== 'usage');
  if (stranger !== undefined)
    throw new RangeError(
      `a change of ${application} holds a record of ${stranger.application}: ${recordKey(stranger)}`,
    );
  const isFenced = change.put.some(({ kind }) => kind === 'head');
  // A table that reads without transactions finds a slot that is missing by what the head says of it (adapters/aws/table-layout.ts).
  if (!isFenced && change.remove?.some(({ kind }) => kind === 'slot'))
    throw new RangeError(`a change of ${application} removes slots without writing the head, which is their fence`);
  if (records.length < 2) return;
  const writes = records.reduce((sum, record) => sum + (record.kind === 'file' ? writesOfFile : 1), 0);
  if (writes > maxWrites) throw new RangeError(`a change takes at most ${maxWrites} writes, this one takes ${writes}`);
  const keys = new Set(records.map(recordKey));
  if (keys.size < records.length) throw new RangeError(`a change of ${application} holds two records of one key`);
}
