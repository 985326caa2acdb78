import { describe, expect, it } from 'vitest';
import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { MemoryTable, type TableChange } from '../../adapters/memory/memory-table.ts';
import { later, makeRefusal, noon } from '../factories/stored.ts';
import { makeDecisionRecord, makeHeadRecord, makeScalingRecord, makeSlotRecord } from '../factories/table.ts';
import { severalRecordsContract, singleRecordContract } from './table-contract.ts';

singleRecordContract('MemoryTable', async () => new MemoryTable(new MemoryClock(noon)));
severalRecordsContract('MemoryTable', async () => new MemoryTable(new MemoryClock(noon)));

function makeTable() {
  const clock = new MemoryClock(noon);
  const table = new MemoryTable(clock);
  const changes: TableChange[] = [];
  const stop = table.onChange((change) => changes.push(change));
  return { clock, table, changes, stop };
}

describe('MemoryTable', () => {
  it('tells what each commit changed, old and new, in the order of commits', async () => {
    const { table, changes, stop } = makeTable();
    const application = 'shop';
    const head = makeHeadRecord({ application });
    const newer = makeHeadRecord({ application, version: 2 });
    const slot = makeSlotRecord({ application, number: 1 });

    await table.commit(application, { put: [head, slot] });
    await table.commit(application, { put: [head] });
    await table.commit(application, { put: [newer], remove: [slot] });
    stop();
    await table.commit(application, { put: [makeHeadRecord({ application, version: 3 })] });

    expect(changes).toEqual([
      { application, key: 'head', after: head },
      { application, key: 'slot#web#000000001', after: slot },
      { application, key: 'head', before: head, after: newer },
      { application, key: 'slot#web#000000001', before: slot },
    ]);
  });

  it('tells one order to all, even when a listener commits at once', async () => {
    const { table } = makeTable();
    const heard: string[] = [];
    table.onChange(({ key }) => {
      if (key === 'head') void table.commit('shop', { put: [makeScalingRecord({ application: 'shop' })] });
    });
    table.onChange(({ key }) => heard.push(key));

    const slot = makeSlotRecord({ application: 'shop', number: 1 });
    await table.commit('shop', { put: [makeHeadRecord({ application: 'shop' }), slot] });

    expect(heard).toEqual(['head', 'slot#web#000000001', 'scaling#web']);
  });

  it('removes what has expired, at the instant of expiry and not before', async () => {
    const { clock, table, changes } = makeTable();
    const refusal = makeRefusal({ expiresAt: later(100) });
    const lasting = makeRefusal({ zone: 'zone-b', expiresAt: later(200) });
    const decision = makeDecisionRecord({ application: 'shop', seconds: 0 });
    await table.commit('shop', { put: [refusal, lasting, decision] });

    clock.advanceTo(later(99));
    expect((await table.load('shop')).refusals).toEqual([refusal, lasting]);
    clock.advanceTo(later(100));
    expect((await table.load('shop')).refusals).toEqual([lasting]);
    clock.advanceTo(later(86_400));
    expect(await table.decisions('shop', { limit: 5 })).toEqual([]);
    expect((await table.load('shop')).refusals).toEqual([]);

    expect(changes.slice(3).map(({ before, after }) => [before, after])).toEqual([
      [refusal, undefined],
      [decision, undefined],
      [lasting, undefined],
    ]);
    expect(await table.commit('shop', { put: [refusal] })).toBe('committed');
  });

  it('hands out records that nobody can change', async () => {
    const { table } = makeTable();
    await table.commit('shop', { put: [makeHeadRecord({ application: 'shop' })] });

    const { head } = await table.load('shop');

    expect(Object.isFrozen(head) && Object.isFrozen(head?.nextSlotNumber)).toBe(true);
  });

  it('copies nothing: an unchanged application loads as the same object', async () => {
    const { table } = makeTable();
    const head = makeHeadRecord({ application: 'shop' });
    await table.commit('shop', { put: [head] });

    const loaded = await table.load('shop');
    await table.commit('shop', { put: [makeDecisionRecord({ application: 'shop', seconds: 0 })] });

    expect(loaded.head).toBe(head);
    expect(await table.load('shop')).toBe(loaded);
  });
});
