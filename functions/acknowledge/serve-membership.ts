import { isTokenOf, type TokenSubject } from '../../core/acknowledgement-token.ts';
import { membershipOf, membershipText } from '../../core/membership.ts';
import type { AcknowledgePorts } from './stage.ts';

/**
 * The newest membership, as JSON, for whoever was sent the token of any version of it: what the link of a large notice leads to. Undefined
 * when the token is not the participant's. A participant of whom the file knows nothing any more hears nothing.
 */
export async function serveMembership(
  { table }: Pick<AcknowledgePorts, 'table'>,
  { token, ...subject }: TokenSubject & { readonly token: string },
): Promise<string | undefined> {
  const stored = await table.load(subject.application);
  const isKnown = Object.hasOwn(stored.file?.file.participants ?? {}, subject.participant);
  if (stored.head === undefined || !isKnown || !isTokenOf(token, stored.head.tokenKey, subject)) return undefined;
  return membershipText(membershipOf(stored));
}
