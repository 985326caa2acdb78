import { createServer, type Server } from 'node:http';
import { ConfirmSubscriptionCommand, type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Notice } from '../../../core/notice.ts';

/** What SNS sends to a subscriber, of which this is looked at. https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
export interface Envelope {
  readonly Type: string;
  readonly TopicArn: string;
  readonly Message: string;
  readonly Token?: string;
  readonly SignatureVersion?: string;
  readonly Signature?: string;
  readonly SigningCertURL?: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly Type: string; readonly Value: string }>>;
}

/** Somebody who subscribed to the topic, and what reached them. */
export interface Subscriber {
  readonly envelopes: readonly Envelope[];
  /** The notices in the envelopes, as they came. */
  readonly notices: () => readonly Notice[];
  stop(): Promise<void>;
}

/** Who subscribes to what. */
export interface Subscription {
  readonly topicArn: string;
  /** https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */
  readonly filterPolicy: Readonly<Record<string, readonly string[]>>;
}

/** Subscribes a web server of our own over HTTP and confirms as SNS asks. */
export async function subscribeHttp(sns: SNSClient, { topicArn, filterPolicy }: Subscription): Promise<Subscriber> {
  const envelopes: Envelope[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => {
      body += data;
    });
    request.on('end', () => {
      const envelope: Envelope = JSON.parse(body);
      response.end();
      envelopes.push(envelope);
      if (envelope.Type === 'SubscriptionConfirmation')
        void sns.send(new ConfirmSubscriptionCommand({ TopicArn: topicArn, Token: envelope.Token }));
    });
  });
  const port = await listen(server);
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'http',
      Endpoint: `http://127.0.0.1:${port}/notices`,
      Attributes: { FilterPolicy: JSON.stringify(filterPolicy) },
    }),
  );
  return {
    envelopes,
    notices: () => noticesIn(envelopes),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Subscribes a queue of our own, with the policy that lets the topic send to it. */
export async function subscribeQueue(
  { sns, sqs }: { readonly sns: SNSClient; readonly sqs: SQSClient },
  { topicArn, filterPolicy, name }: Subscription & { readonly name: string },
): Promise<Subscriber> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const queueArn = Attributes['QueueArn'] ?? '';
  await sqs.send(
    new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: policyFor({ queueArn, topicArn }) } }),
  );
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: queueArn,
      Attributes: { FilterPolicy: JSON.stringify(filterPolicy) },
    }),
  );
  const envelopes: Envelope[] = [];
  let isOpen = true;
  const reading = (async () => {
    while (isOpen) envelopes.push(...(await receive(sqs, QueueUrl)));
  })();
  return {
    envelopes,
    notices: () => noticesIn(envelopes),
    stop: async () => {
      isOpen = false;
      await reading;
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
  };
}

async function receive(sqs: SQSClient, QueueUrl: string): Promise<readonly Envelope[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  );
  for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  return Messages.map(({ Body = '' }): Envelope => JSON.parse(Body));
}

function noticesIn(envelopes: readonly Envelope[]): readonly Notice[] {
  return envelopes.filter(({ Type }) => Type === 'Notification').map(({ Message }): Notice => JSON.parse(Message));
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the subscriber listens on no port');
  return address.port;
}

function policyFor({ queueArn, topicArn }: { readonly queueArn: string; readonly topicArn: string }): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
      },
    ],
  });
}
