import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token speaks for: one participant of one application has been sent one version of the membership. */
export interface TokenSubject {
  readonly application: string;
  readonly participant: string;
  readonly membershipVersion: number;
}

/** HMAC-SHA-256 in hexadecimal under the application's key (hexadecimal, never leaves the table): only the addressed participant has it. */
export function acknowledgementToken(tokenKey: string, subject: TokenSubject): string {
  const { application, participant, membershipVersion } = subject;
  return createHmac('sha256', Buffer.from(tokenKey, 'hex'))
    .update(`${application} ${participant} ${membershipVersion}`)
    .digest('hex');
}

/** In constant time, so that a token cannot be guessed byte by byte. */
export function isTokenOf(token: string, tokenKey: string, subject: TokenSubject): boolean {
  const expected = Buffer.from(acknowledgementToken(tokenKey, subject));
  const found = Buffer.from(token);
  return found.length === expected.length && timingSafeEqual(found, expected);
}
