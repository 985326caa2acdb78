import { beforeAll, describe, expect, it } from 'vitest';
import type { Table } from '../../adapters/ports.ts';
import { type UsageRecord, wholeAccount } from '../../core/records.ts';
import { later, makeAcknowledgement, makeInstance, makeObservation } from '../factories/stored.ts';
import {
  freshApplication,
  makeDecisionRecord,
  makeFileRecord,
  makeHeadRecord,
  makeLargeRevision,
  makeScalingRecord,
  makeSlotRecord,
} from '../factories/table.ts';

const writers = Array.from({ length: 40 }, (_, index) => index);

/** All begin at once; after a conflict each waits a time of its own, or 40 writers would take 820 rounds. */
const standBack = (writer: number) => new Promise((resolve) => setTimeout(resolve, writer * 8));

/** What every table promises of one record at a time; tests keep to applications of their own, so one table serves them all. */
export function singleRecordContract(name: string, makeTable: () => Promise<Table>): void {
  describe(`${name}, one record at a time`, () => {
    let table: Table;
    beforeAll(async () => {
      table = await makeTable();
    });

    it('is empty for an application that it does not know', async () => {
      const stored = await table.load('nobody');

      expect(stored.file).toBeUndefined();
      expect(stored.slots).toEqual([]);
      expect(await table.decisions('nobody', { limit: 10 })).toEqual([]);
    });

    it('gives back what was written', async () => {
      const application = freshApplication();
      const instance = makeInstance({ application, slotNumber: 3, isProtected: true });
      const observation = makeObservation({ application, instance });
      const scaling = makeScalingRecord({ application, times: 12 });

      await table.commit(application, { put: [observation] });
      await table.commit(application, { put: [scaling] });

      const stored = await table.load(application);
      expect(stored.observations.get('i-3')).toStrictEqual(observation);
      expect(stored.scaling.get('web')).toStrictEqual(scaling);
    });

    it('keeps a gap in a list, an empty text and the last digit of a number', async () => {
      const application = freshApplication();
      const record = makeDecisionRecord({ application, seconds: 0 });

      await table.commit(application, { put: [record] });

      expect(await table.decisions(application, { limit: 1 })).toStrictEqual([record]);
    });

    it('writes a record only on top of the version before it', async () => {
      const application = freshApplication();
      const write = (version: number) => table.commit(application, { put: [makeHeadRecord({ application, version })] });

      expect(await write(2)).toBe('conflict');
      expect(await write(1)).toBe('committed');
      expect(await write(1)).toBe('conflict');
      expect(await write(3)).toBe('conflict');
      expect(await write(2)).toBe('committed');
      expect((await table.load(application)).head?.version).toBe(2);
    });

    it('removes a record only at the version given, and then begins at 1 again', async () => {
      const application = freshApplication();
      const record = makeAcknowledgement({ application });
      await table.commit(application, { put: [record] });
      await table.commit(application, { put: [{ ...record, version: 2 }] });

      expect(await table.commit(application, { put: [], remove: [record] })).toBe('conflict');
      expect(await table.commit(application, { put: [], remove: [{ ...record, version: 2 }] })).toBe('committed');
      expect((await table.load(application)).acknowledgements.size).toBe(0);
      expect(await table.commit(application, { put: [], remove: [record] })).toBe('conflict');
      expect(await table.commit(application, { put: [record] })).toBe('committed');
    });

    it('lets one of 40 writers through when all write the same version at once', async () => {
      const application = freshApplication();
      const record = makeScalingRecord({ application });

      const answers = await Promise.all(writers.map(() => table.commit(application, { put: [record] })));

      expect(answers.filter((answer) => answer === 'committed')).toHaveLength(1);
    });

    it('loses nothing of 40 writers at once that read again after a conflict', async () => {
      const application = freshApplication();
      const countOne = async (writer: number): Promise<void> => {
        for (;;) {
          const stored = (await table.load(application)).scaling.get('web');
          const next = { version: (stored?.version ?? 0) + 1, times: (stored?.hold?.times ?? 0) + 1 };
          const answer = await table.commit(application, { put: [makeScalingRecord({ application, ...next })] });
          if (answer === 'committed') return;
          await standBack(writer);
        }
      };

      await Promise.all(writers.map(countOne));

      expect((await table.load(application)).scaling.get('web')).toMatchObject({ version: 40, hold: { times: 40 } });
    }, 20_000);

    it('loads slots in order of their numbers', async () => {
      const application = freshApplication();
      for (const number of [10, 9, 100])
        await table.commit(application, { put: [makeSlotRecord({ application, number })] });

      const { slots } = await table.load(application);

      expect(slots.map(({ slot }) => slot.number)).toEqual([9, 10, 100]);
    });

    it('loads more than one page holds', async () => {
      const application = freshApplication();
      for (let revision = 1; revision <= 6; revision += 1) {
        const record = makeLargeRevision({ application, revision, bytes: 300_000 });
        await table.commit(application, { put: [record] });
      }

      expect((await table.load(application)).revisions.size).toBe(6);
    });

    it('keeps applications apart whose names begin alike', async () => {
      const application = freshApplication();
      const longer = `${application}-2`;
      await table.commit(application, { put: [makeHeadRecord({ application })] });
      await table.commit(longer, { put: [makeSlotRecord({ application: longer, number: 1 })] });

      expect((await table.load(application)).slots).toEqual([]);
      expect((await table.load(longer)).head).toBeUndefined();
    });

    it('refuses a record of another application', async () => {
      const record = makeHeadRecord({ application: 'other' });

      await expect(table.commit(freshApplication(), { put: [record] })).rejects.toThrow(RangeError);
    });

    it('has nothing to write for an empty change', async () => {
      expect(await table.commit(freshApplication(), { put: [] })).toBe('committed');
    });

    decisionContract(() => table);
  });
}

function decisionContract(table: () => Table): void {
  it('leaves decisions out of what it loads', async () => {
    const application = freshApplication();
    await table().commit(application, { put: [makeDecisionRecord({ application, seconds: 0 })] });

    const stored = await table().load(application);

    expect([stored.head, stored.slots.length, stored.scaling.size]).toEqual([undefined, 0, 0]);
  });

  it('gives decisions newest first, no more than asked', async () => {
    const application = freshApplication();
    for (const seconds of [60, 0, 120])
      await table().commit(application, { put: [makeDecisionRecord({ application, seconds })] });

    const newest = await table().decisions(application, { limit: 2 });

    expect(newest.map(({ decision }) => decision.at)).toEqual([later(120), later(60)]);
  });

  it('gives decisions of one layer only when it is named, through any number of others', async () => {
    const application = freshApplication();
    const because = 'x'.repeat(30_000);
    await table().commit(application, { put: [makeDecisionRecord({ application, seconds: 0, layer: 'db' })] });
    for (let seconds = 60; seconds <= 2400; seconds += 60)
      await table().commit(application, { put: [makeDecisionRecord({ application, seconds, because })] });

    const ofDb = await table().decisions(application, { limit: 5, layer: 'db' });

    expect(ofDb.map(({ decision }) => decision.layer)).toEqual(['db']);
  });

  it('gives decisions before an instant, that instant left out', async () => {
    const application = freshApplication();
    for (const seconds of [0, 60, 120])
      await table().commit(application, { put: [makeDecisionRecord({ application, seconds })] });

    const before = await table().decisions(application, { limit: 5, before: later(60) });

    expect(before.map(({ decision }) => decision.at)).toEqual([later(0)]);
  });

  it('keeps what shadow rules decided apart: neither is among the other, or in what is loaded', async () => {
    const application = freshApplication();
    const at = (seconds: number) => makeDecisionRecord({ application, seconds });
    const shadowAt = (seconds: number) => ({ ...at(seconds), kind: 'shadow-decision' as const });
    for (const record of [at(0), shadowAt(0), shadowAt(60), at(120), shadowAt(180)])
      await table().commit(application, { put: [record] });

    const live = await table().decisions(application, { limit: 9 });
    const shadow = await table().decisions(application, { limit: 9, of: 'shadow' });
    const before = await table().decisions(application, { limit: 9, of: 'shadow', before: later(180), layer: 'web' });

    expect(live.map(({ kind, decision }) => [kind, decision.at])).toEqual([
      ['decision', later(120)],
      ['decision', later(0)],
    ]);
    expect(shadow).toStrictEqual([shadowAt(180), shadowAt(60), shadowAt(0)]);
    expect(before.map(({ decision }) => decision.at)).toEqual([later(60), later(0)]);
    expect((await table().load(application)).shadows.size).toBe(0);
    expect(await table().commit(application, { put: [shadowAt(60)] })).toBe('conflict');
  });

  it('takes a decision once', async () => {
    const application = freshApplication();
    const record = makeDecisionRecord({ application, seconds: 0 });

    expect(await table().commit(application, { put: [record] })).toBe('committed');
    expect(await table().commit(application, { put: [record] })).toBe('conflict');
  });
}

/** What every table promises of several records at once. */
export function severalRecordsContract(name: string, makeTable: () => Promise<Table>): void {
  describe(`${name}, several records at once`, () => {
    let table: Table;
    beforeAll(async () => {
      table = await makeTable();
    });

    it('gives every version of the file, the old ones too', async () => {
      const application = freshApplication();
      await table.commit(application, { put: [makeFileRecord({ application })] });
      await table.commit(application, { put: [makeFileRecord({ application, version: 2 })] });

      expect(await table.file(application, 1)).toStrictEqual(makeFileRecord({ application }));
      expect(await table.file(application, 2)).toStrictEqual(makeFileRecord({ application, version: 2 }));
      expect(await table.file(application, 3)).toBeUndefined();
      expect(await table.file('nobody', 1)).toBeUndefined();
    });

    it('writes and removes all of a change, or nothing', async () => {
      const application = freshApplication();
      const head = makeHeadRecord({ application });
      const first = makeSlotRecord({ application, number: 1 });
      const second = makeSlotRecord({ application, number: 2 });
      await table.commit(application, { put: [head, first] });

      const stale = { put: [makeHeadRecord({ application, version: 2 }), second], remove: [{ ...first, version: 7 }] };
      expect(await table.commit(application, stale)).toBe('conflict');
      expect((await table.load(application)).head?.version).toBe(1);
      expect((await table.load(application)).slots).toEqual([first]);

      expect(await table.commit(application, { ...stale, remove: [first] })).toBe('committed');
      expect((await table.load(application)).head?.version).toBe(2);
      expect((await table.load(application)).slots).toEqual([second]);
    });

    it('writes a hundred records at once and no more', async () => {
      const application = freshApplication();
      const slots = Array.from({ length: 100 }, (_, index) => makeSlotRecord({ application, number: index + 1 }));

      await expect(table.commit(application, { put: [makeHeadRecord({ application }), ...slots] })).rejects.toThrow(
        RangeError,
      );
      expect(await table.commit(application, { put: slots })).toBe('committed');
      expect((await table.load(application)).slots).toHaveLength(100);
    });

    it('writes what is noted for the whole account together with an application, or neither', async () => {
      const application = freshApplication();
      const before = (await table.load(wholeAccount)).usage;
      const version = (before?.version ?? 0) + 1;
      const usage: UsageRecord = {
        kind: 'usage',
        application: wholeAccount,
        version,
        taken: { [application]: { instances: 2, hourlyUsd: 0.25 } },
      };
      const head = makeHeadRecord({ application });

      expect(await table.commit(application, { put: [head, { ...usage, version: version + 1 }] })).toBe('conflict');
      expect((await table.load(application)).head).toBeUndefined();
      expect(await table.commit(application, { put: [head, usage] })).toBe('committed');
      expect((await table.load(wholeAccount)).usage).toStrictEqual(usage);
      expect((await table.load(application)).usage).toBeUndefined();
      const next = makeHeadRecord({ application, version: 2 });
      expect(await table.commit(application, { put: [next, usage] })).toBe('conflict');
      expect((await table.load(application)).head).toStrictEqual(head);
    });

    it('refuses two records of one key', async () => {
      const application = freshApplication();
      const put = [makeHeadRecord({ application }), makeHeadRecord({ application, version: 2 })];

      await expect(table.commit(application, { put })).rejects.toThrow(RangeError);
    });

    it('refuses to remove a slot without writing the head, which is its fence', async () => {
      const application = freshApplication();
      const slot = makeSlotRecord({ application, number: 1 });
      await table.commit(application, { put: [makeHeadRecord({ application }), slot] });

      await expect(table.commit(application, { put: [], remove: [slot] })).rejects.toThrow(RangeError);
    });

    it('lists applications from the first to the last version of their file', async () => {
      const [first, second] = [freshApplication(), freshApplication()].sort();
      const names = async () => (await table.applications()).filter((name) => name === first || name === second);
      if (first === undefined || second === undefined) throw new Error('two names are needed');

      await table.commit(second, { put: [makeFileRecord({ application: second })] });
      await table.commit(first, {
        put: [makeFileRecord({ application: first }), makeHeadRecord({ application: first })],
      });
      await table.commit(first, { put: [makeFileRecord({ application: first, version: 2 })] });
      expect(await names()).toEqual([first, second]);
      expect((await table.load(first)).file).toStrictEqual(makeFileRecord({ application: first, version: 2 }));

      await table.commit(first, { put: [], remove: [makeFileRecord({ application: first, version: 2 })] });
      expect(await names()).toEqual([second]);
      expect((await table.load(first)).file).toBeUndefined();
    });

    it('loses nothing of 40 writers at once behind one fence', async () => {
      const application = freshApplication();
      await table.commit(application, { put: [makeHeadRecord({ application })] });
      const takeSlot = async (writer: number): Promise<void> => {
        for (;;) {
          const { head } = await table.load(application);
          const number = head?.nextSlotNumber['web'] ?? 1;
          const version = (head?.version ?? 0) + 1;
          const next = makeHeadRecord({ application, version, nextSlotNumber: number + 1 });
          const answer = await table.commit(application, { put: [next, makeSlotRecord({ application, number })] });
          if (answer === 'committed') return;
          await standBack(writer);
        }
      };

      await Promise.all(writers.map(takeSlot));

      const { head, slots } = await table.load(application);
      expect(head).toMatchObject({ version: 41, nextSlotNumber: { web: 41 } });
      expect(slots.map(({ slot }) => slot.number)).toEqual(writers.map((index) => index + 1));
    }, 20_000);
  });
}
