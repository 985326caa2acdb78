import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Ticks } from '../ports.ts';
import { batchesOf } from './batches.ts';

/** Messages of one SendMessageBatch call. */
const batchSize = 10;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const longestDelaySeconds = 900;

/** Delayed messages of one SQS queue; each body is the wake that evaluate gets: `{"trigger":"tick","application":"shop"}`. */
export class SqsTicks implements Ticks {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor({ client, queueUrl }: { readonly client: SQSClient; readonly queueUrl: string }) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  async later(application: string, delaysSeconds: readonly number[]): Promise<void> {
    const wrong = delaysSeconds.find((delay) => !(delay >= 0 && delay <= longestDelaySeconds));
    if (wrong !== undefined) throw new RangeError(`a delay is 0 to ${longestDelaySeconds} s, found ${wrong}`);
    const body = JSON.stringify({ trigger: 'tick', application });
    for (const delays of batchesOf(delaysSeconds, batchSize)) {
      const { Failed = [] } = await this.#client.send(
        new SendMessageBatchCommand({
          QueueUrl: this.#queueUrl,
          Entries: delays.map((delay, index) => ({
            Id: String(index),
            MessageBody: body,
            DelaySeconds: Math.round(delay),
          })),
        }),
      );
      if (Failed.length > 0)
        throw new Error(
          `SQS refused ticks: ${Failed.map(({ Code, Message }) => `${Code} ${Message ?? ''}`).join('; ')}`,
        );
    }
  }
}
