import { describe, expect, it } from 'vitest';
import type { StoredRecord } from '../../core/records.ts';
import { type Stored, storedAfter, storedFromRecords } from '../../core/stored.ts';
import {
  later,
  makeAcknowledgement,
  makeInstance,
  makeObservation,
  makeRecords,
  makeRefusal,
  makeSlot,
  makeTold,
  noon,
} from '../factories/stored.ts';
import { makeScalingRecord } from '../factories/table.ts';

const base = { application: 'shop', version: 1 } as const;
const memory = { wishes: [], inService: [] };

/** One of each kind that a load of the table shows. */
const records: readonly StoredRecord[] = makeRecords({
  slots: [makeSlot({ number: 1 })],
  more: [
    makeScalingRecord({ application: 'shop' }),
    makeRefusal(),
    makeObservation({ instance: makeInstance({ slotNumber: 1 }) }),
    makeTold(),
    makeAcknowledgement(),
    { ...base, kind: 'tick', at: noon },
    { ...base, kind: 'usage', taken: {} },
    { ...base, kind: 'probe', instanceId: 'i-1', readyAt: noon, expiresAt: later(60) },
    { ...base, kind: 'image', imageId: 'ami-1', launches: [] },
    { ...base, kind: 'targets', participant: 'lb', targetGroupArn: 'arn', instanceIds: [] },
    { ...base, kind: 'hook-run', participant: 'db', membershipVersion: 1, fileVersion: 1, steps: [] },
    {
      ...base,
      kind: 'shadow',
      layer: 'web',
      since: noon,
      decidedAt: noon,
      fleet: { count: 1, coming: [] },
      memory,
      expiresAt: later(60),
    },
  ],
});

describe('storedAfter', () => {
  it.each(records.map(({ kind }) => kind))('reads a changed %s anew and keeps every other part as it is', (kind) => {
    const before = storedFromRecords('shop', records);
    const changed = records.map((record) => (record.kind === kind ? { ...record, version: 2 } : record));

    const after = storedAfter(before, new Set([kind]), changed);

    expect(after).toEqual(storedFromRecords('shop', changed));
    expect(Object.keys(after).filter((part) => after[part as keyof Stored] !== before[part as keyof Stored])).toEqual([
      expect.any(String),
    ]);
  });

  it('forgets records of a changed kind that are gone', () => {
    const before = storedFromRecords('shop', records);
    const fewer = records.filter(({ kind }) => kind !== 'slot');

    expect(storedAfter(before, new Set(['slot']), fewer)).toEqual(storedFromRecords('shop', fewer));
  });
});
