import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NoticeEvent, Slot, SlotState } from '../../../core/instance-life.ts';
import { planTargets, type TargetHealth } from '../../../core/participants/plan-targets.ts';
import type { StoredRecord, TargetsRecord } from '../../../core/records.ts';
import { makeAcknowledgement, makeFile, makeSlot, makeStored, makeTold, noon } from '../../factories/stored.ts';

const targetGroupArn = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/50dc6c495c0c9188';
const lb = { hears: ['web'], targetGroupArn, acknowledge: { withinSeconds: 120 } };
const db = { hears: ['web'], acknowledge: { withinSeconds: 600 } };

function slot(number: number, state: SlotState, event: NoticeEvent = 'joining', more: Partial<Slot> = {}): Slot {
  return makeSlot({ number, state, change: { event, version: 5, at: noon }, ...more });
}

function plan(of: {
  readonly slots: readonly Slot[];
  readonly targets?: Readonly<Record<string, TargetHealth>>;
  readonly participants?: object;
  readonly more?: readonly StoredRecord[];
  readonly atLeastPercent?: number;
}) {
  const { slots, targets = {}, participants = { lb }, more = [], atLeastPercent = 100 } = of;
  const stored = makeStored({ file: makeFile({ participants }), slots, more });
  return planTargets(stored, { participant: 'lb', targetGroupArn, atLeastPercent }, new Map(Object.entries(targets)));
}

function registered(...instanceIds: readonly string[]): TargetsRecord {
  return { kind: 'targets', application: 'shop', version: 3, participant: 'lb', targetGroupArn, instanceIds };
}

describe('a joining instance', () => {
  it('is registered, and stored as registered before it is', () => {
    const { register, record, isApplied, waitsFor } = plan({ slots: [slot(1, 'joining')] });

    expect(register).toEqual(['i-1']);
    expect(record).toMatchObject({ version: 1, instanceIds: ['i-1'] });
    expect(isApplied).toBe(false);
    expect(waitsFor).toEqual(['0 of 1 joining are healthy']);
  });

  it.each([
    ['initial', false],
    ['unhealthy', false],
    ['unused', false],
    ['unavailable', false],
    ['draining', false],
    ['healthy', true],
  ] as const)('that is %s as a target: applied is %s', (health, isApplied) => {
    expect(plan({ slots: [slot(1, 'joining')], targets: { 'i-1': health } }).isApplied).toBe(isApplied);
  });

  it.each([
    [100, 10, 9, false],
    [90, 10, 9, true],
    [91, 10, 9, false],
    [1, 3, 1, true],
    [50, 3, 1, false],
    [50, 3, 2, true],
  ])('at %i percent of %i with %i healthy: applied is %s', (atLeastPercent, count, healthy, isApplied) => {
    const slots = Array.from({ length: count }, (_, index) => slot(index + 1, 'joining'));
    const healthOf = (number: number): TargetHealth => (number <= healthy ? 'healthy' : 'initial');
    const targets = Object.fromEntries(slots.map(({ number }) => [`i-${number}`, healthOf(number)]));

    expect(plan({ slots, targets, atLeastPercent }).isApplied).toBe(isApplied);
  });

  it.each([
    ['has not answered', [makeTold({ participant: 'db' })], []],
    ['has applied an earlier version', [makeAcknowledgement({ participant: 'db', membershipVersion: 4 })], []],
    ['has applied its joining', [makeAcknowledgement({ participant: 'db' })], ['i-1']],
    ['ran out of time', [makeTold({ participant: 'db', expiredVersion: 5 })], ['i-1']],
  ])('gets no traffic before peers are configured: another participant %s', (_, more, register) => {
    expect(plan({ slots: [slot(1, 'joining')], participants: { lb, db }, more }).register).toEqual(register);
  });

  it('waits for ever for a peer that stops what it does not answer', () => {
    const stopping = { ...db, acknowledge: { withinSeconds: 600, onTimeout: 'stop' } };
    const more = [makeTold({ participant: 'db', expiredVersion: 5 })];

    const { register, waitsFor } = plan({ slots: [slot(1, 'joining')], participants: { lb, db: stopping }, more });

    expect(register).toEqual([]);
    expect(waitsFor).toEqual(['0 of 1 joining are healthy, 1 wait for other participants']);
  });

  it('does not wait for other target groups, nor for those who only listen', () => {
    const participants = { lb, inside: lb, billing: { hears: ['*'] } };

    expect(plan({ slots: [slot(1, 'joining')], participants }).register).toEqual(['i-1']);
  });
});

describe('an instance in service', () => {
  it('is registered when it is not: a new target group, or one that was emptied', () => {
    expect(plan({ slots: [slot(1, 'in-service', 'joined')] })).toMatchObject({ register: ['i-1'], isApplied: true });
  });

  it('that came back while it drained is taken in again', () => {
    const { register, deregister } = plan({
      slots: [slot(1, 'in-service', 'rolled-back')],
      targets: { 'i-1': 'draining' },
    });

    expect([register, deregister]).toEqual([['i-1'], []]);
  });

  it('stays in when it is unhealthy: whether it is replaced is not the target group’s business', () => {
    const { register, deregister } = plan({
      slots: [slot(1, 'in-service', 'joined')],
      targets: { 'i-1': 'unhealthy' },
    });

    expect([register, deregister]).toEqual([[], []]);
  });
});

describe('a leaving instance', () => {
  const leaving = slot(1, 'leaving', 'leaving');

  it.each([
    ['healthy', ['i-1'], false],
    ['initial', ['i-1'], false],
    ['unhealthy', ['i-1'], false],
    ['draining', [], false],
    ['unused', ['i-1'], true],
    [undefined, [], true],
  ] as const)('that is %s as a target: deregister %j, applied is %s', (health, deregister, isApplied) => {
    const planned = plan({ slots: [leaving], targets: health === undefined ? {} : { 'i-1': health } });

    expect(planned.deregister).toEqual(deregister);
    expect(planned.isApplied).toBe(isApplied);
  });

  it('is waited for to the last, whatever share of joining ones is enough', () => {
    const slots = [leaving, slot(2, 'leaving', 'leaving')];

    expect(plan({ slots, targets: { 'i-2': 'draining' }, atLeastPercent: 1 }).waitsFor).toEqual([
      '1 of 2 leaving have not drained',
    ]);
  });
});

describe('a machine that is dead', () => {
  it.each(['failed', 'terminating', 'gone'] as const)('leaves the target group when its slot is %s', (state) => {
    expect(plan({ slots: [slot(1, state, 'left')], targets: { 'i-1': 'unhealthy' } }).deregister).toEqual(['i-1']);
  });

  it('leaves it even when its slot is forgotten: the load balancer lists no dead backend after scale-in', () => {
    const planned = plan({ slots: [], targets: { 'i-9': 'unused' }, more: [registered('i-9')] });

    expect(planned.deregister).toEqual(['i-9']);
    expect(planned.record).toBeUndefined();
  });

  it('is remembered until it is seen to be out', () => {
    const draining = plan({ slots: [], targets: { 'i-9': 'draining' }, more: [registered('i-9')] });
    const out = plan({ slots: [], more: [registered('i-9')] });

    expect([draining.deregister, draining.record]).toEqual([[], undefined]);
    expect(out.record).toMatchObject({ version: 4, instanceIds: [] });
  });
});

describe('targets that are not ours', () => {
  it('are left alone', () => {
    expect(plan({ slots: [], targets: { 'i-foreign': 'healthy' } }).deregister).toEqual([]);
  });

  it('of a layer that the participant does not hear are left alone', () => {
    const planned = plan({ slots: [slot(1, 'in-service', 'joined', { layer: 'db' })], targets: { 'i-1': 'healthy' } });

    expect(planned.deregister).toEqual([]);
  });

  it('of another target group are not looked for here', () => {
    const elsewhere = { ...registered('i-9'), targetGroupArn: `${targetGroupArn}0` };

    expect(plan({ slots: [], targets: { 'i-9': 'healthy' }, more: [elsewhere] }).deregister).toEqual([]);
  });
});

describe('any target group', () => {
  const states: readonly SlotState[] = ['booting', 'joining', 'in-service', 'leaving', 'terminating', 'gone'];
  const healths: readonly (TargetHealth | undefined)[] = ['initial', 'healthy', 'draining', 'unused', undefined];
  const anySlots = fc.array(fc.record({ state: fc.constantFrom(...states), health: fc.constantFrom(...healths) }), {
    maxLength: 12,
  });

  it('ends as the membership says, when what is planned is done and time passes', () => {
    fc.assert(
      fc.property(anySlots, (drawn) => {
        const slots = drawn.map(({ state }, index) => slot(index + 1, state));
        const targets = new Map<string, TargetHealth>(
          drawn.flatMap(({ health }, index) => (health ? [[`i-${index + 1}`, health] as const] : [])),
        );
        const known = [...targets].map(([id]) => id);
        const first = plan({ slots, targets: Object.fromEntries(targets), more: [registered(...known)] });
        for (const id of first.deregister) targets.delete(id);
        for (const id of first.register) targets.set(id, 'healthy');
        for (const [id, health] of targets) if (health === 'draining') targets.delete(id);
        for (const [id] of targets) targets.set(id, 'healthy');

        const second = plan({ slots, targets: Object.fromEntries(targets), more: [registered(...targets.keys())] });

        expect(second).toMatchObject({ register: [], deregister: [], isApplied: true });
        const wanted = slots.filter(({ state }) => state === 'joining' || state === 'in-service');
        expect([...targets.keys()].toSorted()).toEqual(wanted.map(({ number }) => `i-${number}`).toSorted());
      }),
    );
  });
});
