import { describe, expect, it } from 'vitest';
import type { Application } from '../../../core/application/application-schema.ts';
import type { Slot } from '../../../core/instance-life.ts';
import { MOST_ROWS, type Plan, planChanges } from '../../../core/plan-changes/plan-changes.ts';
import type { StoredRecord } from '../../../core/records.ts';
import { storedFromRecords } from '../../../core/stored.ts';
import {
  later,
  makeAcknowledgement,
  makeFile,
  makeInstance,
  makeObservation,
  makeRecords,
  makeRefusal,
  makeRevision,
  makeSlot,
  makeStored,
  makeTold,
  noon,
} from '../../factories/stored.ts';

const lbAcknowledges = { lb: { hears: ['web'], acknowledge: { withinSeconds: 120 } } };

function plan(of: Parameters<typeof makeRecords>[0]): Plan {
  const planned = planChanges(makeStored(of), noon);
  if (planned === undefined) throw new Error('there is nothing to plan from');
  return planned;
}

function states(slots: readonly Slot[]): Record<string, string> {
  return Object.fromEntries(slots.map((slot) => [`${slot.layer}-${slot.number}`, slot.state]));
}

const running = (slotNumber: number, overrides: object = {}) =>
  makeObservation({ instance: makeInstance({ slotNumber, ...overrides }) });

describe('launching', () => {
  it('intends what is missing before any call, spread over the zones, with numbers in a row for each call', () => {
    const planned = plan({ desired: 3, slots: [] });

    expect(states(planned.slots)).toEqual({ 'web-1': 'intended', 'web-2': 'intended', 'web-3': 'intended' });
    expect(planned.slots.map((slot) => [slot.placement.zone, slot.launch.first, slot.launch.count])).toEqual([
      ['zone-a', 1, 2],
      ['zone-a', 1, 2],
      ['zone-b', 3, 1],
    ]);
    expect(planned.nextSlotNumber).toEqual({ web: 4 });
    expect(planned.launches).toEqual([]);
    expect(planned.membershipVersion).toBe(5);
  });

  it('calls once for all slots of a stored intent', () => {
    const launch = { token: 't', first: 1, count: 2 };
    const slots = [
      makeSlot({ number: 1, state: 'intended', launch }),
      makeSlot({ number: 2, state: 'intended', launch }),
    ];

    const planned = plan({ desired: 2, slots });

    expect(states(planned.slots)).toEqual({ 'web-1': 'launching', 'web-2': 'launching' });
    expect(planned.launches.map((call) => call.launch)).toEqual([launch]);
  });

  it('repeats a call whose answer was never stored, with the same token, but not at once', () => {
    const waiting = (seconds: number) =>
      plan({ desired: 1, slots: [makeSlot({ number: 1, state: 'launching', since: later(-seconds) })] });

    expect(waiting(29).launches).toEqual([]);
    expect(waiting(30).launches.map(({ launch }) => launch.token)).toEqual(['token-1']);
  });

  it('never times a launch out whose outcome is unknown: a machine may be there', () => {
    const planned = plan({
      desired: 1,
      slots: [makeSlot({ number: 1, state: 'launching', since: later(-9999), intendedAt: later(-9999) })],
    });

    expect(planned.slots).toEqual([]);
  });

  it('makes another token for every intent, and the same one for the same intent', () => {
    const tokens = [1, 1, 2].map((desired) => plan({ desired, slots: [] }).slots[0]?.launch.token);

    expect(tokens[0]).toBe(tokens[1]);
    expect(tokens[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(plan({ desired: 2, slots: [makeSlot({ number: 1 })] }).slots[0]?.launch.token).not.toBe(tokens[0]);
  });

  it('never has more than max with all that may still run, the leaving and the terminating counted', () => {
    const file = makeFile({ count: { max: 4 } });
    const slots = [
      makeSlot({ number: 1 }),
      makeSlot({
        number: 2,
        state: 'leaving',
        since: noon,
        revision: 0,
        change: { event: 'leaving', version: 5, at: noon },
      }),
      makeSlot({ number: 3, state: 'terminating' }),
    ];

    expect(plan({ file, desired: 4, slots }).slots.map(({ state }) => state)).toEqual(['intended']);
  });

  it('leaves an offering that EC2 refused alone until its time, then probes it with one instance', () => {
    const refusedBoth = (retryAt: number) =>
      plan({
        desired: 4,
        more: [makeRefusal({ retryAt: later(retryAt) }), makeRefusal({ zone: 'zone-b', retryAt: later(60) })],
      }).slots.map((slot) => slot.placement.zone);

    expect(refusedBoth(1)).toEqual([]);
    expect(refusedBoth(0)).toEqual(['zone-a']);
    expect(plan({ desired: 2, more: [makeRefusal()] }).slots.map((slot) => slot.placement.zone)).toEqual([
      'zone-b',
      'zone-b',
    ]);
  });

  it('probes a refused offering once, for all layers and until the probe has its answer', () => {
    const file = makeFile();
    const web = file.layers['web'];
    if (web === undefined) throw new Error('there is no web layer');
    const due = makeRefusal({ retryAt: noon });
    const one = { launch: { ...web.launch, subnetIds: ['subnet-a'] } };
    const records = makeRecords({
      file: { ...file, layers: { web: { ...web, ...one }, api: web } },
      desired: 3,
      more: [due],
    });
    const onlyA = { subnets: [{ subnetId: 'subnet-a', zone: 'zone-a' }] };
    const withApi = records.flatMap((record): readonly StoredRecord[] => {
      if (record.kind === 'revision')
        return [
          { ...record, ...onlyA },
          { ...record, ...onlyA, layer: 'api' },
        ];
      return record.kind === 'desired' ? [record, { ...record, layer: 'api' }] : [record];
    });
    const first = planChanges(storedFromRecords('shop', withApi), noon)?.slots ?? [];
    const probing = first.map((slot) => ({ kind: 'slot', application: 'shop', version: 1, slot }) as const);

    const next = planChanges(storedFromRecords('shop', [...withApi, ...probing]), noon)?.slots ?? [];

    expect(first.map(({ state }) => state)).toEqual(['intended']);
    expect(next.map(({ state }) => state)).toEqual(['launching']);
  });

  it('uses Spot for as many as the layer allows, and on-demand when Spot is refused', () => {
    const markets = (more: readonly ReturnType<typeof makeRefusal>[]) => {
      const records = makeRecords({ desired: 4, more }).map((record) =>
        record.kind === 'revision' ? makeRevision({ spotPercent: 60 }) : record,
      );
      return planChanges(storedFromRecords('shop', records), noon)
        ?.slots.map((slot) => slot.placement.market)
        .toSorted();
    };

    expect(markets([])).toEqual(['on-demand', 'on-demand', 'spot', 'spot']);
    expect(markets([makeRefusal({ market: 'spot' }), makeRefusal({ market: 'spot', zone: 'zone-b' })])).toEqual(
      Array.from({ length: 4 }, () => 'on-demand'),
    );
  });

  it('asks for at most 50 in one call and stores no more rows at once than fit a write', () => {
    const planned = plan({ file: makeFile({ count: { max: 500 } }), desired: 300 });

    expect(planned.slots.length).toBeLessThanOrEqual(MOST_ROWS);
    expect(Math.max(...planned.slots.map((slot) => slot.launch.count))).toBeLessThanOrEqual(50);
    expect(planned.nextSlotNumber['web']).toBe(planned.slots.length + 1);
  });
});

describe('booting and joining', () => {
  it('takes up a machine whose launch answer was lost: it carries the name of its slot', () => {
    const planned = plan({
      desired: 1,
      slots: [makeSlot({ number: 1, state: 'launching' })],
      more: [running(1, { instanceId: 'i-lost', state: 'pending' })],
    });

    expect(planned.slots).toMatchObject([{ number: 1, state: 'booting', instanceId: 'i-lost' }]);
    expect(planned.launches).toEqual([]);
  });

  it('tells peers of a machine that runs, and takes over its address', () => {
    const planned = plan({ desired: 1, slots: [makeSlot({ number: 1, state: 'booting' })], more: [running(1)] });

    expect(planned.slots).toMatchObject([
      { state: 'joining', privateIp: '10.0.0.1', change: { event: 'joining', version: 6 } },
    ]);
    expect(planned.membershipVersion).toBe(6);
  });

  it('replaces a machine that is not ready at its deadline, and waits until then', () => {
    const bootingSince = (seconds: number) =>
      plan({
        desired: 1,
        slots: [makeSlot({ number: 1, state: 'booting', launchedAt: later(-seconds) })],
        more: [running(1, { state: 'pending' })],
      });

    expect(bootingSince(119).slots).toEqual([]);
    const planned = bootingSince(120);
    expect(states(planned.slots)).toEqual({ 'web-1': 'failed', 'web-2': 'intended' });
    expect(planned.slots[0]?.because).toBe('not ready within 120 s');
    expect(planned.slots[1]).toMatchObject({ replaces: 1, because: 'replaces web-1: not ready within 120 s' });
  });

  it.each([
    ['nobody was told', [], 'joining'],
    ['told, not acknowledged', [makeTold()], 'joining'],
    ['acknowledged an earlier version', [makeTold(), makeAcknowledgement({ membershipVersion: 4 })], 'joining'],
    ['acknowledged this version', [makeTold(), makeAcknowledgement({ membershipVersion: 5 })], 'in-service'],
    [
      'acknowledged a later version',
      [makeTold({ membershipVersion: 7 }), makeAcknowledgement({ membershipVersion: 7 })],
      'in-service',
    ],
    ['deadline passed', [makeTold({ expiredVersion: 5 })], 'in-service'],
    [
      'acknowledged, but the told record says an earlier version',
      [makeTold({ membershipVersion: 4 }), makeAcknowledgement()],
      'joining',
    ],
  ])('lets a joining machine in service only when its participants allow it: %s', (_, more, state) => {
    const joining = makeSlot({ number: 1, state: 'joining', change: { event: 'joining', version: 5, at: later(-60) } });

    const planned = plan({ file: makeFile({ participants: lbAcknowledges }), desired: 1, slots: [joining], more });

    expect(planned.slots[0]?.state ?? 'joining').toBe(state);
  });

  it('waits for ever for a participant that says stop', () => {
    const participants = { lb: { hears: ['*'], acknowledge: { withinSeconds: 120, onTimeout: 'stop' } } };
    const joining = makeSlot({
      number: 1,
      state: 'joining',
      change: { event: 'joining', version: 5, at: later(-6000) },
    });

    const planned = plan({
      file: makeFile({ participants }),
      desired: 1,
      slots: [joining],
      more: [makeTold({ expiredVersion: 5 })],
    });

    expect(planned.slots).toEqual([]);
  });

  it('does not wait for participants that hear other layers', () => {
    const joining = makeSlot({ number: 1, state: 'joining', change: { event: 'joining', version: 5, at: noon } });
    const file = makeFile({ participants: { lb: { hears: ['db'], acknowledge: { withinSeconds: 9 } } } });

    expect(plan({ file, desired: 1, slots: [joining] }).slots).toMatchObject([
      { state: 'in-service', inServiceAt: noon, change: { event: 'joined', version: 6 } },
    ]);
  });

  it('rolls back a machine that ends while it joins, and replaces it in the next plan', () => {
    const joining = makeSlot({ number: 1, state: 'joining', change: { event: 'joining', version: 5, at: noon } });

    const planned = plan({ desired: 1, slots: [joining], more: [running(1, { state: 'terminated' })] });

    expect(planned.slots).toMatchObject([
      { number: 1, state: 'failed', change: { event: 'rolled-back', version: 6 } },
      { number: 2, state: 'intended' },
    ]);
  });
});

describe('leaving', () => {
  const leaving = (overrides: Partial<Slot> = {}) =>
    makeSlot({
      number: 1,
      state: 'leaving',
      since: later(-60),
      change: { event: 'leaving', version: 5, at: later(-60) },
      ...overrides,
    });
  const file = makeFile({ participants: lbAcknowledges });
  const acknowledged = [makeTold(), makeAcknowledgement()];

  it('tells peers first and terminates only after drain and acknowledgement', () => {
    const first = plan({ file, desired: 1, slots: [makeSlot({ number: 1 }), makeSlot({ number: 2 })] });
    expect(first.slots).toMatchObject([
      { number: 1, state: 'leaving', change: { event: 'leaving', version: 6 }, because: 'carry the load' },
    ]);
    expect(first.terminations).toEqual([]);

    expect(plan({ file, desired: 0, slots: [leaving()], more: [makeTold()] }).slots).toEqual([]);
    expect(plan({ file, desired: 0, slots: [leaving({ since: later(-59) })], more: acknowledged }).slots).toEqual([]);
    const last = plan({ file, desired: 0, slots: [leaving()], more: acknowledged });
    expect(last.slots).toMatchObject([{ state: 'terminating', change: { event: 'left', version: 6 } }]);
    expect(last.terminations).toEqual([{ instanceId: 'i-1', because: 'it left' }]);
  });

  it('repeats a termination that EC2 shows no sign of, but not at once', () => {
    const since = (seconds: number) =>
      plan({
        desired: 0,
        slots: [makeSlot({ number: 1, state: 'terminating', since: later(-seconds) })],
        more: [running(1)],
      });

    expect(since(29).terminations).toEqual([]);
    expect(since(30).terminations).toHaveLength(1);
  });

  it.each(['shutting-down', 'terminated'] as const)('is gone when EC2 shows it %s', (state) => {
    const slots = [makeSlot({ number: 1, state: 'terminating', since: later(-300) })];

    const planned = plan({ desired: 0, slots, more: [running(1, { state })] });

    expect(states(planned.slots)).toEqual({ 'web-1': 'gone' });
    expect(planned.terminations).toEqual([]);
  });

  it('is forgotten when everybody was told that it left and has answered, or ran out of time', () => {
    const gone = makeSlot({ number: 1, state: 'gone', change: { event: 'left', version: 5, at: noon } });

    expect(plan({ file, desired: 0, slots: [gone], more: [makeTold({ membershipVersion: 4 })] }).forgotten).toEqual([]);
    expect(plan({ file, desired: 0, slots: [gone], more: [makeTold()] }).forgotten).toEqual([]);
    expect(plan({ file, desired: 0, slots: [gone], more: [makeTold(), makeAcknowledgement()] }).forgotten).toHaveLength(
      1,
    );
    expect(plan({ file, desired: 0, slots: [gone], more: [makeTold({ expiredVersion: 5 })] }).forgotten).toHaveLength(
      1,
    );
    expect(plan({ file, desired: 0, slots: [makeSlot({ number: 1, state: 'gone' })] }).forgotten).toHaveLength(1);
  });

  it('comes back before a new machine is launched, the newest to leave first', () => {
    const slots = [leaving(), leaving({ number: 2, instanceId: 'i-2', since: later(-10) }), makeSlot({ number: 3 })];

    const planned = plan({ file, desired: 3, slots });

    expect(planned.slots.toSorted((a, b) => a.number - b.number)).toMatchObject([
      { number: 1, state: 'in-service', change: { event: 'rolled-back' } },
      { number: 2, state: 'in-service' },
    ]);
    expect(plan({ file, desired: 2, slots }).slots).toMatchObject([{ number: 2, state: 'in-service' }]);
  });

  it('joins again when it comes back without ever having been in service', () => {
    const { inServiceAt: _, ...never } = leaving();

    expect(plan({ file, desired: 1, slots: [never] }).slots).toMatchObject([
      { state: 'joining', change: { event: 'joining', version: 6 } },
    ]);
  });

  it('does not come back when it is of an old revision or EC2 takes it', () => {
    expect(plan({ file, desired: 1, slots: [leaving({ revision: 0 })] }).slots).toMatchObject([
      { number: 2, state: 'intended' },
    ]);
    const taken = makeObservation({ instance: makeInstance({ slotNumber: 1 }), interruptionAt: later(30) });
    expect(plan({ file, desired: 1, slots: [leaving()], more: [taken] }).slots).toMatchObject([
      { number: 2, state: 'intended' },
    ]);
  });

  it('cancels what is on its way before anything that serves: booting ends at once, joining leaves in order', () => {
    const slots = [
      makeSlot({ number: 1 }),
      makeSlot({ number: 2, state: 'booting', launchedAt: noon }),
      makeSlot({ number: 3, state: 'joining', change: { event: 'joining', version: 5, at: noon } }),
    ];

    const planned = plan({ file, desired: 1, slots });

    expect(states(planned.slots)).toEqual({ 'web-2': 'terminating', 'web-3': 'leaving' });
  });

  it('keeps those in service while the ones that replace them are still on their way', () => {
    const slots = [
      makeSlot({ number: 1 }),
      makeSlot({ number: 2 }),
      makeSlot({ number: 3, state: 'launching', since: noon }),
    ];

    expect(plan({ desired: 2, slots }).slots).toEqual([]);
  });
});

describe('what EC2 takes', () => {
  it.each([
    ['terminated', {}],
    ['shutting-down', {}],
    ['stopped', {}],
    ['stopping', {}],
    ['running', { missedSweeps: 2 }],
  ] as const)(
    'replaces an instance in service that EC2 shows %s (%o), at once and without waiting for peers',
    (state, more) => {
      const observation = makeObservation({ instance: makeInstance({ slotNumber: 1, state }), ...more });
      const file = makeFile({ participants: lbAcknowledges });

      const planned = plan({ file, desired: 1, slots: [makeSlot({ number: 1 })], more: [observation] });

      expect(planned.slots).toMatchObject([
        { number: 1, state: 'failed', change: { event: 'left', version: 6 } },
        { number: 2, state: 'intended' },
      ]);
      expect(planned.terminations).toEqual([]);
    },
  );

  it('terminates what failed, and has nothing to terminate where there never was a machine', () => {
    const { instanceId: _, ...never } = makeSlot({ number: 2, state: 'failed' });

    const planned = plan({ desired: 0, slots: [makeSlot({ number: 1, state: 'failed' }), never] });

    expect(states(planned.slots)).toEqual({ 'web-1': 'terminating', 'web-2': 'gone' });
    expect(planned.terminations.map(({ instanceId }) => instanceId)).toEqual(['i-1']);
  });

  it('keeps an instance that one sweep missed', () => {
    const missed = makeObservation({ instance: makeInstance({ slotNumber: 1 }), missedSweeps: 1 });

    expect(plan({ desired: 1, slots: [makeSlot({ number: 1 })], more: [missed] }).slots).toEqual([]);
  });

  it('drains and replaces at once what a Spot interruption will take', () => {
    const interrupted = makeObservation({ instance: makeInstance({ slotNumber: 1 }), interruptionAt: later(100) });

    expect(states(plan({ desired: 1, slots: [makeSlot({ number: 1 })], more: [interrupted] }).slots)).toEqual({
      'web-1': 'leaving',
      'web-2': 'intended',
    });
  });

  it('replaces what a rebalance recommendation names, and lets it leave when the other is in service', () => {
    const atRisk = makeObservation({ instance: makeInstance({ slotNumber: 1 }), rebalanceAt: later(-5) });

    expect(states(plan({ desired: 1, slots: [makeSlot({ number: 1 })], more: [atRisk] }).slots)).toEqual({
      'web-2': 'intended',
    });
    const replaced = plan({ desired: 1, slots: [makeSlot({ number: 1 }), makeSlot({ number: 2 })], more: [atRisk] });
    expect(replaced.slots).toMatchObject([
      { number: 1, state: 'leaving', because: 'EC2 expects to interrupt it soon; others have taken its place' },
    ]);
  });

  it('keeps what a rebalance recommendation names while a limit holds the layer below its least', () => {
    const atRisk = makeObservation({ instance: makeInstance({ slotNumber: 1 }), rebalanceAt: later(-5) });
    const slots = [makeSlot({ number: 1 }), makeSlot({ number: 2 })];

    const leaves = (file: Application) => states(plan({ file, desired: 1, slots, more: [atRisk] }).slots);

    expect(leaves(makeFile({ count: { min: 2, max: 3 } }))).toEqual({});
    expect(leaves(makeFile({ count: { min: 1, max: 3 } }))).toEqual({ 'web-1': 'leaving' });
  });
});

describe('victims', () => {
  const inZone = (number: number, zone: string, overrides: Partial<Slot> = {}) =>
    makeSlot({ number, placement: { subnetId: `subnet-${zone}`, zone, market: 'on-demand' }, ...overrides });
  const leaves = (of: Parameters<typeof plan>[0]) => plan(of).slots.map(({ number }) => number);

  it('takes the old revision first, then the zone with the most, then the oldest', () => {
    expect(leaves({ desired: 2, slots: [inZone(1, 'a'), inZone(2, 'a'), inZone(3, 'b', { revision: 0 })] })).toEqual([
      3,
    ]);
    expect(leaves({ desired: 2, slots: [inZone(1, 'b'), inZone(2, 'a'), inZone(3, 'a')] })).toEqual([2]);
    expect(leaves({ desired: 2, slots: [inZone(9, 'a'), inZone(10, 'a'), inZone(11, 'a')] })).toEqual([9]);
  });

  it('never takes an instance with scale-in protection, on any path', () => {
    const isProtected = makeObservation({ instance: makeInstance({ slotNumber: 1, isProtected: true }) });

    expect(leaves({ desired: 0, slots: [makeSlot({ number: 1 })], more: [isProtected] })).toEqual([]);
    expect(leaves({ desired: 0, slots: [makeSlot({ number: 1, state: 'joining' })], more: [isProtected] })).toEqual([]);
    const rebalanced = { ...isProtected, rebalanceAt: noon };
    expect(
      leaves({ desired: 1, slots: [makeSlot({ number: 1 }), makeSlot({ number: 2 })], more: [rebalanced] }),
    ).toEqual([]);
  });
});

describe('orphans', () => {
  const orphan = (overrides: object = {}, more: object = {}) =>
    makeObservation({
      instance: makeInstance({ slotNumber: 1, instanceId: 'i-double', ...overrides }),
      firstSeenAt: later(-150),
      ...more,
    });
  const ends = (observation: ReturnType<typeof orphan>, slots = [makeSlot({ number: 1 }), makeSlot({ number: 2 })]) =>
    plan({ desired: 2, slots, more: [observation] }).terminations.map(({ instanceId }) => instanceId);

  it('terminates a machine that no slot knows, once it has been seen for longer than two sweeps', () => {
    expect(ends(orphan())).toEqual(['i-double']);
    expect(ends(orphan({}, { firstSeenAt: later(-149) }))).toEqual([]);
  });

  it('leaves alone what has a slot, what a launch still waits for, what is terminated, and what this table never launched', () => {
    expect(ends(orphan({ instanceId: 'i-1' }))).toEqual([]);
    expect(ends(orphan(), [makeSlot({ number: 1, state: 'launching' }), makeSlot({ number: 2 })])).toEqual([]);
    expect(ends(orphan({ state: 'terminated' }))).toEqual([]);
    expect(ends(orphan({ isProtected: true }))).toEqual([]);
    expect(ends(orphan({ slotNumber: 3 }))).toEqual([]);
  });
});

describe('the whole plan', () => {
  it('has nothing to do when all is as desired', () => {
    const planned = plan({ desired: 2, slots: [makeSlot({ number: 1 }), makeSlot({ number: 2 })] });

    expect(planned).toEqual({
      slots: [],
      forgotten: [],
      images: [],
      membershipVersion: 5,
      nextSlotNumber: { web: 3 },
      launches: [],
      terminations: [],
      atCeiling: [],
    });
  });

  it('plans nothing without a file or a head, and leaves a layer without a desired count alone', () => {
    const records = makeRecords({ slots: [makeSlot({ number: 1 })] });
    const without = (kind: string) =>
      planChanges(
        storedFromRecords(
          'shop',
          records.filter((record) => record.kind !== kind),
        ),
        noon,
      );

    expect(without('file')).toBeUndefined();
    expect(without('head')).toBeUndefined();
    expect(without('desired')?.slots).toEqual([]);
    expect(without('revision')?.slots).toEqual([]);
  });

  const vanishedWeb = (drain: boolean, of: Parameters<typeof makeRecords>[0]) => {
    const file = makeFile();
    const vanished = { web: { layer: file.layers['web'] ?? raise(), drain } };
    const records = makeRecords(of).map((record) =>
      record.kind === 'file' ? { ...record, file: { ...file, layers: {} }, vanished } : record,
    );
    return planChanges(storedFromRecords('shop', records), noon)?.slots;
  };

  it('keeps the layers that vanished from the file as they last were', () => {
    expect(vanishedWeb(false, { desired: 1 })).toMatchObject([{ state: 'intended' }]);
  });

  it('lets the last of a layer go whose end was asked for, whatever its least was', () => {
    const slots = [makeSlot({ number: 1 })];

    expect(vanishedWeb(true, { desired: 0, slots })).toMatchObject([{ state: 'leaving' }]);
    expect(vanishedWeb(false, { desired: 0, slots })).toEqual([]);
  });
});

function raise(): never {
  throw new Error('the factory has a layer web');
}
