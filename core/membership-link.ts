import { createHash } from 'node:crypto';
import { acknowledgementToken } from './acknowledgement-token.ts';
import { membershipText } from './membership.ts';
import type { Membership, MembershipLink } from './notice.ts';

/** Where one participant finds a membership that is too large to be sent: under the URL of acknowledgements, which ends in a slash. */
export function membershipLink(
  membership: Membership,
  to: { readonly application: string; readonly participant: string; readonly tokenKey: string; readonly url: string },
): MembershipLink {
  const { application, participant, tokenKey, url } = to;
  const { version } = membership;
  const token = acknowledgementToken(tokenKey, { application, participant, membershipVersion: version });
  const query = new URLSearchParams({ application, participant, version: String(version), token });
  const sha256 = createHash('sha256').update(membershipText(membership)).digest('hex');
  return { version, link: `${url}membership?${query}`, sha256 };
}
