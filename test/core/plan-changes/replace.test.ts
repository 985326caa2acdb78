import { describe, expect, it } from 'vitest';
import type { Slot } from '../../../core/instance-life.ts';
import { planChanges } from '../../../core/plan-changes/plan-changes.ts';
import type { StoredRecord } from '../../../core/records.ts';
import { later, makeInstance, makeObservation, makeSlot, makeStored, noon } from '../../factories/stored.ts';

/** Why each new slot of the next plan is launched, by number. */
function reasons(of: {
  readonly desired: number;
  readonly slots: readonly Slot[];
  readonly more?: readonly StoredRecord[];
}): Readonly<Record<number, string | undefined>> {
  const planned = planChanges(makeStored(of), noon)?.slots ?? [];
  return Object.fromEntries(
    planned.filter(({ state }) => state === 'intended').map(({ number, because }) => [number, because]),
  );
}

const failed = (number: number, overrides: Partial<Slot> = {}): Slot =>
  makeSlot({ number, state: 'terminating', failedAt: later(-20), because: 'EC2 shows it terminated', ...overrides });
const observed = (slotNumber: number, what: object): StoredRecord =>
  makeObservation({ instance: makeInstance({ slotNumber }), ...what });

describe('a launch', () => {
  it('is made for the decision when nobody was lost', () => {
    expect(reasons({ desired: 2, slots: [makeSlot({ number: 1 })] })).toEqual({ 2: 'carry the load' });
  });

  it('says which machine it replaces, and why that is gone', () => {
    const dead = observed(1, { instance: makeInstance({ slotNumber: 1, state: 'terminated' }) });

    expect(reasons({ desired: 1, slots: [makeSlot({ number: 1 })], more: [dead] })).toEqual({
      2: 'replaces web-1: EC2 shows it terminated',
    });
  });

  it('is a replacement for as many as were lost, the rest is the decision', () => {
    expect(reasons({ desired: 3, slots: [failed(1)] })).toEqual({
      2: 'replaces web-1: EC2 shows it terminated',
      3: 'carry the load',
      4: 'carry the load',
    });
  });

  it('replaces nobody whose place is taken already', () => {
    const taken = makeSlot({ number: 2, state: 'booting', replaces: 1, launchedAt: later(-5) });

    expect(reasons({ desired: 2, slots: [failed(1), taken] })).toEqual({ 3: 'carry the load' });
  });

  it('replaces the same machine again when EC2 refused its replacement', () => {
    const { instanceId: _, ...refused } = makeSlot({ number: 2, state: 'intended', replaces: 1 });
    const gone = { ...refused, state: 'gone', because: 'EC2: InsufficientInstanceCapacity' } as const;

    expect(reasons({ desired: 1, slots: [failed(1), gone] })).toEqual({ 3: 'replaces web-1: EC2 shows it terminated' });
  });

  it('replaces a replacement that failed in its turn', () => {
    const second = failed(2, { replaces: 1, because: 'ended while booting' });

    expect(reasons({ desired: 1, slots: [failed(1), second] })).toEqual({ 3: 'replaces web-2: ended while booting' });
  });

  it('replaces what a Spot interruption takes, and what one is expected to take', () => {
    const slots = [makeSlot({ number: 1 }), makeSlot({ number: 2 })];
    const more = [observed(1, { interruptionAt: later(100) }), observed(2, { rebalanceAt: later(-5) })];

    expect(reasons({ desired: 2, slots, more })).toEqual({
      3: 'replaces web-1: Spot interruption',
      4: 'replaces web-2: EC2 expects to interrupt it soon',
    });
  });
});
