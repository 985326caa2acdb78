import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import type { Acknowledgement, Membership, Notice } from '../../core/notice.ts';

/** What a participant made of a notice. `later`: not done yet, and no failure; the notice comes again by itself. */
export type Outcome =
  | { readonly status: 'applied' }
  | { readonly status: 'later' }
  | { readonly status: 'failed'; readonly message: string };

/** Applies a membership. It may be called twice, late and out of order. */
export type Apply = (membership: Membership) => Promise<Outcome>;

const run = promisify(execFile);

/**
 * Follows an SQS queue that is subscribed to the topic (raw delivery, filtered by participant), for ever. The AWS command line signs with the
 * role of the machine, so nothing is installed but that. A message is deleted when it is answered; one that throws comes again.
 */
export async function followQueue(queueUrl: string, apply: Apply): Promise<never> {
  for (;;) {
    const { stdout } = await run('aws', [
      'sqs',
      'receive-message',
      '--queue-url',
      queueUrl,
      '--wait-time-seconds',
      '20',
    ]);
    for (const { Body, ReceiptHandle } of stdout === '' ? [] : JSON.parse(stdout).Messages) {
      const notice: Notice = JSON.parse(Body);
      const outcome = await apply(await membershipOf(notice));
      if (outcome.status === 'later') continue;
      const reply = replyTo(notice, outcome);
      if (reply !== undefined && notice.acknowledge?.queueUrl !== undefined)
        await send(notice.acknowledge.queueUrl, reply);
      await run('aws', ['sqs', 'delete-message', '--queue-url', queueUrl, '--receipt-handle', ReceiptHandle]);
    }
  }
}

/** The reply to a notice; undefined when none is asked for. */
export function replyTo(notice: Notice, outcome: Exclude<Outcome, { status: 'later' }>): Acknowledgement | undefined {
  if (notice.acknowledge === undefined) return undefined;
  const { application, participant, membership, acknowledge } = notice;
  const { version: membershipVersion } = membership;
  const { token } = acknowledge;
  return { schema: 'concertina.acknowledgement/1', application, participant, membershipVersion, token, ...outcome };
}

/** The membership of a notice, fetched when it was too large for a message. Throws when it is not what was announced, nor a newer one. */
export async function membershipOf({ membership }: Notice): Promise<Membership> {
  if ('layers' in membership) return membership;
  const response = await fetch(membership.link);
  if (!response.ok) throw new Error(`the membership cannot be fetched: ${response.status}`);
  const text = await response.text();
  const fetched: Membership = JSON.parse(text);
  const isSame = createHash('sha256').update(text).digest('hex') === membership.sha256;
  if (!isSame && fetched.version <= membership.version)
    throw new Error('the membership is not the one that was announced');
  return fetched;
}

async function send(queueUrl: string, reply: Acknowledgement): Promise<void> {
  await run('aws', ['sqs', 'send-message', '--queue-url', queueUrl, '--message-body', JSON.stringify(reply)]);
}
