import { expect, it } from 'vitest';
import { isMoving } from '../../core/is-moving.ts';
import { makeFile, makeInstance, makeObservation, makeSlot, makeStored, makeTold, noon } from '../factories/stored.ts';

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
