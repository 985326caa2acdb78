import { describe, expect, it } from 'vitest';
import { instantFromIso } from '../../../core/amounts.ts';
import { proposeCron } from '../../../core/decide-scaling/propose-cron.ts';
import { makeSituation } from '../../factories/situation.ts';

const office = {
  name: 'office hours',
  cron: '0 7 * * 1-5',
  timeZone: 'Europe/Zurich',
  durationSeconds: 36_000,
  min: 6,
};

const settings = { count: { min: 2, max: 9 }, readySeconds: 60 };

/** An instance boots in a minute, and the next evaluation is a minute away: what a window needs is wanted two minutes before. */
function wantedAt(rule: typeof office, iso: string): number | undefined {
  const proposal = proposeCron(rule, makeSituation({ now: instantFromIso(iso), bootSeconds: 60, settings }));
  return proposal.kind === 'want' ? proposal.count : undefined;
}

describe('a window', () => {
  it.each([
    ['2026-11-20T05:58:00Z', 2, 'while the next evaluation is early enough'],
    ['2026-11-20T05:58:00.001Z', 6, 'when the next evaluation would be too late for what boots'],
    ['2026-11-20T06:00:00Z', 6, 'when it opens'],
    ['2026-11-20T15:59:59.999Z', 6, 'a moment before it closes'],
    ['2026-11-20T16:00:00Z', 2, 'when it closes'],
    ['2026-11-21T08:00:00Z', 2, 'on a Saturday'],
  ])('at %s wants %d: %s', (iso, count) => {
    expect(wantedAt(office, iso)).toBe(count);
  });

  it('gives the same answers in any order of asking', () => {
    const times = ['2026-11-20T16:00:00Z', '2026-11-20T06:00:00Z', '2026-11-18T06:00:00Z', '2026-11-20T05:57:59Z'];
    const asked = times.map((iso) => wantedAt(office, iso));
    const fresh = times.map((iso) => wantedAt({ ...office }, iso));
    expect(asked).toEqual([2, 6, 6, 2]);
    expect(asked).toEqual(fresh);
  });

  it('wants its number even below the min of the layer, which the limits then raise', () => {
    expect(wantedAt({ ...office, min: 1 }, '2026-11-20T08:00:00Z')).toBe(1);
  });

  it('overlaps with the next when it lasts longer than the time between starts', () => {
    const hourly = { ...office, cron: '0 * * * *', durationSeconds: 5400 };
    for (const minute of ['00', '29', '30', '59']) expect(wantedAt(hourly, `2026-11-20T10:${minute}:00Z`)).toBe(6);
  });

  it('never opens when its day never comes', () => {
    expect(wantedAt({ ...office, cron: '0 0 30 2 *' }, '2026-02-28T12:00:00Z')).toBe(2);
    expect(wantedAt({ ...office, cron: '0 0 30 2 *' }, '2026-03-01T12:00:00Z')).toBe(2);
  });

  it('says until when it is open', () => {
    const proposal = proposeCron(office, makeSituation({ now: instantFromIso('2026-11-20T08:00:00Z') }));
    expect(proposal.because).toBe('its window is open until 16:00 UTC');
    const first = proposeCron(office, makeSituation({ now: instantFromIso('2026-11-20T06:00:00Z') }));
    expect(first.because).toBe('its window is open until 16:00 UTC');
  });
});

describe('before a window', () => {
  const at = (iso: string, of: object = {}) =>
    proposeCron(
      office,
      makeSituation({
        now: instantFromIso(iso),
        bootSeconds: 180,
        settings: { ...settings, readySeconds: 600 },
        ...of,
      }),
    );

  it('wants its number a boot time before, and says why', () => {
    expect(at('2026-11-20T05:57:00Z')).toMatchObject({
      count: 6,
      because: 'its window opens at 06:00 UTC, and an instance takes 180 s to be in service',
    });
  });

  it('lets nobody go whom it needs, from the longest boot on', () => {
    expect(at('2026-11-20T05:50:00Z')).toMatchObject({
      count: 4,
      because: 'its window opens at 06:00 UTC, and nobody leaves whom it needs',
    });
    expect(at('2026-11-20T05:49:00Z')).toMatchObject({ count: 2, because: "no window is open: the layer's min of 2" });
  });

  it('keeps no more than it needs, and no fewer than the layer has at the least', () => {
    expect(at('2026-11-20T05:50:00Z', { count: 8 })).toMatchObject({ count: 6 });
    expect(at('2026-11-20T05:50:00Z', { count: 1 })).toMatchObject({ count: 2 });
  });

  it('takes nobody back when boots are measured shorter after it began to launch', () => {
    expect(at('2026-11-20T05:53:00Z', { bootSeconds: 420 })).toMatchObject({ count: 6 });
    expect(at('2026-11-20T05:54:00Z', { bootSeconds: 120, count: 6 })).toMatchObject({ count: 6 });
  });

  it('wants its number in time for boots that take longer than readySeconds', () => {
    expect(at('2026-11-20T05:46:00Z', { bootSeconds: 900 })).toMatchObject({ count: 6 });
  });

  it('wants the number of the next window while one that is over leaves a gap shorter than a boot', () => {
    const halves = { ...office, cron: '0 7,9 * * 1-5', durationSeconds: 7140 };
    const situation = makeSituation({ now: instantFromIso('2026-11-20T07:59:00Z'), bootSeconds: 180, settings });
    expect(proposeCron(halves, situation)).toMatchObject({ count: 6 });
  });
});

describe('where the clocks change', () => {
  it.each([
    ['2026-03-27T06:00:00Z', 6, 'winter, 7:00 is 6:00 UTC'],
    ['2026-03-30T05:00:00Z', 6, 'summer, 7:00 is 5:00 UTC'],
    ['2026-03-30T04:57:59Z', 2, 'summer, before'],
  ])('keeps to the time of the place at %s: %s wants %d', (iso, count) => {
    expect(wantedAt(office, iso)).toBe(count);
  });

  it('opens an hour later when the start is skipped in spring, whenever it is asked', () => {
    const night = { ...office, cron: '30 2 * * *', durationSeconds: 600 };
    expect(wantedAt(night, '2026-03-29T01:27:59Z')).toBe(2);
    expect(wantedAt(night, '2026-03-29T01:30:00Z')).toBe(6);
    expect(wantedAt({ ...night }, '2026-03-29T01:35:00Z')).toBe(6);
    expect(wantedAt(night, '2026-03-29T01:40:00Z')).toBe(2);
  });

  it('opens once when the start comes twice in autumn, whenever it is asked', () => {
    const night = { ...office, cron: '30 2 * * *', durationSeconds: 600 };
    expect(wantedAt(night, '2026-10-25T00:35:00Z')).toBe(6);
    expect(wantedAt(night, '2026-10-25T01:35:00Z')).toBe(2);
    expect(wantedAt({ ...night }, '2026-10-25T01:35:00Z')).toBe(2);
  });

  it('lasts its seconds across the change', () => {
    const night = { ...office, cron: '0 1 * * *', durationSeconds: 10_800 };
    expect(wantedAt(night, '2026-03-29T02:59:59Z')).toBe(6);
    expect(wantedAt(night, '2026-03-29T03:00:00Z')).toBe(2);
  });
});
