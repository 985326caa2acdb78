import { afterEach, describe, expect, it } from 'vitest';
import { snsClient } from '../../adapters/aws/clients.ts';
import { SnsTopic } from '../../adapters/aws/sns-topic.ts';
import { makeNotice } from '../factories/notice.ts';
import { type Answer, startFakeAws, type WireRequest } from './fake-aws.ts';
import { topicContract } from './topic-contract.ts';

const entry = 'PublishBatchRequestEntries.member';

async function startTopic(answer: Answer = () => published()) {
  const aws = await startFakeAws(answer);
  return { aws, topic: new SnsTopic({ client: snsClient(), topicArn: 'arn:aws:sns:eu-central-1:1:notices' }) };
}

function published(failed = '') {
  const result = `<Successful/><Failed>${failed}</Failed>`;
  return { body: `<PublishBatchResponse><PublishBatchResult>${result}</PublishBatchResult></PublishBatchResponse>` };
}

/** Notices of a request, in order. */
function noticesOf({ input }: WireRequest): readonly { readonly participant: string }[] {
  const messages = Array.from({ length: 10 }, (_, index) => input[`${entry}.${index + 1}.Message`]);
  return messages.flatMap((message) => (typeof message === 'string' ? [JSON.parse(message)] : []));
}

topicContract('SnsTopic', async () => {
  const { aws, topic } = await startTopic();
  const accepted = () => aws.requests.flatMap(noticesOf).map(({ participant }) => participant);
  return { topic, accepted, stop: aws.stop };
});

describe('SnsTopic', () => {
  let aws: Awaited<ReturnType<typeof startFakeAws>>;
  afterEach(() => aws.stop());

  async function makeTopic(answer?: Answer): Promise<SnsTopic> {
    const started = await startTopic(answer);
    aws = started.aws;
    return started.topic;
  }

  it('sends ten a call, each with the attributes that filter policies look at', async () => {
    const topic = await makeTopic();
    const notice = makeNotice();

    await topic.publish(Array.from({ length: 11 }, () => notice));

    expect(aws.requests.map((request) => noticesOf(request).length)).toEqual([10, 1]);
    const { input = {} } = aws.requests[1] ?? {};
    const names = [1, 2, 3, 4].map((index) => [
      input[`${entry}.1.MessageAttributes.entry.${index}.Name`],
      input[`${entry}.1.MessageAttributes.entry.${index}.Value.StringValue`],
    ]);
    expect(Object.fromEntries(names)).toEqual({
      application: 'shop',
      layer: 'web',
      event: 'leaving',
      participant: 'lb',
    });
    expect(noticesOf({ operation: '', input })).toEqual([notice]);
    expect(input['TopicArn']).toBe('arn:aws:sns:eu-central-1:1:notices');
  });

  it('sends no more bytes a call than SNS takes', async () => {
    const topic = await makeTopic();
    const because = 'x'.repeat(100_000);

    await topic.publish(Array.from({ length: 5 }, () => makeNotice({ because })));

    expect(aws.requests.map((request) => noticesOf(request).length)).toEqual([2, 2, 1]);
  });

  it('gives back what SNS did not accept, with its reason', async () => {
    const topic = await makeTopic(() =>
      published(
        '<member><Id>1</Id><Code>InternalError</Code><Message>try again</Message><SenderFault>false</SenderFault></member>',
      ),
    );
    const notices = [makeNotice({ participant: 'a' }), makeNotice({ participant: 'b' })];

    expect(await topic.publish(notices)).toEqual([{ notice: notices[1], reason: 'InternalError: try again' }]);
  });

  const denied = {
    status: 403,
    body: '<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>no</Message></Error></ErrorResponse>',
  };

  it('gives back a call that failed when another one succeeded', async () => {
    const topic = await makeTopic((_, times) => (times === 1 ? denied : published()));
    const notices = Array.from({ length: 11 }, (_, index) => makeNotice({ participant: `p${index}` }));

    const refused = await topic.publish(notices);

    expect(refused.map(({ notice }) => notice.participant)).toEqual(notices.slice(0, 10).map((one) => one.participant));
  });

  it('throws when nothing could be tried', async () => {
    const topic = await makeTopic(() => denied);

    await expect(topic.publish([makeNotice()])).rejects.toThrow();
  });
});
