import { describe, expect, it } from 'vitest';
import { noteInService, servedAt, servedDuring } from '../../../core/decide-scaling/in-service-history.ts';
import { later, noon } from '../../factories/stored.ts';

const history = [
  { at: later(-300), count: 4 },
  { at: later(-100), count: 6 },
  { at: later(-40), count: 5 },
];

describe('noting how many are in service', () => {
  it('keeps the list as it is while nothing changes', () => {
    expect(noteInService(history, { count: 5, now: noon })).toBe(history);
  });

  it('begins with the first count', () => {
    expect(noteInService([], { count: 2, newestInServiceAt: later(-50), now: noon })).toEqual([{ at: noon, count: 2 }]);
  });

  it('dates a rise to when the newest entered service', () => {
    const seen = { count: 7, newestInServiceAt: later(-20), now: noon };
    expect(noteInService(history, seen).at(-1)).toEqual({ at: later(-20), count: 7 });
  });

  it.each([
    ['before the last change', later(-50)],
    ['in the future', later(50)],
    ['nowhere', undefined],
  ])('dates a rise to now when the newest entered service %s', (_, newestInServiceAt) => {
    expect(noteInService(history, { count: 7, newestInServiceAt, now: noon }).at(-1)).toEqual({ at: noon, count: 7 });
  });

  it('dates a fall to now', () => {
    const seen = { count: 3, newestInServiceAt: later(-20), now: noon };
    expect(noteInService(history, seen).at(-1)).toEqual({ at: noon, count: 3 });
  });

  it('forgets what ended over an hour ago', () => {
    const old = [
      { at: later(-9000), count: 1 },
      { at: later(-8000), count: 2 },
      { at: later(-3600), count: 3 },
    ];
    expect(noteInService(old, { count: 9, now: noon }).map(({ count }) => count)).toEqual([2, 3, 9]);
    expect(noteInService(old, { count: 9, now: later(1) }).map(({ count }) => count)).toEqual([3, 9]);
  });

  it('keeps a hundred changes', () => {
    const many = Array.from({ length: 100 }, (_, index) => ({ at: later(index - 200), count: index }));
    const noted = noteInService(many, { count: 3, now: noon });
    expect(noted).toHaveLength(100);
    expect(noted[0]?.count).toBe(1);
  });
});

describe('looking back', () => {
  it.each([
    [-400, 4],
    [-300, 4],
    [-101, 4],
    [-100, 6],
    [0, 5],
  ])('%d seconds from noon had %d in service', (seconds, count) => {
    expect(servedAt(history, later(seconds))).toBe(count);
  });

  it.each([
    [-400, -350, { fewest: 4, most: 4 }],
    [-200, -100, { fewest: 4, most: 4 }],
    [-200, -99, { fewest: 4, most: 6 }],
    [-100, -40, { fewest: 6, most: 6 }],
    [-120, 0, { fewest: 4, most: 6 }],
    [-60, 0, { fewest: 5, most: 6 }],
  ])('from %d to %d had %j', (from, until, served) => {
    expect(servedDuring(history, { from: later(from), until: later(until) })).toEqual(served);
  });

  it('finds nobody without a history', () => {
    expect(servedAt([], noon)).toBe(0);
    expect(servedDuring([], { from: later(-60), until: noon })).toEqual({ fewest: 0, most: 0 });
  });
});
