import { PublishBatchCommand, type PublishBatchRequestEntry, type SNSClient } from '@aws-sdk/client-sns';
import type { Notice } from '../../core/notice.ts';
import type { Topic } from '../ports.ts';

/**
 * What one PublishBatch takes: messages, and bytes of all bodies and attributes together; the same number bounds one message.
 * https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
 */
const mostMessages = 10;
const mostBytes = 262_144;

type Refused = { readonly notice: Notice; readonly reason: string };

interface Message {
  readonly notice: Notice;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly bytes: number;
}

/** One SNS topic; participants subscribe with a filter policy on the attributes. */
export class SnsTopic implements Topic {
  readonly #client: SNSClient;
  readonly #topicArn: string;

  constructor({ client, topicArn }: { readonly client: SNSClient; readonly topicArn: string }) {
    this.#client = client;
    this.#topicArn = topicArn;
  }

  async publish(notices: readonly Notice[]): Promise<readonly Refused[]> {
    const messages = notices.map(messageOf);
    const tooLarge = messages.filter(({ bytes }) => bytes > mostBytes);
    const refused: Refused[] = tooLarge.map(({ notice, bytes }) => ({
      notice,
      reason: `the message has ${bytes} bytes, SNS takes ${mostBytes}`,
    }));
    const errors: unknown[] = [];
    const batches = batchesBySize(messages.filter(({ bytes }) => bytes <= mostBytes));
    for (const batch of batches) {
      try {
        refused.push(...(await this.#publishBatch(batch)));
      } catch (error) {
        errors.push(error);
        refused.push(...batch.map(({ notice }) => ({ notice, reason: String(error) })));
      }
    }
    if (errors.length > 0 && errors.length === batches.length) throw errors[0];
    return refused;
  }

  async #publishBatch(messages: readonly Message[]): Promise<readonly Refused[]> {
    const { Failed = [] } = await this.#client.send(
      new PublishBatchCommand({ TopicArn: this.#topicArn, PublishBatchRequestEntries: messages.map(entryOf) }),
    );
    return Failed.flatMap(({ Id, Code, Message }) => {
      const notice = messages[Number(Id)]?.notice;
      return notice === undefined ? [] : [{ notice, reason: [Code, Message].filter(Boolean).join(': ') }];
    });
  }
}

function messageOf(notice: Notice): Message {
  const attributes = {
    application: notice.application,
    layer: notice.change.layer,
    event: notice.event,
    participant: notice.participant,
  };
  const body = JSON.stringify(notice);
  // Name, type (`String`) and value of an attribute count.
  const attributeBytes = Object.entries(attributes).map(([name, value]) => Buffer.byteLength(`${name}String${value}`));
  return {
    notice,
    body,
    attributes,
    bytes: attributeBytes.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(body)),
  };
}

function batchesBySize(messages: readonly Message[]): readonly (readonly Message[])[] {
  const batches: Message[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const batch = batches.at(-1);
    if (batch === undefined || batch.length === mostMessages || bytes + message.bytes > mostBytes) {
      batches.push([message]);
      bytes = message.bytes;
    } else {
      batch.push(message);
      bytes += message.bytes;
    }
  }
  return batches;
}

function entryOf({ body, attributes }: Message, index: number): PublishBatchRequestEntry {
  const named = Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]);
  return { Id: String(index), Message: body, MessageAttributes: Object.fromEntries(named) };
}
