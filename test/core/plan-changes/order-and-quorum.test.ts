import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../core/amounts.ts';
import { type Application, applicationSchema } from '../../../core/application/application-schema.ts';
import type { Slot } from '../../../core/instance-life.ts';
import { planChanges } from '../../../core/plan-changes/plan-changes.ts';
import { recordKey } from '../../../core/record-key.ts';
import type { DesiredRecord, StoredRecord } from '../../../core/records.ts';
import { storedFromRecords } from '../../../core/stored.ts';
import {
  later,
  makeFile,
  makeInstance,
  makeObservation,
  makeRecords,
  makeRevision,
  makeSlot,
  makeStored,
  makeTold,
  noon,
} from '../../factories/stored.ts';

function states(slots: readonly Slot[] | undefined): readonly string[] | undefined {
  return slots?.map((slot) => `${slot.layer}-${slot.number} ${slot.state}`);
}

describe('a stateful layer', () => {
  const stateful = (more: object = {}, count: object = { min: 3 }) =>
    makeFile({
      count,
      layer: { stateful: { keepInService: 3, ...more } },
      participants: { db: { hears: ['web'], acknowledge: { withinSeconds: 60 } } },
    });
  const applied = [makeTold({ participant: 'db', expiredVersion: 5 })];
  const member = (number: number, version = 5) =>
    makeSlot({ number, change: { event: 'joined', version, at: later(-100) } });
  const plan = (of: Parameters<typeof makeStored>[0]) =>
    states(planChanges(makeStored({ file: stateful(), ...of }), noon)?.slots);

  it('grows by one at a time', () => {
    expect(plan({ desired: 4, more: applied })).toEqual(['web-1 intended']);
    expect(
      plan({ desired: 4, slots: [makeSlot({ number: 1, state: 'booting', launchedAt: noon })], more: applied }),
    ).toEqual([]);
  });

  it('takes the next step only after every participant has applied the last: the cluster has rebalanced', () => {
    const slots = [1, 2, 3].map((number) => member(number));

    expect(plan({ desired: 4, slots, more: [makeTold({ participant: 'db' })] })).toEqual([]);
    expect(plan({ desired: 4, slots, more: applied })).toEqual(['web-4 intended']);
  });

  it('shrinks by one at a time', () => {
    const slots = [1, 2, 3, 4, 5].map((number) => member(number));

    expect(plan({ desired: 3, slots, more: applied })).toEqual(['web-1 leaving']);
  });

  it('never goes below its quorum, whatever is desired', () => {
    const file = stateful({ oneAtATime: false }, { min: 3 });
    const slots = [1, 2, 3, 4, 5].map((number) => member(number));

    expect(plan({ file, desired: 1, slots, more: applied })).toEqual(['web-1 leaving', 'web-2 leaving']);
  });

  it('may change several at once when the file says so', () => {
    expect(plan({ file: stateful({ oneAtATime: false }), desired: 4, more: applied })).toHaveLength(4);
  });
});

describe('order between layers', () => {
  it('launches a layer once the one it names is complete', () => {
    const plan = (inService: number) =>
      states(planTwo({ db: { desired: 2, inService }, web: { desired: 3, inService: 2 } }));

    expect(plan(1)).toEqual(['db-2 intended']);
    expect(plan(2)).toEqual(['web-3 intended']);
  });

  it('waits when this very plan finds an instance of the other lost', () => {
    const records = twoLayers({ db: { desired: 2, inService: 2 }, web: { desired: 3, inService: 2 } });
    const lost = makeObservation({
      instance: makeInstance({ slotNumber: 1, instanceId: 'i-db-1', layer: 'db', state: 'terminated' }),
    });
    const asTableKeeps = [...records, lost].toSorted((a, b) => (recordKey(a) < recordKey(b) ? -1 : 1));

    const planned = states(planChanges(storedFromRecords('shop', asTableKeeps), noon)?.slots);

    expect(planned).toContain('db-1 failed');
    expect(planned).not.toContain('web-3 intended');
  });

  it('launches all the same once the other has had its time: one bad layer never blocks another', () => {
    const plan = (decidedAt: Instant) =>
      states(planTwo({ db: { desired: 2, inService: 1, decidedAt }, web: { desired: 3, inService: 2 } }));

    expect(plan(later(-119))).toEqual(['db-2 intended']);
    expect(plan(later(-120))).toEqual(['web-3 intended', 'db-2 intended']);
  });

  it('waits for a layer that nobody has decided yet', () => {
    const records = twoLayers({ db: { desired: 2, inService: 2 }, web: { desired: 3, inService: 2 } });
    const stored = storedFromRecords(
      'shop',
      records.filter((record) => record.kind !== 'desired' || record.layer !== 'db'),
    );

    expect(planChanges(stored, noon)?.slots).toEqual([]);
  });

  it('drains the front before the back: the back waits while anybody in front is leaving or about to', () => {
    const shrinking = { db: { desired: 1, inService: 2 }, web: { desired: 1, inService: 2 } };
    expect(states(planTwo(shrinking))).toEqual(['web-1 leaving']);

    const leaving = twoLayers({ db: { desired: 1, inService: 2 }, web: { desired: 2, inService: 2 } });
    const front = makeSlot({
      number: 3,
      state: 'leaving',
      since: noon,
      change: { event: 'leaving', version: 5, at: noon },
    });
    const withLeaving = [...leaving, { kind: 'slot', application: 'shop', version: 1, slot: front } as const];
    expect(planChanges(storedFromRecords('shop', withLeaving), noon)?.slots).toEqual([]);

    expect(states(planTwo({ db: { desired: 1, inService: 2 }, web: { desired: 2, inService: 2 } }))).toEqual([
      'db-1 leaving',
    ]);
  });

  it('lets the back leave when the front has had its time and nobody left, as when it is protected', () => {
    const plan = planTwo({
      db: { desired: 1, inService: 2 },
      web: { desired: 1, inService: 2, decidedAt: later(-60) },
    });

    expect(states(plan)).toEqual(['web-1 leaving', 'db-1 leaving']);
  });
});

describe('an unhealthy layer', () => {
  const slots = [1, 2, 3, 4].map((number) => makeSlot({ number }));
  const plan = (more: readonly StoredRecord[], extra: readonly Slot[] = []) =>
    states(
      planChanges(makeStored({ desired: 3, slots: [...slots, ...extra], more }), noon)?.slots.filter(
        ({ state }) => state === 'leaving',
      ),
    );

  it('shrinks no further while more of it has failed than it allows', () => {
    const failed = makeSlot({ number: 5, state: 'terminating', since: noon, failedAt: noon });

    expect(plan([], [failed])).toEqual([]);
    expect(plan([], [{ ...failed, state: 'gone' }])).toEqual(['web-1 leaving']);
  });

  it('counts those that a sweep missed', () => {
    const missed = makeObservation({ instance: makeInstance({ slotNumber: 2 }), missedSweeps: 1 });

    expect(plan([missed])).toEqual([]);
    expect(plan([{ ...missed, missedSweeps: 0 }])).toEqual(['web-1 leaving']);
  });
});

describe('readiness', () => {
  const booting = makeSlot({ number: 1, state: 'booting', launchedAt: noon });
  const instance = makeInstance({ slotNumber: 1 });
  const probe = {
    kind: 'probe',
    application: 'shop',
    version: 1,
    instanceId: 'i-1',
    readyAt: noon,
    expiresAt: later(600),
  } as const;

  it.each([
    ['running', [makeObservation({ instance })], true],
    ['status-checks', [makeObservation({ instance })], false],
    ['status-checks', [makeObservation({ instance, statusChecksPassedAt: noon })], true],
    ['signal', [makeObservation({ instance })], false],
    ['signal', [makeObservation({ instance: { ...instance, saysReady: true } })], true],
    [{ http: { port: 80 } }, [makeObservation({ instance })], false],
    [{ http: { port: 80 } }, [makeObservation({ instance }), probe], true],
    [{ http: { port: 80 } }, [makeObservation({ instance: { ...instance, state: 'pending' } }), probe], false],
  ] as const)('lets an instance join when it is ready as its layer asks: %j', (ready, more, isReady) => {
    const planned = planChanges(
      makeStored({ file: makeFile({ layer: { ready } }), desired: 1, slots: [booting], more }),
      noon,
    );

    expect(states(planned?.slots)).toEqual(isReady ? ['web-1 joining'] : []);
  });

  it('marks the last four launches of an image, good and bad', () => {
    const four = [1, 2, 3, 4].map((number) => ({ slot: `web-${number}`, isReady: true, at: noon }));
    const known = {
      kind: 'image',
      application: 'shop',
      version: 7,
      imageId: makeRevision().imageId,
      launches: four,
    } as const;
    const slots = [
      makeSlot({ number: 5, state: 'booting', launchedAt: later(-120) }),
      makeSlot({ number: 6, state: 'booting', launchedAt: noon }),
    ];
    const more = [known, makeObservation({ instance: makeInstance({ slotNumber: 6 }) })];

    const planned = planChanges(makeStored({ desired: 2, slots, more }), noon);

    expect(planned?.images).toMatchObject([
      {
        version: 8,
        launches: [
          { slot: 'web-3' },
          { slot: 'web-4' },
          { slot: 'web-5', isReady: false },
          { slot: 'web-6', isReady: true },
        ],
      },
    ]);
    expect(planChanges(makeStored({ desired: 1, slots: [makeSlot({ number: 1 })] }), noon)?.images).toEqual([]);
  });
});

interface LayerOf {
  readonly desired: number;
  readonly inService: number;
  readonly decidedAt?: Instant;
}

function planTwo(of: { readonly web: LayerOf; readonly db: LayerOf }): readonly Slot[] | undefined {
  return planChanges(storedFromRecords('shop', twoLayers(of)), noon)?.slots;
}

/** `web` launches after `db` and drains before it. */
function twoLayers(of: { readonly web: LayerOf; readonly db: LayerOf }): readonly StoredRecord[] {
  const web = makeFile().layers['web'];
  const file: Application = applicationSchema.parse({
    application: 'shop',
    layers: { web: { ...web, launchAfter: ['db'], drainBefore: ['db'] }, db: web },
  });
  const slots = (['web', 'db'] as const).flatMap((layer) =>
    Array.from({ length: of[layer].inService }, (_, index) =>
      makeSlot({ layer, number: index + 1, instanceId: `i-${layer}-${index + 1}` }),
    ),
  );
  const records = makeRecords({ file, slots }).filter(({ kind }) => kind !== 'desired' && kind !== 'head');
  const base = { application: 'shop', version: 1 } as const;
  const desired = (layer: 'web' | 'db'): DesiredRecord => ({
    ...base,
    kind: 'desired',
    layer,
    count: of[layer].desired,
    revision: 1,
    because: 'carry the load',
    decidedAt: of[layer].decidedAt ?? later(-5),
  });
  return [
    ...records,
    makeRevision({ layer: 'db' }),
    desired('web'),
    desired('db'),
    {
      ...base,
      kind: 'head',
      bornAt: later(-1000),
      tokenKey: 'ab'.repeat(32),
      membershipVersion: 5,
      nextSlotNumber: { web: of.web.inService + 1, db: of.db.inService + 1 },
    },
  ];
}
