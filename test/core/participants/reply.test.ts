import { expect, it } from 'vitest';
import { replyOf } from '../../../core/participants/reply.ts';
import { receiveAcknowledgement } from '../../../core/receive-acknowledgement.ts';
import { makeStored, noon } from '../../factories/stored.ts';

const answer = { participant: 'lb', membershipVersion: 5, status: 'applied' } as const;

it('makes a reply that is believed, and none before anything was applied', () => {
  const reply = replyOf(makeStored({}), answer);
  if (reply === undefined) throw new Error('no reply');

  expect(receiveAcknowledgement(makeStored({}), reply, noon)).toMatchObject({ outcome: 'recorded' });
  expect(replyOf({ ...makeStored({}), head: undefined }, answer)).toBeUndefined();
});
