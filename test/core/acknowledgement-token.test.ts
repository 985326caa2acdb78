import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { acknowledgementToken, isTokenOf } from '../../core/acknowledgement-token.ts';

const key = 'ab'.repeat(32);
const subject = (membershipVersion: number) => ({ application: 'shop', participant: 'lb', membershipVersion });

describe('an acknowledgement token', () => {
  it('is the HMAC of its subject, asked once, again, and after more others than are kept', () => {
    const expected = createHmac('sha256', Buffer.from(key, 'hex')).update('shop lb 1').digest('hex');

    expect(acknowledgementToken(key, subject(1))).toBe(expected);
    expect(acknowledgementToken(key, subject(1))).toBe(expected);
    const others = Array.from({ length: 1001 }, (_, index) => acknowledgementToken(key, subject(index + 2)));

    expect(new Set([expected, ...others]).size).toBe(1002);
    expect(acknowledgementToken(key, subject(1))).toBe(expected);
  });

  it('is another under another key', () => {
    const token = acknowledgementToken(key, subject(1));

    expect(isTokenOf(token, key, subject(1))).toBe(true);
    expect(isTokenOf(token, 'cd'.repeat(32), subject(1))).toBe(false);
  });
});
