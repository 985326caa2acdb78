import { describe, expect, it } from 'vitest';
import { awaitingStatusChecks, noteEvent, noteSweep, unlistedOf } from '../../core/note-observations.ts';
import { later, makeFile, makeInstance, makeObservation, makeSlot, makeStored, noon } from '../factories/stored.ts';

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
    noteSweep(makeStored(of), { listed, passing: new Set(), now: noon });

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
    const more = [{ ...known, missedSweeps: 1, missedAt: later(-40) }];
    expect(sweep({ slots, more }, [known.instance]).put).toEqual([{ ...known, version: known.version + 1 }]);
  });

  it('counts two looks at once as one, and none at a machine so new that EC2 need not show it', () => {
    const slots = [makeSlot({ number: 1 })];
    const seen = (missedAt: number) =>
      sweep({ slots, more: [{ ...known, missedSweeps: 1, missedAt: later(-missedAt) }] }, []).put;
    const young = makeObservation({ instance: makeInstance({ slotNumber: 1, launchedAt: later(-59) }) });

    expect(seen(29)).toEqual([]);
    expect(seen(30)).toMatchObject([{ missedSweeps: 2, missedAt: noon }]);
    expect(sweep({ slots, more: [young] }, []).put).toEqual([]);
    expect(sweep({ slots: [makeSlot({ number: 1, launchedAt: later(-59) })] }, []).put).toEqual([]);
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

describe('what a sweep asks for by name', () => {
  it('is what slots hold and the list lacks, unless it has ended', () => {
    const ended = makeObservation({ instance: makeInstance({ slotNumber: 3, state: 'terminated' }) });
    const slots = [1, 2, 3].map((number) => makeSlot({ number }));
    const none = [makeSlot({ number: 4, state: 'gone' }), makeSlot({ number: 5, state: 'launching' })];

    expect(
      unlistedOf(makeStored({ slots: [...slots, ...none], more: [ended] }), [makeInstance({ slotNumber: 1 })]),
    ).toEqual(['i-2']);
  });

  it('is whether status checks pass, for booting instances of layers that wait for that, until they did', () => {
    const file = makeFile({ layer: { ready: 'status-checks' } });
    const slots = [
      makeSlot({ number: 1, state: 'booting' }),
      makeSlot({ number: 2, state: 'booting' }),
      makeSlot({ number: 3 }),
    ];
    const listed = [1, 2, 3].map((slotNumber) => makeInstance({ slotNumber }));
    const passed = makeObservation({ instance: makeInstance({ slotNumber: 2 }), statusChecksPassedAt: noon });
    const stored = makeStored({ file, slots, more: [passed] });

    expect(awaitingStatusChecks(stored, listed)).toEqual(['i-1']);
    expect(awaitingStatusChecks(stored, [makeInstance({ slotNumber: 1, state: 'pending' })])).toEqual([]);
    expect(awaitingStatusChecks(makeStored({ slots }), listed)).toEqual([]);
    const swept = noteSweep(stored, { listed, passing: new Set(['i-1']), now: noon });
    expect(swept.put.find(({ instance }) => instance.slotNumber === 1)?.statusChecksPassedAt).toBe(noon);
    expect(
      noteEvent(stored, { instance: makeInstance({ slotNumber: 2, state: 'stopping' }), event: 'state', at: noon })
        ?.statusChecksPassedAt,
    ).toBe(noon);
  });
});
