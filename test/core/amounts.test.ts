import { describe, expect, it } from 'vitest';
import {
  alignDown,
  earlier,
  instantFromIso,
  instantFromMillis,
  isAtOrAfter,
  isBefore,
  isoFromInstant,
  secondsBetween,
} from '../../core/amounts.ts';
import { later, noon } from '../factories/stored.ts';

describe('an instant', () => {
  it('is read from milliseconds and from ISO 8601, and written without needless milliseconds', () => {
    expect(instantFromMillis(1.6)).toBe(2);
    expect(isoFromInstant(instantFromIso('2026-11-21T12:00:00+01:00'))).toBe('2026-11-21T11:00:00Z');
    expect(isoFromInstant(instantFromMillis(1))).toBe('1970-01-01T00:00:00.001Z');
  });

  it('is refused when it is none', () => {
    expect(() => instantFromMillis(Number.NaN)).toThrow('finite number of milliseconds, found NaN');
    expect(() => instantFromIso('noon')).toThrow('not an ISO 8601 date: "noon"');
  });

  it('compares half-open, and the earlier of two may be unknown', () => {
    expect([isBefore(noon, noon), isAtOrAfter(noon, noon), secondsBetween(noon, later(5))]).toEqual([false, true, 5]);
    expect([
      earlier(undefined, noon),
      earlier(noon, undefined),
      earlier(noon, later(1)),
      earlier(later(1), noon),
    ]).toEqual([noon, noon, noon, noon]);
  });

  it('aligns to periods since the epoch', () => {
    expect(isoFromInstant(alignDown(later(119), 60))).toBe('2026-11-21T12:01:00Z');
  });
});
