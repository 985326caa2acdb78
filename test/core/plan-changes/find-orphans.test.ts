import { expect, it } from 'vitest';
import { findOrphans } from '../../../core/plan-changes/find-orphans.ts';
import { later, makeInstance, makeObservation, makeSlot, makeStored, noon } from '../../factories/stored.ts';

const old = { firstSeenAt: later(-1000) };

it('leaves alone a machine that a launch without an answer may have made, and one that the plan takes over just now', () => {
  const launching = makeSlot({ number: 1, state: 'launching' });
  const machine = makeObservation({ instance: makeInstance({ slotNumber: 1, instanceId: 'i-answer' }), ...old });
  const stored = makeStored({ slots: [launching, makeSlot({ number: 2 })], more: [machine] });
  const named = { ...launching, state: 'booting', instanceId: 'i-answer' } as const;
  const another = { ...launching, state: 'booting', instanceId: 'i-other' } as const;

  expect(findOrphans(stored, [launching], noon)).toEqual([]);
  expect(findOrphans(stored, [named], noon)).toEqual([]);
  expect(findOrphans(stored, [another], noon)).toEqual([machine]);
});

it('ends nothing before an application has given out a number', () => {
  const machine = makeObservation({ instance: makeInstance({ slotNumber: 1, instanceId: 'i-9' }), ...old });
  const stored = makeStored({ more: [machine] });

  expect(findOrphans({ ...stored, head: undefined }, [], noon)).toEqual([]);
});
