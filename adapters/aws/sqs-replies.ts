import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Acknowledgement } from '../../core/notice.ts';
import type { Replies } from '../ports.ts';

/** The queue of acknowledgements, which every participant may use. */
export class SqsReplies implements Replies {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor({ client, queueUrl }: { readonly client: SQSClient; readonly queueUrl: string }) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  /** The batch command, for the functions that reply send ticks too: one command less to hold. */
  async send(acknowledgement: Acknowledgement): Promise<void> {
    const { Failed = [] } = await this.#client.send(
      new SendMessageBatchCommand({
        QueueUrl: this.#queueUrl,
        Entries: [{ Id: '0', MessageBody: JSON.stringify(acknowledgement) }],
      }),
    );
    const [failed] = Failed;
    if (failed !== undefined) throw new Error(`SQS refused an acknowledgement: ${failed.Code} ${failed.Message ?? ''}`);
  }
}
