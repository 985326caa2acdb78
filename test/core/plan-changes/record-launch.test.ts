import { describe, expect, it } from 'vitest';
import { recordLaunch } from '../../../core/plan-changes/record-launch.ts';
import { later, makeInstance, makeRefusal, makeRevision, makeSlot, makeStored, noon } from '../../factories/stored.ts';

const launch = { token: 't', first: 1, count: 2 };
const slots = [1, 2].map((number) => makeSlot({ number, state: 'launching', launch }));
const request = {
  application: 'shop',
  layer: 'web',
  launch,
  placement: { subnetId: 'subnet-a', zone: 'zone-a', market: 'on-demand' },
  revision: makeRevision(),
} as const;
const shortage = { code: 'InsufficientInstanceCapacity', message: 'none left', remedy: 'elsewhere' } as const;

describe('the answer of a launch', () => {
  it('boots the slots that got a machine and ends the others, whose names are not used again', () => {
    const result = { launched: [makeInstance({ slotNumber: 1, instanceId: 'i-new' })], refused: shortage };

    const recorded = recordLaunch(makeStored({ slots }), { request, result, now: noon });

    expect(recorded.slots).toMatchObject([
      { number: 1, state: 'booting', instanceId: 'i-new', since: noon },
      { number: 2, state: 'gone', because: 'EC2: InsufficientInstanceCapacity' },
    ]);
  });

  it('changes only rows that still wait for this very call', () => {
    const stored = makeStored({
      slots: [makeSlot({ number: 1, state: 'booting', launch }), makeSlot({ number: 2, state: 'launching' })],
    });

    expect(
      recordLaunch(stored, { request, result: { launched: [makeInstance({ slotNumber: 1 })] }, now: noon }).slots,
    ).toEqual([]);
  });

  it('keeps waiting for a slot that an answer without a refusal does not name', () => {
    const result = { launched: [makeInstance({ slotNumber: 1 })] };

    expect(
      recordLaunch(makeStored({ slots }), { request, result, now: noon }).slots.map(({ number }) => number),
    ).toEqual([1]);
  });

  it.each([
    [0, 60],
    [1, 120],
    [3, 480],
    [4, 900],
    [40, 900],
  ])('remembers a refused offering, after %i earlier refusals for %i s', (attempts, seconds) => {
    const more = attempts === 0 ? [] : [makeRefusal({ attempts })];

    const { refused } = recordLaunch(makeStored({ slots, more }), {
      request,
      result: { launched: [], refused: shortage },
      now: noon,
    });

    expect(refused).toMatchObject({
      code: shortage.code,
      zone: 'zone-a',
      attempts: attempts + 1,
      retryAt: later(seconds),
    });
    expect(refused?.version).toBe(attempts === 0 ? 1 : 2);
  });

  it('forgets the refusal of an offering that works again, and of no other', () => {
    const more = [makeRefusal(), makeRefusal({ zone: 'zone-b' })];

    const { cleared } = recordLaunch(makeStored({ slots, more }), { request, result: { launched: [] }, now: noon });

    expect(cleared).toEqual(makeRefusal());
  });
});
