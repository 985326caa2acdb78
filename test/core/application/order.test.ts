import { expect, it } from 'vitest';
import { readApplication } from '../../../core/application/read-application.ts';
import { makeFile } from '../../factories/stored.ts';

function problemsOf(web: object, db: object = {}): readonly string[] {
  const file = makeFile();
  const layer = file.layers['web'];
  const read = readApplication(
    JSON.stringify({ ...file, layers: { web: { ...layer, ...web }, db: { ...layer, ...db } } }),
  );
  return read.ok ? [] : read.problems.map(({ path }) => path);
}

it('order names layers that exist and never waits for itself', () => {
  expect(problemsOf({ launchAfter: ['db'], drainBefore: ['db'] })).toEqual([]);
  expect(problemsOf({ launchAfter: ['nobody'] })).toEqual(['layers.web.launchAfter[0]']);
  expect(problemsOf({ drainBefore: ['db'] }, { drainBefore: ['web'] })).toEqual(['layers.web.drainBefore']);
  expect(problemsOf({ launchAfter: ['web'] })).toEqual(['layers.web.launchAfter']);
});

it('a quorum is at most the min of its layer', () => {
  const count = { min: 3, max: 9 };

  expect(problemsOf({ count, stateful: { keepInService: 3 } })).toEqual([]);
  expect(problemsOf({ count, stateful: { keepInService: 4 } })).toEqual(['layers.web.stateful.keepInService']);
  expect(problemsOf({ count: 7, stateful: { keepInService: 4 } })).toEqual(['layers.web.count']);
});
