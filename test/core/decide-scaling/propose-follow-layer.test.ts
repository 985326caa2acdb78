import { expect, it } from 'vitest';
import { proposeFollowLayer } from '../../../core/decide-scaling/propose-follow-layer.ts';
import { makeSituation } from '../../factories/situation.ts';

const rule = { name: 'one per four web', followLayer: 'web', ratio: 0.25 };

it.each([
  [0.25, 0, 0],
  [0.25, 1, 1],
  [0.25, 4, 1],
  [0.25, 5, 2],
  [0.1, 30, 3],
  [2, 3, 6],
])('wants %d for each of the other layer: of %d, %d', (ratio, desired, count) => {
  const others = new Map([['web', { desired, inService: 1 }]]);
  const proposal = proposeFollowLayer({ ...rule, ratio }, makeSituation({ others }));
  expect(proposal).toEqual({
    rule: rule.name,
    kind: 'want',
    count,
    because: `${ratio} × ${desired} web = ${ratio * desired}`,
  });
});

it('stays when nothing is decided for the other layer', () => {
  expect(proposeFollowLayer(rule, makeSituation())).toMatchObject({ kind: 'stay' });
});
