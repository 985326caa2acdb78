import { describe, expect, it } from 'vitest';
import { noteEvent, noteSweep } from '../../core/note-observations.ts';
import { later, makeInstance, makeObservation, makeSlot, makeStored, noon } from '../factories/stored.ts';

const known = makeObservation({ instance: makeInstance({ slotNumber: 1 }) });

describe('an event', () => {
  const note = (
    event: 'state' | 'interruption' | 'rebalance',
    instance = makeInstance({ slotNumber: 1 }),
    more = [known],
  ) => noteEvent(makeStored({ more }), { instance, event, at: noon });

  it('is written when it says something new', () => {
    expect(note('state')).toBeUndefined();
    expect(note('state', makeInstance({ slotNumber: 1, state: 'stopping' }))).toMatchObject({
      version: 2,
      instance: { state: 'stopping' },
    });
    expect(note('state', makeInstance({ slotNumber: 1 }), [])).toMatchObject({
      version: 1,
      firstSeenAt: noon,
      missedSweeps: 0,
    });
  });

  it('keeps when EC2 will take an instance, and when it recommended to rebalance', () => {
    expect(note('interruption')?.interruptionAt).toBe(later(120));
    expect(note('rebalance')?.rebalanceAt).toBe(noon);
    const noted = { ...known, interruptionAt: later(7), rebalanceAt: later(3) };
    expect(note('interruption', undefined, [noted])).toBeUndefined();
    expect(note('rebalance', undefined, [noted])).toBeUndefined();
    expect(note('state', makeInstance({ slotNumber: 1, state: 'shutting-down' }), [noted])).toMatchObject({
      interruptionAt: later(7),
      rebalanceAt: later(3),
    });
  });

  it('never brings a terminated instance back', () => {
    const ended = makeObservation({ instance: makeInstance({ slotNumber: 1, state: 'terminated' }) });

    expect(note('state', undefined, [ended])).toBeUndefined();
  });
});

describe('a sweep', () => {
  const sweep = (of: Parameters<typeof makeStored>[0], listed: readonly ReturnType<typeof makeInstance>[]) =>
    noteSweep(makeStored(of), listed, noon);

  it('writes only what differs', () => {
    const protectedNow = makeInstance({ slotNumber: 2, isProtected: true });
    const more = [known, makeObservation({ instance: makeInstance({ slotNumber: 2 }) })];

    const { put, remove } = sweep({ more, slots: [makeSlot({ number: 1 })] }, [known.instance, protectedNow]);

    expect(put.map(({ instance, version }) => [instance.slotNumber, version])).toEqual([[2, 2]]);
    expect(remove).toEqual([]);
  });

  it('counts what the list lacks, twice at most, and starts again when it is back', () => {
    const slots = [makeSlot({ number: 1 })];
    const missed = (missedSweeps: number) => ({ slots, more: [{ ...known, missedSweeps }] });

    expect(sweep(missed(0), []).put).toMatchObject([{ missedSweeps: 1 }]);
    expect(sweep(missed(1), []).put).toMatchObject([{ missedSweeps: 2 }]);
    expect(sweep(missed(2), []).put).toEqual([]);
    expect(sweep(missed(1), [known.instance]).put).toMatchObject([{ missedSweeps: 0 }]);
  });

  it('counts an instance of a slot that nobody ever saw', () => {
    const { put } = sweep(
      {
        slots: [
          makeSlot({ number: 1 }),
          makeSlot({ number: 2, state: 'gone' }),
          makeSlot({ number: 3, state: 'launching' }),
        ],
      },
      [],
    );

    expect(put).toMatchObject([{ version: 1, missedSweeps: 1, instance: { instanceId: 'i-1', slotNumber: 1 } }]);
  });

  it('removes what has ended and has no slot any more, and does not take it up again while EC2 still shows it', () => {
    const ended = makeObservation({ instance: makeInstance({ slotNumber: 1, state: 'terminated' }) });

    expect(sweep({ more: [ended] }, [ended.instance])).toEqual({ put: [], remove: [ended] });
    expect(sweep({ more: [{ ...known, missedSweeps: 2 }] }, [])).toMatchObject({
      put: [],
      remove: [{ missedSweeps: 2 }],
    });
    expect(sweep({}, [ended.instance])).toEqual({ put: [], remove: [] });
    expect(sweep({ more: [ended], slots: [makeSlot({ number: 1 })] }, [ended.instance])).toEqual({
      put: [],
      remove: [],
    });
  });
});
