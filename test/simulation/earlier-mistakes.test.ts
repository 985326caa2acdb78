import { expect, it } from 'vitest';
import { readApplication } from '../../core/application/read-application.ts';
import { decideScaling } from '../../core/decide-scaling/decide-scaling.ts';
import type { Slot } from '../../core/instance-life.ts';
import { planChanges } from '../../core/plan-changes/plan-changes.ts';
import { tellParticipants } from '../../core/tell-participants.ts';
import { applyStage } from '../../functions/apply/stage.ts';
import { observeStage } from '../../functions/observe/stage.ts';
import { reconcileStage } from '../../functions/reconcile/stage.ts';
import { makeReading, makeSituation, readingsOf } from '../factories/situation.ts';
import { makeTable, ScriptedFleet } from '../factories/stage-ports.ts';
import {
  later,
  makeAcknowledgement,
  makeFile,
  makeInstance,
  makeObservation,
  makeRecords,
  makeSlot,
  makeStored,
  makeTold,
  noon,
} from '../factories/stored.ts';

/* What earlier systems of this kind got wrong, one test each. */

const lb = { lb: { hears: ['web'], acknowledge: { withinSeconds: 120 } } };
const stopping = { lb: { hears: ['web'], acknowledge: { withinSeconds: 120, onTimeout: 'stop' } } };
const cpuSteps = {
  name: 'cpu steps',
  kpi: 'cpu',
  steps: [
    { from: 80, add: 50 },
    { below: 20, remove: 50 },
  ],
};

function plan(of: Parameters<typeof makeStored>[0]): readonly Slot[] {
  return planChanges(makeStored(of), noon)?.slots ?? [];
}

function states(slots: readonly Slot[]): readonly string[] {
  return slots.map(({ number, state }) => `${number} ${state}`);
}

function decide(of: Parameters<typeof makeSituation>[0]) {
  return decideScaling(makeSituation(of)).decision;
}

const joining = (overrides: Partial<Slot> & { readonly number: number }) =>
  makeSlot({
    state: 'joining',
    since: later(-60),
    change: { event: 'joining', version: 5, at: later(-60) },
    ...overrides,
  });
const leaving = (overrides: Partial<Slot> & { readonly number: number }) =>
  makeSlot({
    state: 'leaving',
    since: later(-9),
    change: { event: 'leaving', version: 5, at: later(-9) },
    ...overrides,
  });
const seen = (slotNumber: number, overrides: object = {}) =>
  makeObservation({ instance: makeInstance({ slotNumber, ...overrides }) });

it('a step never overshoots max or min', () => {
  const settings = { rules: [cpuSteps], count: { min: 2, max: 6 }, scaleIn: { stabilizationSeconds: 0 } };

  expect(decide({ settings, readings: readingsOf(makeReading({ value: 99 })) }).to.count).toBe(6);
  expect(decide({ settings, readings: readingsOf(makeReading({ value: 1 })) }).to.count).toBe(2);
});

it('numbers are sorted as numbers: 9 is older than 10', async () => {
  const slots = [11, 9, 10].map((number) => makeSlot({ number, inServiceAt: noon }));
  const { table } = await makeTable(makeRecords({ slots }));

  expect((await table.load('shop')).slots.map(({ slot }) => slot.number)).toEqual([9, 10, 11]);
  expect(plan({ desired: 2, slots }).map(({ number }) => number)).toEqual([9]);
});

it("a hook's failure is not taken for success", () => {
  const failed = makeAcknowledgement({
    membershipVersion: 4,
    failed: { membershipVersion: 5, message: 'exit 1', at: noon },
  });

  const file = makeFile({ participants: lb });
  expect(plan({ file, desired: 1, slots: [joining({ number: 1 })], more: [makeTold(), failed] })).toEqual([]);
});

it('a victim that is dead already does not block its own removal', () => {
  const file = makeFile({ participants: stopping });

  const slots = plan({ file, desired: 0, slots: [leaving({ number: 1 })], more: [seen(1, { state: 'terminated' })] });

  expect(states(slots)).toEqual(['1 failed']);
});

it('one change that was stopped is freed by a late answer, without anybody resetting anything', () => {
  const waiting = { file: makeFile({ participants: stopping }), desired: 1, slots: [joining({ number: 1 })] };

  expect(plan({ ...waiting, more: [makeTold({ expiredVersion: 5 })] })).toEqual([]);
  expect(states(plan({ ...waiting, more: [makeTold({ expiredVersion: 5 }), makeAcknowledgement()] }))).toEqual([
    '1 in-service',
  ]);
});

it('everything that a launch needs is stored before it begins', async () => {
  const { table, clock } = await makeTable(makeRecords({ desired: 1 }));
  const fleet = new ScriptedFleet();
  const launch = fleet.launch.bind(fleet);
  fleet.launch = async (request) => {
    const stored = await table.load('shop');
    expect(stored.revisions.get('web@1')).toEqual(request.revision);
    expect(stored.slots[0]?.slot).toMatchObject({
      state: 'launching',
      launch: request.launch,
      placement: request.placement,
    });
    return launch(request);
  };

  expect(
    (await reconcileStage({ table, clock, fleet, killSwitch: { isStopped: async () => false } }, 'shop')).launched,
  ).toBe(1);
});

it('the load balancer does not list a dead backend after a scale-in', () => {
  const slots = [
    makeSlot({ number: 1, change: { event: 'joined', version: 3, at: noon } }),
    makeSlot({ number: 2, state: 'failed', change: { event: 'left', version: 5, at: noon } }),
  ];

  const [telling] = tellParticipants(makeStored({ file: makeFile({ participants: lb }), slots }), noon);

  const notice = telling?.notices.find(({ event }) => event === 'left');
  expect(notice?.membership).toMatchObject({ layers: { web: [{ slot: 'web-1' }] } });
});

it('no instance gets traffic before its peers are configured', () => {
  const waiting = { file: makeFile({ participants: lb }), desired: 1, slots: [joining({ number: 1 })] };

  expect(plan({ ...waiting, more: [makeTold()] })).toEqual([]);
  expect(states(plan({ ...waiting, more: [makeTold(), makeAcknowledgement()] }))).toEqual(['1 in-service']);
});

it('a second request while the first is under way is neither lost nor refused', () => {
  const booting = makeSlot({ number: 1, state: 'booting', launchedAt: noon });

  expect(states(plan({ desired: 3, slots: [booting] }))).toEqual(['2 intended', '3 intended']);
});

it('a layer scales from 0 and to 0', () => {
  expect(states(plan({ file: makeFile({ count: { min: 0 } }), desired: 1 }))).toEqual(['1 intended']);
  expect(states(plan({ file: makeFile({ count: { min: 0 } }), desired: 0, slots: [makeSlot({ number: 1 })] }))).toEqual(
    ['1 leaving'],
  );
});

it('one of several new instances that fails is replaced, the others go on', () => {
  const booting = [1, 2, 3].map((number) => makeSlot({ number, state: 'booting', launchedAt: noon }));
  const more = [seen(1), seen(2, { state: 'terminated' }), seen(3)];

  expect(states(plan({ desired: 3, slots: booting, more }))).toEqual([
    '1 joining',
    '2 failed',
    '3 joining',
    '4 intended',
  ]);
});

it('forty at once are in one notice, and nobody is missing from the list', () => {
  const slots = Array.from({ length: 40 }, (_, index) => joining({ number: index + 1 }));

  const [telling] = tellParticipants(makeStored({ file: makeFile({ participants: lb }), slots }), noon);

  expect(telling?.notices).toHaveLength(1);
  expect(telling?.notices[0]?.change.instances).toHaveLength(40);
});

it('a decision right after scaling does not answer the load of before once more', () => {
  const rules = [{ name: 'cpu', kpi: 'cpu', targetValue: 60 }];
  const inService = [
    { at: later(-3600), count: 4 },
    { at: later(-10), count: 8 },
  ];
  const reading = makeReading({ value: 120, at: later(-120) });

  const decision = decide({
    settings: { rules, count: { min: 1, max: 99 } },
    count: 8,
    memory: { wishes: [], inService },
    readings: readingsOf(reading),
  });

  expect(decision.to.count).toBe(8);
});

it('without metric data nobody is let go', () => {
  const settings = { rules: [{ name: 'cpu', kpi: 'cpu', targetValue: 60 }], scaleIn: { stabilizationSeconds: 0 } };

  expect(decide({ settings, readings: readingsOf(makeReading({ value: undefined })) }).outcome).toBe('hold');
});

it('when one metric says up and another says down, it goes up', () => {
  const rules = [
    { name: 'cpu', kpi: 'cpu', targetValue: 60 },
    { name: 'memory', kpi: 'memory', targetValue: 60 },
  ];
  const readings = readingsOf(makeReading({ value: 10 }), makeReading({ kpi: 'memory', value: 90 }));

  expect(decide({ settings: { rules, count: { min: 1, max: 99 } }, readings }).to.count).toBe(6);
});

it('an instance that somebody stopped outside is replaced', () => {
  const slots = plan({ desired: 1, slots: [makeSlot({ number: 1 })], more: [seen(1, { state: 'stopped' })] });

  expect(states(slots)).toEqual(['1 failed', '2 intended']);
});

it('an instance that is ready at its deadline has not timed out', () => {
  const late = makeSlot({ number: 1, state: 'booting', launchedAt: later(-9999) });

  expect(states(plan({ desired: 1, slots: [late], more: [seen(1)] }))).toEqual(['1 joining']);
});

it('a deploy while the layer scales changes no count', async () => {
  const { table, clock } = await makeTable(makeRecords({ desired: 7 }));
  const chance = { hex: () => 'ab'.repeat(32) };
  const text = JSON.stringify({ ...makeFile({ participants: lb }), $schema: './application.schema.json' });

  const report = await applyStage({ table, clock, chance }, { text, parameters: {}, drainLayers: [] });

  expect(report.outcome).toBe('applied');
  expect((await table.load('shop')).desired.get('web')?.count).toBe(7);
});

it('an unknown parameter is refused before anything is written', () => {
  const file = makeFile();
  const web = { ...file.layers['web'], launch: { subnetIds: ['subnet-a'], userData: 'site=${sitename}' } };

  expect(readApplication(JSON.stringify({ ...file, layers: { web } }))).toMatchObject({
    ok: false,
    problems: [{ path: 'layers.web.launch.userData' }],
  });
});

it('a long drain does not block a scale-out', () => {
  const old = leaving({ number: 1, revision: 0 });

  expect(states(plan({ desired: 2, slots: [old] }))).toEqual(['2 intended', '3 intended']);
});

it('an instance that is still draining comes back before a machine is launched', () => {
  expect(states(plan({ desired: 1, slots: [leaving({ number: 1 })] }))).toEqual(['1 in-service']);
});

it('a list that was throttled is not an empty fleet', async () => {
  const { table, clock } = await makeTable(makeRecords({ slots: [makeSlot({ number: 1 })], more: [seen(1)] }));
  const fleet = new ScriptedFleet();
  fleet.failNext = 'list';

  await expect(observeStage({ table, clock, fleet }, { kind: 'sweep' })).rejects.toThrow();
  expect((await table.load('shop')).observations.get('i-1')?.missedSweeps).toBe(0);
});

it('the sweep for orphans ends no healthy and no protected instance', () => {
  const seenLongAgo = (observation: ReturnType<typeof seen>) => ({ ...observation, firstSeenAt: later(-9999) });
  const isProtected = seenLongAgo(seen(1, { isProtected: true }));
  const healthy = seenLongAgo(seen(2));
  const slots = [makeSlot({ number: 1 }), makeSlot({ number: 2 })];

  const kept = planChanges(makeStored({ desired: 2, slots, more: [isProtected, healthy] }), noon);
  const unwanted = planChanges(makeStored({ desired: 0, slots: slots.slice(0, 1), more: [isProtected] }), noon);
  const unknown = planChanges(makeStored({ desired: 1, slots: slots.slice(1), more: [isProtected, healthy] }), noon);

  for (const planned of [kept, unwanted, unknown]) {
    expect(planned?.terminations).toEqual([]);
    expect(planned?.slots).toEqual([]);
  }
});
