import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acknowledgementToken } from '../../core/acknowledgement-token.ts';
import type { Acknowledgement } from '../../core/notice.ts';
import { readAcknowledgement, receiveAcknowledgement } from '../../core/receive-acknowledgement.ts';
import { makeAcknowledgement, makeStored, noon } from '../factories/stored.ts';

function makeReply(overrides: Partial<Acknowledgement> = {}): Acknowledgement {
  const subject = { application: 'shop', participant: 'lb', membershipVersion: overrides.membershipVersion ?? 5 };
  return {
    schema: 'concertina.acknowledgement/1',
    ...subject,
    token: acknowledgementToken('ab'.repeat(32), subject),
    status: 'applied',
    ...overrides,
  };
}

const run = {
  instanceId: 'i-1',
  event: 'joined',
  layer: 'web',
  status: 'failed',
  exitStatus: 3,
  seconds: 2.5,
  output: 'no space left',
} as const;

describe('reading', () => {
  it('keeps as many run reports, and as much of their output, as fit beside an acknowledgement', () => {
    const runs = Array.from({ length: 30 }, () => ({ ...run, output: `${'x'.repeat(600)}end`, more: 'ignored' }));

    const read = readAcknowledgement({ ...makeReply(), runs });

    expect('runs' in read && read.runs?.length).toBe(20);
    expect('runs' in read && read.runs?.[0]).toEqual({ ...run, output: `${'x'.repeat(497)}end` });
  });

  it('reads what it is sent', () => {
    expect(readAcknowledgement(makeReply())).toEqual(makeReply());
    expect(readAcknowledgement(makeReply({ status: 'failed', message: 'no' }))).toEqual(
      makeReply({ status: 'failed', message: 'no' }),
    );
  });

  it.each([
    [null, 'not a JSON object'],
    ['text', 'not a JSON object'],
    [{}, 'schema is not concertina.acknowledgement/1'],
    [{ ...makeReply(), application: '' }, 'application is no name'],
    [{ ...makeReply(), application: '#applications' }, 'application is no name'],
    [{ ...makeReply(), application: 'shop#files' }, 'application is no name'],
    [{ ...makeReply(), participant: 7 }, 'participant is no name'],
    [{ ...makeReply(), membershipVersion: 1.5 }, 'membershipVersion is no whole number from 1'],
    [{ ...makeReply(), membershipVersion: 0 }, 'membershipVersion is no whole number from 1'],
    [{ ...makeReply(), token: undefined }, 'token is missing'],
    [{ ...makeReply(), status: 'done' }, 'status is neither applied nor failed'],
    [{ ...makeReply(), message: 1 }, 'message is no text'],
    [{ ...makeReply(), runs: 'none' }, 'runs is no list of run reports'],
    [{ ...makeReply(), runs: [{ ...run, status: 'odd' }] }, 'runs is no list of run reports'],
    [{ ...makeReply(), runs: [{ ...run, event: 'boom' }] }, 'runs is no list of run reports'],
    [{ ...makeReply(), runs: [{ ...run, output: 7 }] }, 'runs is no list of run reports'],
    [{ ...makeReply(), runs: [null] }, 'runs is no list of run reports'],
  ])('says what is wrong with %j', (body, refused) => {
    expect(readAcknowledgement(body)).toEqual({ refused });
  });

  it('never throws, whatever arrives', () => {
    fc.assert(fc.property(fc.anything(), (body) => readAcknowledgement(body) !== undefined));
  });
});

describe('receiving', () => {
  it('keeps how the last hook went when nothing had to run for a later version', () => {
    const stored = makeStored({ more: [makeAcknowledgement({ membershipVersion: 4, runs: [run] })] });

    const received = receiveAcknowledgement(stored, makeReply(), noon);

    expect(received.outcome === 'recorded' && received.record.runs).toEqual([run]);
  });

  it.each(['applied', 'failed'] as const)('keeps how it went on each instance when it was %s', (status) => {
    const received = receiveAcknowledgement(makeStored({}), makeReply({ status, runs: [run] }), noon);

    expect(received.outcome === 'recorded' && received.record.runs).toEqual([run]);
  });

  const stored = makeStored({ more: [makeAcknowledgement({ membershipVersion: 4 })] });

  it('records a newer version, and the first of a participant', () => {
    expect(receiveAcknowledgement(stored, makeReply(), noon)).toMatchObject({
      outcome: 'recorded',
      record: { version: 2, membershipVersion: 5, at: noon },
    });
    expect(receiveAcknowledgement(makeStored({}), makeReply(), noon)).toMatchObject({
      outcome: 'recorded',
      record: { version: 1 },
    });
  });

  it('lets repeats and late ones be: a later version covers them', () => {
    expect(receiveAcknowledgement(stored, makeReply({ membershipVersion: 4 }), noon)).toEqual({ outcome: 'covered' });
    expect(receiveAcknowledgement(stored, makeReply({ membershipVersion: 3 }), noon)).toEqual({ outcome: 'covered' });
  });

  it('believes only the token of this participant and version', () => {
    const { token } = makeReply({ membershipVersion: 4 });

    expect(receiveAcknowledgement(stored, makeReply({ token }), noon)).toMatchObject({ outcome: 'refused' });
    expect(receiveAcknowledgement(stored, { ...makeReply(), participant: 'db' }, noon)).toMatchObject({
      outcome: 'refused',
    });
    expect(receiveAcknowledgement(stored, makeReply({ token: 'short' }), noon)).toMatchObject({ outcome: 'refused' });
    expect(receiveAcknowledgement({ ...stored, head: undefined }, makeReply(), noon)).toEqual({
      outcome: 'refused',
      reason: 'no application shop',
    });
  });

  it('keeps a failure beside what was applied, cut to a bounded length, and forgets it no sooner than it is applied', () => {
    const failed = receiveAcknowledgement(stored, makeReply({ status: 'failed', message: 'x'.repeat(5000) }), noon);
    if (failed.outcome !== 'recorded') throw new Error('not recorded');

    expect(failed.record).toMatchObject({ membershipVersion: 4, failed: { membershipVersion: 5, at: noon } });
    expect(failed.record.failed?.message).toHaveLength(1000);
    const next = makeStored({ more: [failed.record] });
    expect(receiveAcknowledgement(next, makeReply({ status: 'failed' }), noon)).toEqual({ outcome: 'covered' });
    expect(receiveAcknowledgement(next, makeReply(), noon)).toMatchObject({
      record: { membershipVersion: 5, failed: { membershipVersion: 5 } },
    });
    expect(receiveAcknowledgement(makeStored({}), makeReply({ status: 'failed' }), noon)).toMatchObject({
      record: { membershipVersion: 0, failed: { message: '' } },
    });
  });
});
