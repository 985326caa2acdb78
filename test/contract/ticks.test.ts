import { describe, expect, it } from 'vitest';
import { sqsClient } from '../../adapters/aws/clients.ts';
import { SqsTicks } from '../../adapters/aws/sqs-ticks.ts';
import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { MemoryTicks } from '../../adapters/memory/memory-ticks.ts';
import { secondsBetween } from '../../core/amounts.ts';
import { noon } from '../factories/stored.ts';
import { startFakeAws, type WireRequest } from './fake-aws.ts';
import { ticksContract } from './ticks-contract.ts';

ticksContract('MemoryTicks', async () => {
  const asked: [string, number][] = [];
  const ticks = new MemoryTicks(new MemoryClock(noon), ({ application, at }) => {
    asked.push([application, secondsBetween(noon, at)]);
  });
  return { ticks, asked: () => asked, stop: async () => {} };
});

const queueUrl = 'https://sqs.eu-central-1.amazonaws.com/123456789012/ticks';

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly DelaySeconds: number;
}

function entriesOf({ input }: WireRequest): readonly Entry[] {
  const entries: readonly Entry[] = JSON.parse(JSON.stringify(input['Entries']));
  return entries;
}

ticksContract('SqsTicks', async () => {
  const aws = await startFakeAws(() => ({ body: { Successful: [], Failed: [] } }));
  const asked = () =>
    aws.requests.flatMap(entriesOf).map(({ MessageBody, DelaySeconds }): [string, number] => {
      return [JSON.parse(MessageBody).application, DelaySeconds];
    });
  return { ticks: new SqsTicks({ client: sqsClient(), queueUrls: [queueUrl] }), asked, stop: aws.stop };
});

describe('SqsTicks', () => {
  it('sends the wake of evaluate, ten a call, to the endpoint and not to the URL of the queue', async () => {
    const aws = await startFakeAws(() => ({ body: { Successful: [], Failed: [] } }));
    const ticks = new SqsTicks({ client: sqsClient(), queueUrls: [queueUrl] });

    await ticks.later(
      'shop',
      Array.from({ length: 11 }, () => 15),
    );

    expect(aws.requests.map((request) => entriesOf(request).length)).toEqual([10, 1]);
    expect(aws.requests[1]).toMatchObject({
      operation: 'SendMessageBatch',
      input: {
        QueueUrl: queueUrl,
        Entries: [{ Id: '0', MessageBody: '{"trigger":"tick","application":"shop"}', DelaySeconds: 15 }],
      },
    });
    await aws.stop();
  });

  it('asks every queue, also when one refuses', async () => {
    const failed = { Id: '0', Code: 'InternalError', Message: 'try again', SenderFault: false };
    const aws = await startFakeAws(({ input }) => ({
      body: { Successful: [], Failed: input['QueueUrl'] === queueUrl ? [failed] : [] },
    }));
    const ticks = new SqsTicks({ client: sqsClient(), queueUrls: [queueUrl, `${queueUrl}2`] });

    await expect(ticks.later('shop', [15])).rejects.toThrow('InternalError');

    expect(aws.requests.map(({ input }) => input['QueueUrl'])).toEqual([queueUrl, `${queueUrl}2`]);
    await aws.stop();
  });

  it('throws when SQS does not accept one', async () => {
    const failed = { Id: '0', Code: 'InternalError', Message: 'try again', SenderFault: false };
    const aws = await startFakeAws(() => ({ body: { Successful: [], Failed: [failed] } }));
    const ticks = new SqsTicks({ client: sqsClient(), queueUrls: [queueUrl] });

    await expect(ticks.later('shop', [15])).rejects.toThrow('InternalError try again');
    await aws.stop();
  });
});
