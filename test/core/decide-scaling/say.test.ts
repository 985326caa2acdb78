import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSeconds, instantFromIso, instantFromMillis, isoFromInstant } from '../../../core/amounts.ts';
import { clockTime, usd } from '../../../core/decide-scaling/say.ts';
import { shown } from '../../../core/rounding.ts';

const noon = instantFromIso('2026-11-21T12:00:00Z');

describe('a number in a sentence', () => {
  it.each([
    [0, '0'],
    [152_345, '152345'],
    [152_345.6, '152300'],
    [9999.6, '10000'],
    [1234.56, '1235'],
    [71.428571, '71.43'],
    [-71.428571, '-71.43'],
    [0.1 + 0.2, '0.3'],
    [0.00012345678, '0.0001235'],
  ])('%d reads %s', (value, text) => {
    expect(shown(value)).toBe(text);
  });

  it('has four significant digits at any size', () => {
    const sizes = fc.double({ min: 1e-6, max: 1e9, noNaN: true }).filter((value) => !Number.isInteger(value));
    fc.assert(
      fc.property(sizes, (value) => {
        expect(Math.abs(Number(shown(value)) - value)).toBeLessThanOrEqual(value * 5.01e-4);
        expect(shown(value).replace(/^0\.0*|\./g, '').length).toBeLessThanOrEqual(value < 10_000 ? 5 : 10);
      }),
    );
  });
});

describe('dollars in a sentence', () => {
  it.each([
    [6, '$6'],
    [2.4, '$2.40'],
    [0.0816, '$0.0816'],
    [0.1 * 3, '$0.30'],
    [1.23456, '$1.23'],
    [0.6528, '$0.65'],
  ])('%d reads %s', (value, text) => {
    expect(usd(value)).toBe(text);
  });
});

describe('a time in a sentence', () => {
  it('has seconds only when there are any, and the date only on another day', () => {
    expect(clockTime(addSeconds(noon, 7 * 60), noon)).toBe('12:07 UTC');
    expect(clockTime(addSeconds(noon, 7 * 60 + 30.9), noon)).toBe('12:07:30 UTC');
    expect(clockTime(addSeconds(noon, 12 * 3600), noon)).toBe('2026-11-22 00:00 UTC');
    expect(clockTime(addSeconds(noon, 12 * 3600 - 1), noon)).toBe('23:59:59 UTC');
    expect(clockTime(addSeconds(noon, -12 * 3600 - 1), noon)).toBe('2026-11-20 23:59:59 UTC');
  });

  it('is the time of the ISO text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (millis) => {
        const at = instantFromMillis(millis);
        const hms = isoFromInstant(at).slice(11, 19);
        expect(clockTime(at, at)).toBe(`${hms.endsWith(':00') ? hms.slice(0, 5) : hms} UTC`);
      }),
    );
  });
});
