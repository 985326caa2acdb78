import { describe, expect, it } from 'vitest';
import type { Slot } from '../../../core/instance-life.ts';
import { planChanges } from '../../../core/plan-changes/plan-changes.ts';
import { isQuiet } from '../../../core/plan-changes/quiet.ts';
import type { Instance, ObservationRecord } from '../../../core/records.ts';
import { later, makeInstance, makeObservation, makeSlot, makeStored, noon } from '../../factories/stored.ts';

/** Two of two in service; the first as given, and what EC2 says of it. */
function makeLayer(
  of: {
    readonly slot?: Partial<Slot>;
    readonly instance?: Partial<Instance>;
    readonly observation?: Partial<Omit<ObservationRecord, 'instance'>>;
    readonly desired?: number;
  } = {},
) {
  const slots = [makeSlot({ number: 1, ...of.slot }), makeSlot({ number: 2 })];
  const instance = makeInstance({ slotNumber: 1, ...of.instance });
  const more = [
    makeObservation({ instance, ...of.observation }),
    makeObservation({ instance: makeInstance({ slotNumber: 2 }) }),
  ];
  const stored = makeStored({ slots, more, desired: of.desired ?? 2 });
  return { stored, slots: stored.slots.map(({ slot }) => slot), desired: stored.desired.get('web') };
}

describe('isQuiet', () => {
  it('is so when as many as desired are in service and EC2 has nothing against them', () => {
    const { slots, desired, stored } = makeLayer();

    expect(isQuiet(slots, desired, stored)).toBe(true);
    expect(planChanges(stored, noon)).toMatchObject({ slots: [], launches: [], terminations: [] });
  });

  it.each([
    { name: 'one more is desired', layer: { desired: 3 } },
    { name: 'one fewer is desired', layer: { desired: 1 } },
    { name: 'one is joining', layer: { slot: { state: 'joining' } as const } },
    { name: 'one leaves', layer: { slot: { state: 'leaving' } as const } },
    { name: 'one is of another revision', layer: { slot: { revision: 2 } } },
    { name: 'one has ended', layer: { instance: { state: 'shutting-down' } as const } },
    { name: 'one is missing from the list', layer: { observation: { missedSweeps: 2 } } },
    { name: 'one will be taken back', layer: { observation: { interruptionAt: later(120) } } },
    { name: 'one is likely to be taken back', layer: { observation: { rebalanceAt: noon } } },
  ])('is not so when $name', ({ layer }) => {
    const { slots, desired, stored } = makeLayer(layer);

    expect(isQuiet(slots, desired, stored)).toBe(false);
  });

  it('is not so for a layer that nobody decided', () => {
    const { slots, stored } = makeLayer();

    expect(isQuiet(slots, undefined, stored)).toBe(false);
  });
});
