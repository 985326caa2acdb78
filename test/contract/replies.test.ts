import { describe, expect, it } from 'vitest';
import { sqsClient } from '../../adapters/aws/clients.ts';
import { SqsReplies } from '../../adapters/aws/sqs-replies.ts';
import { MemoryReplies } from '../../adapters/memory/memory-replies.ts';
import type { Replies } from '../../adapters/ports.ts';
import type { Acknowledgement } from '../../core/notice.ts';
import { startFakeAws } from './fake-aws.ts';

const reply: Acknowledgement = {
  schema: 'concertina.acknowledgement/1',
  application: 'shop',
  participant: 'lb',
  membershipVersion: 5,
  token: 'x',
  status: 'applied',
};

const queueUrl = 'https://sqs.eu-central-1.amazonaws.com/123456789012/acknowledgements';

interface RepliesUnderTest {
  readonly replies: Replies;
  readonly arrived: () => readonly unknown[];
  readonly stop: () => Promise<void>;
}

describe.each<[string, () => Promise<RepliesUnderTest>]>([
  [
    'MemoryReplies',
    async () => {
      const arrived: unknown[] = [];
      return { replies: new MemoryReplies((each) => arrived.push(each)), arrived: () => arrived, stop: async () => {} };
    },
  ],
  [
    'SqsReplies',
    async () => {
      const aws = await startFakeAws(() => ({ body: { Successful: [] } }));
      const arrived = () =>
        aws.requests.map(({ input }) => {
          const { QueueUrl, Entries } = JSON.parse(JSON.stringify(input));
          expect(QueueUrl).toBe(queueUrl);
          return JSON.parse(Entries[0].MessageBody);
        });
      return { replies: new SqsReplies({ client: sqsClient(), queueUrl }), arrived, stop: aws.stop };
    },
  ],
])('%s', (_, makeReplies) => {
  it('bring each acknowledgement as it was sent', async () => {
    const { replies, arrived, stop } = await makeReplies();

    await replies.send(reply);
    await replies.send({ ...reply, status: 'failed', message: 'no' });

    expect(arrived()).toEqual([reply, { ...reply, status: 'failed', message: 'no' }]);
    await stop();
  });
});

describe('SqsReplies', () => {
  it('throws when SQS does not accept one', async () => {
    const Failed = [{ Id: '0', Code: 'InternalError', Message: 'try again', SenderFault: false }];
    const aws = await startFakeAws(() => ({ body: { Failed } }));

    await expect(new SqsReplies({ client: sqsClient(), queueUrl }).send(reply)).rejects.toThrow(
      'InternalError try again',
    );
    await aws.stop();
  });
});
