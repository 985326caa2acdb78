import { describe, expect, it } from 'vitest';
import { acknowledgementToken } from '../../core/acknowledgement-token.ts';
import type { NoticeEvent, Slot } from '../../core/instance-life.ts';
import { type Telling, tellParticipants } from '../../core/tell-participants.ts';
import {
  later,
  makeAcknowledgement,
  makeFile,
  type makeRecords,
  makeSlot,
  makeStored,
  makeTold,
  noon,
} from '../factories/stored.ts';

const lb = { lb: { hears: ['web'], acknowledge: { withinSeconds: 120 } } };
const stopping = { lb: { hears: ['web'], acknowledge: { withinSeconds: 120, onTimeout: 'stop' } } };

function changed(number: number, event: NoticeEvent, version: number, overrides: Partial<Slot> = {}): Slot {
  return makeSlot({ number, change: { event, version, at: later(-60) }, because: 'carry the load', ...overrides });
}

function tell(of: Parameters<typeof makeRecords>[0], participants: object = lb): readonly Telling[] {
  return tellParticipants(makeStored({ file: makeFile({ participants }), ...of }), noon);
}

describe('telling', () => {
  it('tells a change together with the whole membership, and what was told is what is stored', () => {
    const slots = [
      changed(1, 'joined', 3),
      changed(2, 'joining', 5, { state: 'joining' }),
      makeSlot({ number: 3, state: 'booting' }),
    ];

    const [telling, ...others] = tell({ slots, more: [makeTold({ membershipVersion: 4 })] });

    expect(others).toEqual([]);
    expect(telling?.notices).toMatchObject([
      {
        schema: 'concertina.notice/1',
        id: 'shop-000005',
        application: 'shop',
        event: 'joining',
        participant: 'lb',
        sentAt: '2026-11-21T12:00:00Z',
        change: {
          layer: 'web',
          instances: [{ slot: 'web-2', instanceId: 'i-2', type: 'm7g.large', capacity: 1 }],
          because: 'carry the load',
        },
        membership: {
          version: 5,
          layers: {
            web: [
              { slot: 'web-1', state: 'in-service' },
              { slot: 'web-2', state: 'joining' },
            ],
          },
        },
        acknowledge: { by: '2026-11-21T12:02:00Z' },
      },
    ]);
    expect(telling?.told).toMatchObject({
      version: 2,
      membershipVersion: 5,
      attempts: 1,
      sentAt: noon,
      awaiting: [{ membershipVersion: 5, sentAt: noon }],
    });
  });

  it('tells a burst in one notice, and each event in a notice of its own, oldest change first', () => {
    const slots = [changed(1, 'left', 5, { state: 'gone' }), changed(2, 'joining', 4), changed(3, 'joining', 4)];

    const notices = tell({ slots })[0]?.notices;

    expect(notices?.map(({ event, change }) => [event, change.instances.map(({ slot }) => slot)])).toEqual([
      ['joining', ['web-2', 'web-3']],
      ['left', ['web-1']],
    ]);
  });

  it('says each reason of a burst once, and of very many the first five', () => {
    const reasons = ['a', 'b', 'a', 'c', 'd', 'e', 'f', 'g'];
    const slots = reasons.map((because, index) => changed(index + 1, 'joining', 5, { because }));

    expect(tell({ slots: slots.slice(0, 4) })[0]?.notices[0]?.change.because).toBe('a; b; c');
    expect(tell({ slots })[0]?.notices[0]?.change.because).toBe('a; b; c; d; e; and 2 more reasons');
  });

  it('tells each participant only of the layers it hears, and all with a star', () => {
    const participants = { billing: { hears: ['*'] }, other: { hears: ['db'] } };

    const tellings = tell({ slots: [changed(1, 'joining', 5)] }, participants);

    expect(tellings.map(({ participant }) => participant)).toEqual(['billing']);
    expect(tellings[0]?.notices[0]?.acknowledge).toBeUndefined();
    expect(tellings[0]?.told.awaiting).toEqual([]);
  });

  it('is silent when there is nothing new, and without a file or a head', () => {
    expect(
      tell(
        { slots: [changed(1, 'joined', 5)], more: [makeTold()] },
        { billing: { hears: ['*'] }, lb: { hears: ['web'] } },
      ).map(({ participant }) => participant),
    ).toEqual(['billing']);
    expect(tell({ slots: [makeSlot({ number: 1, state: 'booting' })] })).toEqual([]);
    expect(tellParticipants({ ...makeStored({}), file: undefined }, noon)).toEqual([]);
    expect(tellParticipants({ ...makeStored({}), head: undefined }, noon)).toEqual([]);
  });

  it('gives each participant a token for this version that no other participant has', () => {
    const token = tell({ slots: [changed(1, 'joining', 5)] })[0]?.notices[0]?.acknowledge?.token;
    const tokenFor = (participant: string, membershipVersion: number) =>
      acknowledgementToken('ab'.repeat(32), { application: 'shop', participant, membershipVersion });

    expect(token).toBe(tokenFor('lb', 5));
    expect(new Set([token, tokenFor('db', 5), tokenFor('lb', 6)]).size).toBe(3);
  });
});

describe('telling again', () => {
  const slots = [changed(1, 'joining', 5, { state: 'joining' })];
  const waiting = (overrides: object = {}) =>
    makeTold({ sentAt: later(-15), awaiting: [{ membershipVersion: 5, sentAt: later(-15) }], ...overrides });

  it.each([
    [1, 14, false],
    [1, 15, true],
    [2, 29, false],
    [2, 30, true],
    [9, 299, false],
    [9, 300, true],
  ])('sends an unanswered notice again after a back-off: attempt %i, %i s later: %s', (attempts, seconds, isSent) => {
    const told = makeTold({
      attempts,
      sentAt: later(-seconds),
      awaiting: [{ membershipVersion: 5, sentAt: later(-1) }],
    });

    const [telling] = tell({ slots, more: [told] });

    expect(telling?.notices.length ?? 0).toBe(isSent ? 1 : 0);
    if (isSent) expect(telling?.told).toMatchObject({ attempts: attempts + 1, sentAt: noon, awaiting: told.awaiting });
  });

  it('keeps the first deadline when it sends again, with the newest snapshot', () => {
    const [telling] = tell({ slots, membershipVersion: 7, more: [waiting()] });

    expect(telling?.notices[0]).toMatchObject({
      membership: { version: 7 },
      acknowledge: { by: '2026-11-21T12:01:45Z' },
    });
    expect(telling?.told.membershipVersion).toBe(7);
  });

  it('stops once this version or a later one was acknowledged', () => {
    const tellings = tell({ slots, more: [waiting(), makeAcknowledgement({ membershipVersion: 6 })] });

    expect(tellings).toMatchObject([{ notices: [], told: { version: 2, awaiting: [], expiredVersion: 0 } }]);
  });

  it('notes the deadline that passed, half-open, and is silent from then on', () => {
    const at = (seconds: number) =>
      tell({ slots, more: [waiting({ sentAt: noon, awaiting: [{ membershipVersion: 5, sentAt: later(-seconds) }] })] });

    expect(at(119)).toEqual([]);
    expect(at(120)).toMatchObject([{ notices: [], told: { awaiting: [], expiredVersion: 5 } }]);
    expect(tell({ slots, more: [waiting({ sentAt: later(-999), awaiting: [], expiredVersion: 5 })] })).toEqual([]);
  });

  it('goes on telling one that says stop after its deadline: a late answer must free the change', () => {
    const tellings = tell(
      { slots, more: [waiting({ sentAt: later(-999), awaiting: [], expiredVersion: 5 })] },
      stopping,
    );

    expect(tellings[0]?.notices).toHaveLength(1);
  });

  it('keeps what is waited for bounded: a version given up shares the deadline of the next later one', () => {
    const awaiting = Array.from({ length: 50 }, (_, index) => ({
      membershipVersion: index + 1,
      sentAt: later(-50 + index),
    }));

    const [telling] = tell({
      slots: [changed(1, 'joining', 60)],
      membershipVersion: 60,
      more: [makeTold({ membershipVersion: 50, awaiting })],
    });

    expect(telling?.told.awaiting.length).toBeLessThanOrEqual(50);
    expect(telling?.told.awaiting[0]?.membershipVersion).toBe(1);
    expect(telling?.told.awaiting.at(-1)?.membershipVersion).toBe(60);
  });
});
