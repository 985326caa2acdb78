import { isTokenOf } from './acknowledgement-token.ts';
import type { Instant } from './amounts.ts';
import type { Acknowledgement } from './notice.ts';
import { readRuns } from './read-runs.ts';
import type { AcknowledgementRecord } from './records.ts';
import type { Stored } from './stored.ts';

/** Longest message kept of a failed acknowledgement, in characters. */
const MOST_MESSAGE = 1000;

/** What became of an acknowledgement. */
export type Received =
  | { readonly outcome: 'recorded'; readonly record: AcknowledgementRecord }
  /** A repeat, or one that a later acknowledgement covers already. */
  | { readonly outcome: 'covered' }
  | { readonly outcome: 'refused'; readonly reason: string };

/** Reads an acknowledgement from outside: its shape, or why it is none. */
export function readAcknowledgement(body: unknown): Acknowledgement | { readonly refused: string } {
  if (typeof body !== 'object' || body === null) return { refused: 'not a JSON object' };
  const { schema, application, participant, membershipVersion, token, status, message, ...more } = body as Record<
    string,
    unknown
  >;
  if (schema !== 'concertina.acknowledgement/1') return { refused: 'schema is not concertina.acknowledgement/1' };
  if (!isName(application)) return { refused: 'application is no name' };
  if (!isName(participant)) return { refused: 'participant is no name' };
  if (typeof membershipVersion !== 'number' || !Number.isSafeInteger(membershipVersion) || membershipVersion < 1) {
    return { refused: 'membershipVersion is no whole number from 1' };
  }
  if (typeof token !== 'string') return { refused: 'token is missing' };
  if (status !== 'applied' && status !== 'failed') return { refused: 'status is neither applied nor failed' };
  if (message !== undefined && typeof message !== 'string') return { refused: 'message is no text' };
  const runs = readRuns(more['runs']);
  if (runs === undefined) return { refused: 'runs is no list of run reports' };
  return {
    ...{ schema, application, participant, membershipVersion, token, status },
    ...(message === undefined ? {} : { message }),
    ...(runs.length === 0 ? {} : { runs }),
  };
}

/** A name becomes a key of the table: nothing else may. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z][a-zA-Z0-9-]{0,31}$/.test(value);
}

/** What an acknowledgement changes. Only who was sent the token is believed; the newest applied version wins, whatever the order. */
export function receiveAcknowledgement(stored: Stored, acknowledgement: Acknowledgement, now: Instant): Received {
  const { application, participant, membershipVersion, token, status, message = '', runs } = acknowledgement;
  if (stored.head === undefined) return { outcome: 'refused', reason: `no application ${application}` };
  if (!isTokenOf(token, stored.head.tokenKey, { application, participant, membershipVersion })) {
    return { outcome: 'refused', reason: `the token is not ${participant}'s for version ${membershipVersion}` };
  }
  const known = stored.acknowledgements.get(participant);
  // A version for which nothing had to run does not take away how the last one that ran went.
  const newestRuns = runs ?? known?.runs;
  const base = {
    kind: 'acknowledgement',
    application,
    participant,
    version: (known?.version ?? 0) + 1,
    ...(newestRuns === undefined ? {} : { runs: newestRuns }),
  } as const;
  if (status === 'failed') {
    if (membershipVersion <= Math.max(known?.failed?.membershipVersion ?? 0, known?.membershipVersion ?? 0)) {
      return { outcome: 'covered' };
    }
    const failed = { membershipVersion, message: message.slice(0, MOST_MESSAGE), at: now };
    const record = { ...base, membershipVersion: known?.membershipVersion ?? 0, at: known?.at ?? now, failed };
    return { outcome: 'recorded', record };
  }
  if (known !== undefined && known.membershipVersion >= membershipVersion) return { outcome: 'covered' };
  const failed = known?.failed === undefined ? {} : { failed: known.failed };
  return { outcome: 'recorded', record: { ...base, ...failed, membershipVersion, at: now } };
}
