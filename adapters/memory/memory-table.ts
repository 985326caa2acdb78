import { earlier, type Instant, isAtOrAfter, isBefore } from '../../core/amounts.ts';
import { recordKey } from '../../core/record-key.ts';
import { type DecisionRecord, type FileRecord, type StoredRecord, wholeAccount } from '../../core/records.ts';
import { type Stored, storedAfter, storedFromRecords } from '../../core/stored.ts';
import type { Change, Clock, DecisionQuery, Table } from '../ports.ts';
import { requireWritable } from '../writable-change.ts';
import { OrderedRecords } from './ordered-records.ts';

/** What a commit, or the expiry of a record, did to one record: as a table stream with old and new images tells it. */
export interface TableChange {
  readonly application: string;
  readonly key: string;
  /** Absent when the record is new. */
  readonly before?: StoredRecord;
  /** Absent when the record was removed. */
  readonly after?: StoredRecord;
}

/** Called once for each changed record, in the order of commits and within one in the order of its lists. Must not throw. */
export type TableListener = (change: TableChange) => void;

interface Shelf {
  /** Everything but decisions. */
  readonly live: OrderedRecords<StoredRecord>;
  readonly decisions: OrderedRecords<DecisionRecord>;
  readonly shadowDecisions: OrderedRecords<DecisionRecord>;
  /** Every version of the application file. */
  readonly files: Map<number, FileRecord>;
  /** What `load` last returned. */
  loaded: Stored | undefined;
  /** Kinds of records that have changed since. */
  readonly stale: Set<StoredRecord['kind']>;
  /** No live record expires before this. */
  nextExpiryAt: Instant | undefined;
}

/**
 * The table of the local world. Records are frozen as they are written and handed out by reference: nobody can change what is stored, and
 * nothing is copied. A record that expired is gone the next time its application is read or written; DynamoDB takes up to a few days.
 */
export class MemoryTable implements Table {
  readonly #clock: Clock;
  readonly #shelves = new Map<string, Shelf>();
  readonly #listeners = new Set<TableListener>();
  readonly #untold: TableChange[] = [];
  #isTelling = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells every later change to `listener`, when the commit that made it is complete; returns how to stop. */
  onChange(listener: TableListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async applications(): Promise<readonly string[]> {
    const applied = [...this.#shelves].filter(([, shelf]) => shelf.live.get('file') !== undefined);
    return applied.map(([name]) => name).sort();
  }

  async load(application: string): Promise<Stored> {
    const shelf = this.#freshShelf(application);
    if (shelf === undefined) return storedFromRecords(application, []);
    const records = shelf.live.ascending();
    if (shelf.loaded === undefined) shelf.loaded = storedFromRecords(application, records);
    else if (shelf.stale.size > 0) shelf.loaded = storedAfter(shelf.loaded, shelf.stale, records);
    shelf.stale.clear();
    return shelf.loaded;
  }

  async commit(application: string, change: Change): Promise<'committed' | 'conflict'> {
    requireWritable(application, change);
    const shelf = this.#freshShelf(application) ?? this.#newShelf(application);
    const puts = change.put.map((record) => ({ key: recordKey(record), record, shelf: this.#shelfFor(record, shelf) }));
    const removals = (change.remove ?? []).map((record) => ({ key: recordKey(record), record }));
    for (const { key, record, shelf: own } of puts)
      if ((recordsOf(own, record).get(key)?.version ?? 0) !== record.version - 1) return 'conflict';
    for (const { key, record } of removals)
      if ((recordsOf(shelf, record).get(key)?.version ?? 0) !== record.version) return 'conflict';
    for (const { key, record, shelf: own } of puts) this.#untold.push(put(own, key, record));
    for (const { key } of removals) this.#untold.push(remove(application, shelf, key));
    this.#tell();
    return 'committed';
  }

  async file(application: string, version: number): Promise<FileRecord | undefined> {
    return this.#shelves.get(application)?.files.get(version);
  }

  async decisions(application: string, query: DecisionQuery): Promise<readonly DecisionRecord[]> {
    const { layer, limit, before, of = 'live' } = query;
    const shelf = this.#freshShelf(application);
    const stored = (of === 'live' ? shelf?.decisions : shelf?.shadowDecisions)?.ascending() ?? [];
    const found: DecisionRecord[] = [];
    for (let index = stored.length - 1; index >= 0 && found.length < limit; index -= 1) {
      const record = stored[index];
      if (record === undefined || (layer !== undefined && record.decision.layer !== layer)) continue;
      if (before === undefined || isBefore(record.decision.at, before)) found.push(record);
    }
    return found;
  }

  /** One record of a change may be that of the whole account. */
  #shelfFor(record: StoredRecord, ofApplication: Shelf): Shelf {
    if (record.kind !== 'usage') return ofApplication;
    return this.#shelves.get(wholeAccount) ?? this.#newShelf(wholeAccount);
  }

  #newShelf(application: string): Shelf {
    const shelf = {
      live: new OrderedRecords<StoredRecord>(),
      decisions: new OrderedRecords<DecisionRecord>(),
      shadowDecisions: new OrderedRecords<DecisionRecord>(),
      files: new Map<number, FileRecord>(),
      loaded: undefined,
      stale: new Set<StoredRecord['kind']>(),
      nextExpiryAt: undefined,
    };
    this.#shelves.set(application, shelf);
    return shelf;
  }

  /** The records of an application, the expired ones removed. */
  #freshShelf(application: string): Shelf | undefined {
    const shelf = this.#shelves.get(application);
    if (shelf === undefined) return undefined;
    for (const key of expiredKeys(shelf, this.#clock.now())) this.#untold.push(remove(application, shelf, key));
    this.#tell();
    return shelf;
  }

  /** A listener that commits at once adds to the end of what is told, so every listener sees one order. */
  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      for (let next = this.#untold.shift(); next !== undefined; next = this.#untold.shift()) {
        for (const listener of this.#listeners) listener(next);
      }
    } finally {
      this.#isTelling = false;
    }
  }
}

/** Where a record of this kind lies. */
function recordsOf(
  shelf: Shelf,
  { kind }: StoredRecord,
): OrderedRecords<StoredRecord> | OrderedRecords<DecisionRecord> {
  if (kind === 'decision') return shelf.decisions;
  return kind === 'shadow-decision' ? shelf.shadowDecisions : shelf.live;
}

function put(shelf: Shelf, key: string, record: StoredRecord): TableChange {
  freeze(record);
  const before = putOn(shelf, key, record);
  if (record.kind !== 'decision' && record.kind !== 'shadow-decision') {
    shelf.stale.add(record.kind);
    if (record.kind === 'file') shelf.files.set(record.version, record);
    if ('expiresAt' in record) shelf.nextExpiryAt = earlier(shelf.nextExpiryAt, record.expiresAt);
  }
  const { application } = record;
  return before === undefined ? { application, key, after: record } : { application, key, before, after: record };
}

function putOn(shelf: Shelf, key: string, record: StoredRecord): StoredRecord | undefined {
  if (record.kind === 'decision') return shelf.decisions.put(key, record);
  return record.kind === 'shadow-decision' ? shelf.shadowDecisions.put(key, record) : shelf.live.put(key, record);
}

function remove(application: string, shelf: Shelf, key: string): TableChange {
  const live = shelf.live.remove(key);
  if (live !== undefined) shelf.stale.add(live.kind);
  const before = live ?? shelf.decisions.remove(key) ?? shelf.shadowDecisions.remove(key);
  return { application, key, ...(before && { before }) };
}

/** Decisions are written in the order in which they expire, so only the oldest are looked at. */
function expiredKeys(shelf: Shelf, now: Instant): readonly string[] {
  const keys: string[] = [];
  for (const decisions of [shelf.decisions, shelf.shadowDecisions]) {
    for (const decision of decisions.ascending()) {
      if (!isAtOrAfter(now, decision.expiresAt)) break;
      keys.push(recordKey(decision));
    }
  }
  if (shelf.nextExpiryAt === undefined || !isAtOrAfter(now, shelf.nextExpiryAt)) return keys;
  let next: Instant | undefined;
  for (const record of shelf.live.ascending()) {
    if (!('expiresAt' in record)) continue;
    if (isAtOrAfter(now, record.expiresAt)) keys.push(recordKey(record));
    else next = earlier(next, record.expiresAt);
  }
  shelf.nextExpiryAt = next;
  return keys;
}

/**
 * Whatever is frozen already was frozen as a whole: parts that a record took over from the one before cost nothing. Parts come first: to list those
 * of a frozen object takes V8 longer.
 */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  for (const part of Object.values(value)) if (typeof part === 'object') freeze(part);
  Object.freeze(value);
}
