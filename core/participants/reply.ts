import { acknowledgementToken } from '../acknowledgement-token.ts';
import type { Acknowledgement } from '../notice.ts';
import type { Stored } from '../stored.ts';

/**
 * The reply of a participant that is part of the product. It reads the table, so it can make its own token: a lost notice does not keep it
 * from replying. Undefined when nothing was ever applied.
 */
export function replyOf(
  { application, head }: Stored,
  answer: Pick<Acknowledgement, 'participant' | 'membershipVersion' | 'status' | 'message' | 'runs'>,
): Acknowledgement | undefined {
  if (head === undefined) return undefined;
  const { participant, membershipVersion } = answer;
  const token = acknowledgementToken(head.tokenKey, { application, participant, membershipVersion });
  return { schema: 'concertina.acknowledgement/1', application, token, ...answer };
}
