import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../../core/application/nearest.ts';

test.each([
  ['targetvalue', ['targetValue', 'tolerancePercent'], 'targetValue'],
  ['cpuu', ['cpu', 'requests'], 'cpu'],
  ['reqeusts', ['cpu', 'requests'], 'requests'],
  ['web_in_servce', ['web_in_service', 'web_desired'], 'web_in_service'],
  ['wep', ['web', 'wet'], 'web'],
  ['memory', ['cpu', 'requests'], undefined],
  ['a', ['b'], undefined],
  ['kpi', [], undefined],
])('takes %j among %j for %j', (name, among, expected) => {
  expect(nearest(name, among)).toBe(expected);
});

test('gives no hint when no name is near', () => {
  expect(didYouMean('memory', ['cpu'])).toEqual({});
});
