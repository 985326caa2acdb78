import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readAcknowledgement } from '../../core/receive-acknowledgement.ts';
import { membershipOf, replyTo } from '../../examples/participants/follow-queue.ts';
import { makeAskingNotice, makeMembership } from './participants.ts';

afterEach(() => vi.unstubAllGlobals());

const text = JSON.stringify(makeMembership(42, { 'web-1': 'in-service' }));
const link = { version: 42, link: 'https://x.test/', sha256: createHash('sha256').update(text).digest('hex') };

function answerWith(body: string, status = 200): void {
  vi.stubGlobal('fetch', async () => new Response(body, { status }));
}

describe('a reply', () => {
  it('is one that is understood', () => {
    const notice = makeAskingNotice();

    for (const outcome of [{ status: 'applied' }, { status: 'failed', message: 'no' }] as const)
      expect(readAcknowledgement(replyTo(notice, outcome))).toMatchObject({
        membershipVersion: 42,
        token: 'secret',
        ...outcome,
      });
  });

  it('is none when none is asked for', () => {
    const { acknowledge: _, ...notice } = makeAskingNotice();

    expect(replyTo(notice, { status: 'applied' })).toBeUndefined();
  });
});

describe('the membership of a notice', () => {
  it('is in it, or where it says', async () => {
    answerWith(text);

    expect((await membershipOf(makeAskingNotice())).version).toBe(42);
    expect(await membershipOf(makeAskingNotice({ membership: link }))).toEqual(JSON.parse(text));
  });

  it('may be newer than announced, and nothing else', async () => {
    const notice = makeAskingNotice({ membership: link });

    answerWith(JSON.stringify(makeMembership(43, { 'web-2': 'in-service' })));
    expect((await membershipOf(notice)).version).toBe(43);
    answerWith(JSON.stringify(makeMembership(42, { 'web-2': 'in-service' })));
    await expect(membershipOf(notice)).rejects.toThrow('not the one that was announced');
    answerWith('{}', 403);
    await expect(membershipOf(notice)).rejects.toThrow('403');
  });
});
