import { describe, expect, it } from 'vitest';
import { isMoving } from '../../core/is-moving.ts';
import type { HookRunRecord } from '../../core/records.ts';
import {
  makeAcknowledgement,
  makeFile,
  makeInstance,
  makeObservation,
  makeSlot,
  makeStored,
  makeTold,
  noon,
} from '../factories/stored.ts';

const slots = [makeSlot({ number: 1 }), makeSlot({ number: 2 })];
const two = new Map([['web', 2]]);
const joined = (version: number) => makeSlot({ number: 2, change: { event: 'joined', version, at: noon } });

it('is at rest when everybody is in service and told', () => {
  expect(isMoving(makeStored({ slots }), two)).toBe(false);
  expect(isMoving(makeStored({ slots: [...slots, makeSlot({ number: 3, state: 'gone' })] }), two)).toBe(false);
});

it.each(['intended', 'launching', 'booting', 'joining', 'leaving', 'terminating', 'failed'] as const)(
  'moves while an instance is %s',
  (state) => {
    expect(isMoving(makeStored({ slots: [...slots, makeSlot({ number: 3, state })] }), two)).toBe(true);
  },
);

it('moves while there is a machine that no slot knows', () => {
  const orphan = makeObservation({ instance: makeInstance({ slotNumber: 1, instanceId: 'i-orphan' }) });
  const ended = makeObservation({ instance: { ...orphan.instance, state: 'terminated' } });

  expect(isMoving(makeStored({ more: [orphan] }), new Map())).toBe(true);
  expect(isMoving(makeStored({ more: [ended] }), new Map())).toBe(false);
});

it('moves while a count is not reached', () => {
  expect(isMoving(makeStored({ slots }), new Map([['web', 3]]))).toBe(true);
  expect(isMoving(makeStored({ slots }), new Map([['web', 1]]))).toBe(true);
  expect(isMoving(makeStored({ slots }), new Map([...two, ['db', 1]]))).toBe(true);
});

it('moves while a participant owes an answer', () => {
  const told = makeTold({ awaiting: [{ membershipVersion: 5, sentAt: noon }] });
  expect(isMoving(makeStored({ slots, more: [told] }), two)).toBe(true);
});

it.each([
  [['web'], 5, false],
  [['web'], 6, true],
  [['*'], 6, true],
  [['db'], 6, false],
])('with a participant that hears %j and was told 5, a change of version %d moves: %s', (hears, version, moves) => {
  const file = makeFile({ participants: { lb: { hears } } });
  const stored = makeStored({ file, slots: [makeSlot({ number: 1 }), joined(version)], more: [makeTold()] });
  expect(isMoving(stored, two)).toBe(moves);
});

it('moves while a participant was never told of a change', () => {
  const file = makeFile({ participants: { lb: { hears: ['web'] } } });
  expect(isMoving(makeStored({ file, slots: [makeSlot({ number: 1 }), joined(1)] }), two)).toBe(true);
});

describe('participants of the product', () => {
  const targetGroupArn = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/50dc6c495c0c9188';
  const changed = [makeSlot({ number: 1 }), joined(5)];
  const told = (participant: string) => makeTold({ participant });
  const applied = (participant: string) => makeAcknowledgement({ participant });
  const registered = (...instanceIds: readonly string[]) =>
    ({ kind: 'targets', application: 'shop', version: 1, participant: 'lb', targetGroupArn, instanceIds }) as const;
  const run = (outcome?: 'applied' | 'failed'): HookRunRecord => ({
    kind: 'hook-run',
    application: 'shop',
    version: 1,
    participant: 'web',
    membershipVersion: 5,
    fileVersion: 1,
    steps: [],
    ...(outcome === undefined ? {} : { outcome }),
  });

  it.each([
    ['has a version to apply', [], true],
    ['has applied everything', [applied('lb')], false],
    ['has only members registered', [applied('lb'), registered('i-1', 'i-2')], false],
    ['has a machine registered that is no member', [applied('lb'), registered('i-1', 'i-9')], true],
  ])('a target group that %s: moving is %s', (_, more, expected) => {
    const file = makeFile({ participants: { lb: { hears: ['web'], targetGroupArn } } });

    expect(isMoving(makeStored({ file, slots: changed, more: [told('lb'), ...more] }), two)).toBe(expected);
  });

  it.each([
    ['was never run', [], true],
    ['runs', [run()], true],
    ['has ended and was not heard', [run('applied')], true],
    ['has ended and was heard', [run('applied'), applied('web')], false],
    ['failed for good', [run('failed')], false],
  ])('a hook that %s: moving is %s', (_, more, expected) => {
    const file = makeFile({ participants: { web: { hears: ['web'], hook: { joined: 'x' } } } });

    expect(isMoving(makeStored({ file, slots: changed, more: [told('web'), ...more] }), two)).toBe(expected);
  });
});
