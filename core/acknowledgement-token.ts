import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token speaks for: one participant of one application has been sent one version of the membership. */
export interface TokenSubject {
  readonly application: string;
  readonly participant: string;
  readonly membershipVersion: number;
}

/** Tokens kept: those of the notices that wait for an answer are asked for again at every repeat and every answer. */
const MOST_KEPT = 1000;
const kept = new Map<string, string>();

/** HMAC-SHA-256 in hexadecimal under the application's key (hexadecimal, never leaves the table): only the addressed participant has it. */
export function acknowledgementToken(tokenKey: string, subject: TokenSubject): string {
  const { application, participant, membershipVersion } = subject;
  const text = `${application} ${participant} ${membershipVersion}`;
  const name = `${tokenKey} ${text}`;
  const known = kept.get(name);
  if (known !== undefined) return known;
  const token = createHmac('sha256', Buffer.from(tokenKey, 'hex')).update(text).digest('hex');
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(name, token);
  return token;
}

/** In constant time, so that a token cannot be guessed byte by byte. */
export function isTokenOf(token: string, tokenKey: string, subject: TokenSubject): boolean {
  const expected = Buffer.from(acknowledgementToken(tokenKey, subject));
  const found = Buffer.from(token);
  return found.length === expected.length && timingSafeEqual(found, expected);
}
