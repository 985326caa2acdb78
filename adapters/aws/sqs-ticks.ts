import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Ticks } from '../ports.ts';
import { batchesOf } from './batches.ts';

/** Messages of one SendMessageBatch call. */
const batchSize = 10;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const longestDelaySeconds = 900;

/** Delayed messages of SQS, in each of the queues; each body is the wake that its reader gets: `{"trigger":"tick","application":"shop"}`. */
export class SqsTicks implements Ticks {
  readonly #client: SQSClient;
  readonly #queueUrls: readonly string[];

  constructor({ client, queueUrls }: { readonly client: SQSClient; readonly queueUrls: readonly string[] }) {
    this.#client = client;
    this.#queueUrls = queueUrls;
  }

  async later(application: string, delaysSeconds: readonly number[]): Promise<void> {
    const wrong = delaysSeconds.find((delay) => !(delay >= 0 && delay <= longestDelaySeconds));
    if (wrong !== undefined) throw new RangeError(`a delay is 0 to ${longestDelaySeconds} s, found ${wrong}`);
    const body = JSON.stringify({ trigger: 'tick', application });
    const refused: string[] = [];
    // One queue that refuses must not keep the others from being asked.
    for (const queueUrl of this.#queueUrls)
      for (const delays of batchesOf(delaysSeconds, batchSize))
        refused.push(...(await this.#send(queueUrl, body, delays)));
    if (refused.length > 0) throw new Error(`SQS refused ticks: ${refused.join('; ')}`);
  }

  async #send(queueUrl: string, body: string, delays: readonly number[]): Promise<readonly string[]> {
    const { Failed = [] } = await this.#client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: delays.map((delay, index) => ({
          Id: String(index),
          MessageBody: body,
          DelaySeconds: Math.round(delay),
        })),
      }),
    );
    return Failed.map(({ Code, Message }) => `${Code} ${Message ?? ''}`);
  }
}
