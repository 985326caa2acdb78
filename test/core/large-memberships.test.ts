import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { acknowledgementToken } from '../../core/acknowledgement-token.ts';
import { membershipOf, membershipText } from '../../core/membership.ts';
import { type Telling, tellParticipants } from '../../core/tell-participants.ts';
import { later, makeFile, makeSlot, makeStored, noon } from '../factories/stored.ts';

const places = { url: 'https://acknowledge.test/', queueUrl: 'https://sqs.test/acknowledgements' };
const participants = { lb: { hears: ['web'], acknowledge: { withinSeconds: 120 } }, billing: { hears: ['*'] } };

/** So many instances, of which the last ones are about to join at version 5. */
function makeLarge({ instances, joining }: { readonly instances: number; readonly joining: number }) {
  const slots = Array.from({ length: instances }, (_, index) =>
    index < instances - joining
      ? makeSlot({ number: index + 1 })
      : makeSlot({
          number: index + 1,
          state: 'joining',
          privateIp: '10.0.100.200',
          change: { event: 'joining', version: 5, at: noon },
        }),
  );
  return makeStored({ file: makeFile({ participants }), slots });
}

function noticesTo(participant: string, tellings: readonly Telling[]) {
  return tellings.find((telling) => telling.participant === participant)?.notices ?? [];
}

describe('a membership of 2,000 instances', () => {
  const stored = makeLarge({ instances: 2000, joining: 1200 });
  const notices = noticesTo('lb', tellParticipants(stored, noon, places));

  it('is behind a link, in messages that SNS takes', () => {
    expect(notices.map(({ change }) => change.instances.length)).toEqual([500, 500, 200]);
    for (const notice of notices) expect(Buffer.byteLength(JSON.stringify(notice))).toBeLessThan(262_144 - 1000);
  });

  it('tells of every change once', () => {
    const slots = notices.flatMap(({ change }) => change.instances.map(({ slot }) => slot));

    expect(new Set(slots).size).toBe(1200);
  });

  it('is proven by its checksum', () => {
    const { membership } = notices[0] ?? {};
    const text = membershipText(membershipOf(stored));

    expect(membership).toMatchObject({ version: 5, sha256: createHash('sha256').update(text).digest('hex') });
  });

  it('opens to the addressed participant alone', () => {
    const { membership } = notices[0] ?? {};
    const link = membership !== undefined && 'link' in membership ? new URL(membership.link) : undefined;
    const token = acknowledgementToken('ab'.repeat(32), {
      application: 'shop',
      participant: 'lb',
      membershipVersion: 5,
    });

    expect(link?.origin).toBe('https://acknowledge.test');
    expect(link?.pathname).toBe('/membership');
    expect(Object.fromEntries(link?.searchParams ?? [])).toEqual({
      application: 'shop',
      participant: 'lb',
      version: '5',
      token,
    });
  });

  it('is in the message after all where no link can be given: the topic refuses it, and that is an alarm', () => {
    expect(noticesTo('lb', tellParticipants(stored, noon))[0]?.membership).toHaveProperty('layers');
  });
});

describe('a membership that fits', () => {
  it.each([1, 499, 700])('is in the message when it has %i instances', (instances) => {
    const tellings = tellParticipants(makeLarge({ instances, joining: 1 }), noon, places);

    expect(noticesTo('lb', tellings)[0]?.membership).toHaveProperty('layers');
  });
});

describe('the text of a membership', () => {
  it('stays the same for one version when only the file gets a layer more', () => {
    const stored = makeLarge({ instances: 3, joining: 1 });
    const { version, layers } = membershipOf(stored);

    expect(membershipText({ version, layers: { api: [], ...layers, worker: [] } })).toBe(
      membershipText({ version, layers }),
    );
  });
});

describe('a notice', () => {
  it('says where to reply to whom must, and to nobody else', () => {
    const tellings = tellParticipants(makeLarge({ instances: 1, joining: 1 }), later(1), places);

    expect(noticesTo('lb', tellings)[0]?.acknowledge).toMatchObject(places);
    expect(noticesTo('billing', tellings)[0]).not.toHaveProperty('acknowledge');
  });
});
