import { describe, expect, it } from 'vitest';
import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { MemoryTable } from '../../adapters/memory/memory-table.ts';
import { PromiseCheck } from '../../apps/local/check-promises.ts';
import type { Decision } from '../../core/decision.ts';
import type { Slot } from '../../core/instance-life.ts';
import type { Acknowledgement } from '../../core/notice.ts';
import type { Instance, StoredRecord } from '../../core/records.ts';
import { makeLaunchRequest } from '../factories/launch.ts';
import { makeNotice } from '../factories/notice.ts';
import {
  later,
  makeAcknowledgement,
  makeFile,
  makeInstance,
  makeObservation,
  makeRecords,
  makeRefusal,
  makeSlot,
  makeTold,
  noon,
} from '../factories/stored.ts';

const participants = { lb: { hears: ['web'], acknowledge: { withinSeconds: 120 } }, billing: { hears: ['*'] } };

/** A check that follows a table with these slots, each with a running machine unless `machines` says otherwise. */
async function makeCheck(
  of: {
    slots?: readonly Slot[];
    machines?: readonly Instance[];
    count?: object;
    layer?: object;
    desired?: number;
    more?: readonly StoredRecord[];
    isStopped?: boolean;
  } = {},
) {
  const { slots = [], count = {}, layer = {}, desired = 2, more = [], isStopped = false } = of;
  const clock = new MemoryClock(noon);
  const machines =
    of.machines ?? slots.flatMap((slot) => (slot.instanceId ? [makeInstance({ slotNumber: slot.number })] : []));
  const truthOf = (instanceId: string) => machines.find((machine) => machine.instanceId === instanceId);
  const check = new PromiseCheck(clock, { truth: () => machines, truthOf }, { isStopped: () => isStopped });
  const table = new MemoryTable(clock);
  table.onChange((change) => check.onTableChange(change));
  await table.commit('shop', {
    put: makeRecords({ file: makeFile({ participants, count, layer }), slots, more, desired }),
  });
  // What there was at the beginning needs no explanation.
  check.afterStage();
  check.violations.length = 0;
  return { check, clock, table };
}

async function moveSlot({ check, table }: Awaited<ReturnType<typeof makeCheck>>, slot: Slot): Promise<void> {
  const stored = await table.load('shop');
  const known = stored.slots.find(({ slot: { number } }) => number === slot.number);
  await table.commit('shop', {
    put: [{ kind: 'slot', application: 'shop', version: (known?.version ?? 0) + 1, slot }],
  });
  check.afterStage();
}

/** As a world does it: somebody is sent a version, and that is noted; somebody says that it has applied one. */
async function tell(world: Awaited<ReturnType<typeof makeCheck>>, participant: string, version: number): Promise<void> {
  const notice = makeNotice({ participant });
  world.check.onNotice({ ...notice, membership: { version, layers: {} } });
  await world.table.commit('shop', { put: [makeTold({ participant, membershipVersion: version })] });
}

async function answer(world: Awaited<ReturnType<typeof makeCheck>>, version: number): Promise<void> {
  world.check.onAnswer(makeAnswer(version));
  await world.table.commit('shop', { put: [makeAcknowledgement({ membershipVersion: version })] });
}

function makeAnswer(membershipVersion: number): Acknowledgement {
  const schema = 'concertina.acknowledgement/1';
  return { schema, application: 'shop', participant: 'lb', membershipVersion, token: '', status: 'applied' };
}

function broken({ check }: { check: PromiseCheck }): readonly string[] {
  return check.violations.map(({ promise, what }) => `${promise}: ${what}`);
}

const inService = [1, 2, 3].map((number) => makeSlot({ number }));

function leaving(number: number, version: number): Slot {
  const change = { event: 'leaving', version, at: noon } as const;
  return makeSlot({ number, state: 'leaving', because: 'scale in', change });
}

function terminating(number: number, version: number): Slot {
  const change = { event: 'left', version, at: noon } as const;
  return makeSlot({ number, state: 'terminating', because: 'scale in', change });
}

describe('promise 1', () => {
  it('is broken by a launch without a stored intent, before it happens', async () => {
    const world = await makeCheck();

    world.check.beforeLaunch(makeLaunchRequest({ first: 17, count: 2 }));

    expect(broken(world)).toEqual([
      '1: web-17 is launched without a stored intent',
      '1: web-18 is launched without a stored intent',
    ]);
  });

  it('is broken by a launch with another token than the intent has', async () => {
    const world = await makeCheck({ slots: [makeSlot({ number: 17, state: 'launching' })] });

    world.check.beforeLaunch(makeLaunchRequest({ first: 17, count: 1, token: 'another' }));

    expect(broken(world)).toHaveLength(1);
  });

  it('is kept by a launch of its intent, once and again', async () => {
    const world = await makeCheck({ slots: [makeSlot({ number: 17, state: 'launching' })] });
    const request = makeLaunchRequest({ first: 17, count: 1, token: 'token-17' });

    for (const _ of [1, 2]) {
      world.check.beforeLaunch(request);
      world.check.afterLaunch(request, { launched: [makeInstance({ slotNumber: 17 })] });
    }

    expect(broken(world)).toEqual([]);
  });

  it('is broken by a call that comes long after its answer was stored', async () => {
    const world = await makeCheck({ slots: [makeSlot({ number: 17, state: 'launching' })] });
    const request = makeLaunchRequest({ first: 17, count: 1, token: 'token-17' });
    await moveSlot(world, makeSlot({ number: 17, state: 'booting' }));
    world.clock.advanceTo(later(10));
    world.check.beforeLaunch(request);
    expect(broken(world)).toEqual([]);

    world.clock.advanceTo(later(11));
    world.check.beforeLaunch(request);

    expect(broken(world)).toEqual(['1: web-17 is launched again after its answer was stored']);
  });

  it('is broken by two machines for one slot', async () => {
    const world = await makeCheck({ slots: [makeSlot({ number: 17, state: 'launching' })] });
    const request = makeLaunchRequest({ first: 17, count: 1, token: 'token-17' });
    world.check.afterLaunch(request, { launched: [makeInstance({ slotNumber: 17, instanceId: 'i-a' })] });

    world.check.afterLaunch(request, { launched: [makeInstance({ slotNumber: 17, instanceId: 'i-b' })] });

    expect(broken(world)).toEqual(['1: web-17 was launched twice: i-a, i-b']);
  });

  it('is broken by more machines than max, and by more slots', async () => {
    const world = await makeCheck({
      slots: inService,
      count: { max: 3 },
      machines: [1, 2, 3, 4].map((slotNumber) => makeInstance({ slotNumber })),
    });

    world.check.afterLaunch(makeLaunchRequest(), { launched: [] });
    await moveSlot(world, makeSlot({ number: 4, state: 'intended' }));

    expect(broken(world)).toEqual([
      '1: 4 instances of web run, max is 3',
      '1: 4 instances of web are asked for, max is 3',
    ]);
  });
});

describe('promise 2', () => {
  it('is broken when fewer than min stay in service by our own doing', async () => {
    const world = await makeCheck({ slots: inService, count: { min: 3 } });

    await moveSlot(world, leaving(1, 6));

    expect(broken(world)).toEqual(['2: web-1 is leaving: 2 in service, min is 3']);
  });

  it('is kept when EC2 took the machine, or says that it will', async () => {
    const machines = [makeInstance({ slotNumber: 1, state: 'terminated' }), makeInstance({ slotNumber: 2 })];
    const interrupted = makeObservation({ instance: makeInstance({ slotNumber: 2 }), interruptionAt: later(120) });
    const world = await makeCheck({ slots: inService, machines, count: { min: 3 }, more: [interrupted] });

    await moveSlot(world, makeSlot({ number: 1, state: 'failed', because: 'EC2 shows it terminated' }));
    await moveSlot(world, leaving(2, 6));

    expect(broken(world)).toEqual([]);
  });

  it('is judged by a whole write: one joins as the other leaves', async () => {
    const joining = makeSlot({ number: 2, state: 'joining', change: { event: 'joining', version: 5, at: noon } });
    const world = await makeCheck({ slots: [makeSlot({ number: 1 }), joining], count: { min: 1 }, desired: 1 });
    await tell(world, 'lb', 5);
    await tell(world, 'billing', 5);
    await answer(world, 5);

    const put = [leaving(1, 6), makeSlot({ number: 2 })].map(
      (slot) => ({ kind: 'slot', application: 'shop', version: 2, slot }) as const,
    );
    await world.table.commit('shop', { put });
    world.check.afterStage();

    expect(broken(world)).toEqual([]);
  });
});

describe('promise 2, beyond min,', () => {
  it('is broken when fewer than are desired stay in service', async () => {
    const world = await makeCheck({ slots: inService, desired: 3 });

    await moveSlot(world, leaving(1, 6));

    expect(broken(world)).toEqual(['2: web-1 is leaving: 2 in service, 3 are desired']);
  });

  it('is broken when a stateful layer falls below its quorum, or changes two at a time', async () => {
    const layer = { stateful: { keepInService: 3, oneAtATime: true } };
    const world = await makeCheck({ slots: inService, layer, count: { min: 1 } });

    await moveSlot(world, leaving(1, 6));
    await moveSlot(world, makeSlot({ number: 4, state: 'intended' }));

    expect(broken(world)).toEqual([
      '2: web-1 is leaving: 2 in service, the quorum is 3',
      '2: web-4 is intended while web-1 is leaving',
    ]);
  });

  it('is broken by a decision for fewer than min, unless the layer waits for another one or for money', async () => {
    const world = await makeCheck({ count: { min: 2 } });
    const to = { count: 1, revision: 1 };
    const limits = [{ limit: 'budget', before: 2, after: 1, because: 'no money' }] as const;

    await world.table.commit('shop', { put: [makeDecision({ to, at: later(1) })] });
    await world.table.commit('shop', { put: [makeDecision({ to, limits, at: later(2) })] });

    expect(broken(world)).toEqual(['2: web is to have 1, min is 2']);
  });
});

describe('a launch', () => {
  it('asks nothing of a refused offering before its time, and then one thing at a time', async () => {
    const early = await makeCheck({ more: [makeRefusal({ retryAt: later(1) })] });
    const probing = makeSlot({ number: 1, state: 'launching' });
    const due = await makeCheck({ slots: [probing], more: [makeRefusal({ retryAt: noon })] });

    for (const world of [early, due]) await moveSlot(world, makeSlot({ number: 2, state: 'intended' }));

    expect(broken(early)).toEqual(['1: web-2 is asked of m7g.large zone-a on-demand again before its time']);
    expect(broken(due)).toEqual(['1: web-2 is asked of m7g.large zone-a on-demand, which was refused, beside web-1']);
  });

  it('waits for the layers that it comes after, as long as they have time', async () => {
    const world = await makeCheck({ layer: { launchAfter: ['web'], readySeconds: 120 }, desired: 2 });

    await moveSlot(world, makeSlot({ number: 1, state: 'intended' }));
    world.clock.advanceTo(later(120));
    await moveSlot(world, makeSlot({ number: 2, state: 'intended' }));

    expect(broken(world)).toEqual(['1: web-1 is intended before web, which it launches after, has what it should']);
  });
});

describe('what nobody said', () => {
  it('is not believed: who counts as told was sent it, who counts as having applied a version said so', async () => {
    const world = await makeCheck({ slots: inService });

    await world.table.commit('shop', { put: [makeTold({ membershipVersion: 6 })] });
    world.check.onAnswer(makeAnswer(5));
    await world.table.commit('shop', { put: [makeAcknowledgement({ membershipVersion: 6 })] });

    expect(broken(world)).toEqual([
      '5: lb counts as told version 6, but was sent 0',
      '3: lb counts as having applied version 6, but said 5',
    ]);
  });

  it('is no reading: rules look at what was measured', async () => {
    const world = await makeCheck();
    world.check.onMeasured({ kpi: 'cpu', at: noon, value: 40 });
    const reading = { kpi: 'cpu', source: 'measured', periodSeconds: 60, coverageRatio: 1, recent: [] } as const;
    const readings = [
      { ...reading, at: noon, value: 40 },
      { ...reading, at: noon, value: 0 },
      { ...reading, at: later(60), value: 0 },
      { ...reading, source: 'assumed', value: 0 } as const,
    ];

    await world.table.commit('shop', { put: [makeDecision({ readings, outcome: 'hold' })] });

    expect(broken(world)).toEqual([
      '4: web is decided by cpu, which reads 0 where it was 40',
      '4: web is decided by cpu, which reads 0 where nothing was measured',
      '4: web is decided by cpu, which is taken for 0 without anybody saying so',
    ]);
  });
});

describe('a machine', () => {
  it('that EC2 takes back is on its way out within a minute and a half, or that is told once', async () => {
    const interrupted = makeObservation({ instance: makeInstance({ slotNumber: 1 }), interruptionAt: later(120) });
    const world = await makeCheck({ slots: inService, more: [interrupted] });
    world.clock.advanceTo(later(89));
    world.check.checkInterruptions();
    expect(broken(world)).toEqual([]);
    world.clock.advanceTo(later(90));

    world.check.checkInterruptions();
    world.check.checkInterruptions();

    expect(broken(world)).toEqual(['3: web-1 is still in-service 90 s after EC2 said that it takes it back']);
  });

  it('gets no traffic before its peers have applied its joining', async () => {
    const joining = makeSlot({ number: 1, state: 'joining', change: { event: 'joining', version: 6, at: noon } });
    const world = await makeCheck({ slots: [joining] });
    world.check.beforeRegister(['i-1', 'i-99']);
    await answer(world, 6);

    world.check.beforeRegister(['i-1']);

    expect(broken(world)).toEqual(['5: web-1 gets traffic before everybody has applied its joining']);
  });

  it('is in service once its joining was applied, and again without asking when it had not left yet', async () => {
    const joining = makeSlot({ number: 1, state: 'joining', change: { event: 'joining', version: 6, at: noon } });
    const booting = makeSlot({ number: 2, state: 'booting' });
    const world = await makeCheck({ slots: [joining, booting, leaving(3, 6)] });

    for (const number of [1, 2, 3]) await moveSlot(world, makeSlot({ number }));

    expect(broken(world)).toEqual([
      '5: web-1 is in service before everybody has applied its joining',
      '5: web-2 is in service before everybody has applied its joining',
    ]);
  });

  it('is neither launched nor terminated while everything is stopped', async () => {
    const slots = [makeSlot({ number: 17, state: 'launching' })];
    const world = await makeCheck({ slots, isStopped: true });

    world.check.beforeLaunch(makeLaunchRequest({ first: 17, count: 1, token: 'token-17' }));
    world.check.beforeTerminate(['i-99']);

    expect(broken(world)).toEqual([
      '1: web is launched while everything is stopped',
      '3: i-99 are terminated while everything is stopped',
    ]);
  });
});

describe('promise 3', () => {
  it('is broken by terminating what is in service', async () => {
    const world = await makeCheck({ slots: inService });

    world.check.beforeTerminate(['i-1']);

    expect(broken(world)).toEqual(['3: web-1 is terminated while its row says in-service']);
  });

  it('is broken by terminating a member that never left', async () => {
    const world = await makeCheck({ slots: inService });
    await moveSlot(world, terminating(1, 7));

    world.check.beforeTerminate(['i-1']);

    expect(broken(world)).toEqual(['3: web-1 is terminated without having left']);
  });

  it.each([
    { name: 'nobody was told', told: 5, acknowledged: 5, seconds: 0, isBroken: true },
    { name: 'lb was told and has not answered', told: 6, acknowledged: 5, seconds: 119, isBroken: true },
    { name: 'lb has answered', told: 6, acknowledged: 6, seconds: 0, isBroken: false },
    { name: 'the time of lb has passed', told: 6, acknowledged: 5, seconds: 120, isBroken: false },
  ])(
    'waits for everybody before a termination: $name (broken: $isBroken)',
    async ({ told, acknowledged, seconds, isBroken }) => {
      const world = await makeCheck({ slots: inService });
      await moveSlot(world, leaving(1, 6));
      for (const participant of ['lb', 'billing']) await tell(world, participant, told);
      await answer(world, acknowledged);
      await moveSlot(world, terminating(1, 7));
      world.clock.advanceTo(later(seconds));

      world.check.beforeTerminate(['i-1']);

      expect(broken(world)).toEqual(
        isBroken ? ['3: web-1 is terminated before everybody has applied its leaving'] : [],
      );
    },
  );

  it('is kept for the dead, for what never was a member, and for what no slot knows', async () => {
    const machines = [
      makeInstance({ slotNumber: 1, state: 'shutting-down' }),
      makeInstance({ slotNumber: 2 }),
      makeInstance({ slotNumber: 99 }),
    ];
    const slots = [makeSlot({ number: 1 }), makeSlot({ number: 2, state: 'terminating', because: 'not ready' })];
    const world = await makeCheck({ slots, machines });

    world.check.beforeTerminate(['i-1', 'i-2', 'i-99']);

    expect(broken(world)).toEqual([]);
  });
});

function makeDecision(overrides: Partial<Decision>): StoredRecord {
  const decision: Decision = {
    layer: 'web',
    at: noon,
    trigger: 'schedule',
    fileVersion: 1,
    readings: [],
    alarms: [],
    proposals: [],
    limits: [],
    from: { count: 2, revision: 1 },
    to: { count: 1, revision: 1 },
    outcome: 'in',
    because: 'Scale in web 2 → 1.',
    hourlyUsdBefore: 1,
    hourlyUsdAfter: 1,
    ...overrides,
  };
  return { kind: 'decision', application: 'shop', version: 1, decision, expiresAt: later(1000) };
}

function makeDesired(count: number): StoredRecord {
  return {
    kind: 'desired',
    application: 'shop',
    version: 2,
    layer: 'web',
    count,
    revision: 1,
    because: 'x',
    decidedAt: noon,
  };
}

describe('promise 4', () => {
  it('is broken by scaling in while a rule has no data', async () => {
    const world = await makeCheck();
    const proposals = [{ rule: 'keep cpu near 60', kind: 'stay', because: 'no data for cpu' } as const];

    await world.table.commit('shop', { put: [makeDecision({ proposals }), makeDesired(1)] });
    world.check.afterStage();

    expect(broken(world)).toEqual(['4: web scales in although keep cpu near 60: no data for cpu']);
  });

  it('is broken by scaling in with a reading that is missing', async () => {
    const world = await makeCheck();
    const reading = { kpi: 'cpu', source: 'missing', periodSeconds: 60, coverageRatio: 0, recent: [] } as const;

    await world.table.commit('shop', { put: [makeDecision({ readings: [reading] }), makeDesired(1)] });

    expect(broken(world)).toEqual(['4: web scales in although cpu: no data']);
  });

  it('is broken by scaling in with a reading that stands in', async () => {
    const world = await makeCheck();
    const onlyOut = 'it is the last value, 240 s old';
    const held = {
      kpi: 'cpu',
      source: 'held',
      value: 9,
      periodSeconds: 60,
      coverageRatio: 0,
      recent: [9],
      onlyOut,
    } as const;

    await world.table.commit('shop', {
      put: [makeDecision({ readings: [held] }), makeDesired(1)],
    });

    expect(broken(world)).toEqual(['4: web scales in although cpu: it is the last value, 240 s old']);
  });
});

describe('promise 4, of the sick,', () => {
  it('is broken by a scale-in, decided or begun, while more have failed than the layer allows', async () => {
    const failed = makeSlot({ number: 4, state: 'terminating', failedAt: noon });
    const world = await makeCheck({ slots: [...inService, failed], layer: { maxUnhealthyPercent: 20 } });
    world.clock.advanceTo(later(1));

    await world.table.commit('shop', { put: [makeDecision({ at: later(1) }), makeDesired(1)] });
    await moveSlot(world, leaving(1, 6));

    expect(broken(world)).toEqual([
      '4: web scales in from 2 to 1 while 1 have failed',
      '4: web-1 is leaving while 1 of web have failed',
    ]);
  });

  it('is kept by a scale-in that was decided before, and stored after, too many had failed', async () => {
    const failed = makeSlot({ number: 4, state: 'terminating', failedAt: noon });
    const world = await makeCheck({ slots: [...inService, failed], layer: { maxUnhealthyPercent: 20 } });
    world.clock.advanceTo(later(7));

    await world.table.commit('shop', { put: [makeDecision({ at: later(-1) }), makeDesired(1)] });

    expect(broken(world)).toEqual([]);
  });
});

describe('promise 5', () => {
  it('is broken by an older version after a newer one', async () => {
    const world = await makeCheck();
    const notice = makeNotice();
    world.check.onNotice(notice);

    world.check.onNotice({ ...notice, membership: { ...notice.membership, version: 41 } });

    expect(broken(world)).toEqual(['5: lb is told version 41 after version 42']);
  });

  it('is broken once when a change is not told to everybody in two minutes', async () => {
    const world = await makeCheck({ slots: inService });
    await moveSlot(world, leaving(1, 6));
    await tell(world, 'lb', 6);
    world.clock.advanceTo(later(119));
    world.check.checkSilence();
    expect(broken(world)).toEqual([]);
    world.clock.advanceTo(later(120));

    world.check.checkSilence();
    world.check.checkSilence();

    expect(broken(world)).toEqual(['5: nobody, or not everybody, was told of web-1 (leaving, version 6)']);
  });

  it('is broken by forgetting a slot whose end was not told', async () => {
    const world = await makeCheck({ slots: [{ ...terminating(1, 7), state: 'gone' }] });
    const stored = await world.table.load('shop');

    if (stored.head === undefined) throw new Error('there is no head');
    const head = { ...stored.head, version: stored.head.version + 1 };
    await world.table.commit('shop', { put: [head], remove: stored.slots });

    expect(broken(world)).toEqual(['5: web-1 is forgotten before everybody was told of its end']);
  });
});

describe('promise 6', () => {
  it('is kept when desired is what runs', async () => {
    const world = await makeCheck({ slots: inService.slice(0, 2) });

    world.check.requireSettled();

    expect(broken(world)).toEqual([]);
  });

  it('is broken by what is missing, what still moves, the dead, orphans and unanswered notices', async () => {
    const machines = [makeInstance({ slotNumber: 2 }), makeInstance({ slotNumber: 99, instanceId: 'i-99' })];
    const told = makeTold({ awaiting: [{ membershipVersion: 5, sentAt: later(-241) }] });
    const slots = [makeSlot({ number: 1 }), makeSlot({ number: 2, state: 'joining' })];
    const world = await makeCheck({ slots, machines, more: [told] });

    world.check.requireSettled();
    world.check.onDeadLetter('evaluate: it broke');

    expect(broken(world)).toEqual([
      '6: web: 1 in service, 2 desired',
      '6: web-2 is still joining',
      '6: web-1 has no running machine',
      '6: no slot knows i-99 (web-99)',
      '6: lb has not answered version 5 in time',
      '6: given up: evaluate: it broke',
    ]);
  });
});

describe('promise 8', () => {
  it('is broken by a change of the desired count without a decision that says so', async () => {
    const world = await makeCheck();
    const decision = makeDecision({ outcome: 'out', to: { count: 4, revision: 1 } });

    await world.table.commit('shop', { put: [makeDesired(3), decision] });
    world.check.afterStage();

    expect(broken(world)).toEqual(['8: web goes from 2 to 3 without a stored decision']);
  });

  it('is kept by a decision of the same write, before or after', async () => {
    const world = await makeCheck();

    await world.table.commit('shop', { put: [makeDesired(1), makeDecision({})] });
    world.check.afterStage();

    expect(broken(world)).toEqual([]);
  });

  it('is broken by an instance that leaves or fails without a reason', async () => {
    const world = await makeCheck({ slots: inService });
    const { because: _, ...silent } = leaving(1, 6);

    await moveSlot(world, silent);

    expect(broken(world)).toEqual(['8: web-1 is leaving without a reason']);
  });
});
