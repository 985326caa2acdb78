import { describe, expect, it } from 'vitest';
import { planChanges } from '../../../core/plan-changes/plan-changes.ts';
import { makeFile, makeRecords, makeRevision, makeSlot, makeStored, noon } from '../../factories/stored.ts';

/** What is intended when so much is left of the account's ceilings. */
function intendedWith(room: { readonly instances?: number; readonly hourlyUsd?: number }, of: object = {}) {
  const planned = planChanges(makeStored({ desired: 6, slots: [], ...of }), noon, {
    room: { instances: 100, hourlyUsd: 100, ...room },
  });
  return { intended: planned?.slots.length, atCeiling: planned?.atCeiling };
}

describe('with little left of the ceilings of the account', () => {
  it('intends what fits in and names the layer that lacks the rest', () => {
    expect(intendedWith({ instances: 4 })).toEqual({ intended: 4, atCeiling: ['web'] });
    expect(intendedWith({ hourlyUsd: 0.0816 * 2.5 })).toEqual({ intended: 2, atCeiling: ['web'] });
    expect(intendedWith({ instances: 0 })).toEqual({ intended: 0, atCeiling: ['web'] });
  });

  it('is at no ceiling with what is wanted exactly', () => {
    expect(intendedWith({ instances: 6 })).toEqual({ intended: 6, atCeiling: [] });
  });

  it('gives one layer what the layer before it has left', () => {
    const file = makeFile();
    const web = file.layers['web'];
    if (web === undefined) throw new Error('the file has no web');
    const both = { ...file, layers: { web, db: web } };
    const [desired] = makeRecords({ desired: 3 }).flatMap((record) => (record.kind === 'desired' ? [record] : []));
    if (desired === undefined) throw new Error('nothing is desired');
    const more = [{ ...desired, layer: 'db' }, makeRevision({ layer: 'db', hourlyUsd: 0 })];

    expect(intendedWith({ instances: 4 }, { file: both, desired: 3, more })).toEqual({
      intended: 4,
      atCeiling: ['db'],
    });
  });

  it('still ends and takes into service what is there', () => {
    const slots = [makeSlot({ number: 1, state: 'failed' })];
    const planned = planChanges(makeStored({ desired: 1, slots }), noon, { room: { instances: 0, hourlyUsd: 0 } });

    expect(planned?.slots.map(({ state }) => state)).toEqual(['terminating']);
  });
});
