import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Instant } from '../../core/amounts.ts';
import { recordKey } from '../../core/record-key.ts';
import type { DecisionRecord, StoredRecord } from '../../core/records.ts';
import type { Change, DecisionQuery } from '../ports.ts';
import { type Item, itemFromObject, objectFromItem } from './dynamodb-item.ts';

/**
 * Where records lie in the table (docs/decisions/0001-one-table.md says why):
 *
 *   application (partition)   key (sort)            what
 *   shop                      head, slot#web#…, …   what `load` reads: everything that is true now
 *   shop#decisions            decision#…            decisions, until their `ttl`
 *   shop#shadow#decisions     shadow-decision#…   what shadow rules decided, until their `ttl`
 *   shop#files                file#000000003        every version of the application file, for ever
 *   #applications             shop                  one item an application
 *   #account                  usage                 what each application takes of the ceilings
 *
 * A name holds no `#`, so the partitions of two applications never meet. `ttl` is in whole seconds: DynamoDB's Time to Live reads it.
 */
export const registryPartition = '#applications';

/** Partition of the decisions of an application; those of its shadow rules lie apart, within the same rights. */
export function decisionPartition(application: string, of: NonNullable<DecisionQuery['of']> = 'live'): string {
  return of === 'live' ? `${application}#decisions` : `${application}#shadow#decisions`;
}

/** Sort key below which every decision is earlier than `before`. */
export function decisionKeyAt(before: Instant, of: NonNullable<DecisionQuery['of']> = 'live'): string {
  return `${of === 'live' ? 'decision' : 'shadow-decision'}#${String(before).padStart(15, '0')}`;
}

/** Where one version of an application file lies. */
export function fileVersionKey(application: string, version: number): Item {
  return keyOf(`${application}#files`, `file#${String(version).padStart(9, '0')}`);
}

/** One write of a commit: an item to put or a key to delete, the version that must be stored now, and what to call it in an error. */
export interface Write {
  readonly name: string;
  readonly item?: Item;
  readonly key: Item;
  /** 0: nothing may be stored. Absent: whatever is stored. */
  readonly storedVersion?: number;
}

/** All writes of a change, in its order. */
export function writesOf(application: string, change: Change): readonly Write[] {
  const removed = change.remove ?? [];
  return [...change.put.flatMap((record) => putsOf(application, record, change)), ...removed.flatMap(deletesOf)];
}

/** The record that an item of a live or decision partition holds. What was written was a record, so what is read is one. */
export function recordFromItem(item: Item): StoredRecord {
  const { key: _key, ttl: _ttl, fenced: _fenced, application, ...rest } = objectFromItem(item);
  const record: unknown = { ...rest, application: String(application).replace(/(?<=.)#.*$/, '') };
  if (!isRecord(record)) throw new TypeError(`not a record: ${JSON.stringify(record)}`);
  return record;
}

/**
 * Whether a read met a commit half done. A query is no transaction: it may show the head of a commit and not yet the slots that were
 * written with it. So the head names them, with the version they have since (0: removed), and a reader looks whether it saw all of that.
 */
export function isTorn(items: readonly Item[]): boolean {
  const versions = new Map(items.map((item) => [item['key']?.S, Number(item['version']?.N)]));
  const fenced = items.find((item) => item['key']?.S === 'head')?.['fenced']?.M ?? {};
  return Object.entries(fenced).some(([key, { N: version }]) => {
    const stored = versions.get(key) ?? 0;
    return Number(version) === 0 ? stored > 0 : stored < Number(version);
  });
}

function putsOf(application: string, record: StoredRecord, change: Change): readonly Write[] {
  const key = recordKey(record);
  const partition = partitionOf(record);
  const fenced = record.kind === 'head' ? { fenced: { M: slotsOf(change) } } : {};
  const ttl = 'expiresAt' in record ? { ttl: { N: String(Math.ceil(record.expiresAt / 1000)) } } : {};
  const item = { ...itemFromObject(record), ...keyOf(partition, key), ...fenced, ...ttl };
  const put = { name: key, item, key: keyOf(partition, key), storedVersion: record.version - 1 };
  if (record.kind !== 'file') return [put];
  const inHistory = fileVersionKey(application, record.version);
  const inRegistry = keyOf(registryPartition, application);
  return [
    put,
    { name: `history of ${key}`, item: { ...itemFromObject(record), ...inHistory }, key: inHistory },
    { name: `registry of ${key}`, item: inRegistry, key: inRegistry },
  ];
}

function deletesOf(record: StoredRecord): readonly Write[] {
  const { application, version } = record;
  const key = recordKey(record);
  const deletion = { name: key, key: keyOf(partitionOf(record), key), storedVersion: version };
  if (record.kind !== 'file') return [deletion];
  return [deletion, { name: `registry of ${key}`, key: keyOf(registryPartition, application) }];
}

function partitionOf({ kind, application }: StoredRecord): string {
  if (kind === 'decision') return decisionPartition(application);
  return kind === 'shadow-decision' ? decisionPartition(application, 'shadow') : application;
}

function slotsOf(change: Change): Item {
  const versions: Record<string, AttributeValue> = {};
  for (const record of change.put)
    if (record.kind === 'slot') versions[recordKey(record)] = { N: String(record.version) };
  for (const record of change.remove ?? []) if (record.kind === 'slot') versions[recordKey(record)] = { N: '0' };
  return versions;
}

function keyOf(application: string, key: string): Item {
  return { application: { S: application }, key: { S: key } };
}

function isRecord(value: unknown): value is StoredRecord {
  return typeof value === 'object' && value !== null && 'kind' in value && 'version' in value;
}

/** Only decisions lie in a decision partition. */
export function isDecision(record: StoredRecord): record is DecisionRecord {
  return record.kind === 'decision' || record.kind === 'shadow-decision';
}
