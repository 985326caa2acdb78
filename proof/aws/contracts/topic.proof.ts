import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SnsTopic } from '../../../adapters/aws/sns-topic.ts';
import type { Topic } from '../../../adapters/ports.ts';
import { topicContract } from '../../../test/contract/topic-contract.ts';
import { until } from '../check.ts';
import { subscribeQueue } from '../path/subscriber.ts';

/** A topic of one implementation, as a queue with a filter sees it. */
function seenFromQueue(endpoint: string) {
  return async () => {
    const sns = new SNSClient({ endpoint });
    const sqs = new SQSClient({ endpoint, useQueueUrlAsEndpoint: false });
    const name = `topic-${Date.now()}`;
    const { TopicArn: topicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
    const subscriber = await subscribeQueue({ sns, sqs }, { topicArn, name, filterPolicy: { application: ['shop'] } });
    const topic = new SnsTopic({ client: sns, topicArn });
    let expected = 0;
    const arrived: Topic = {
      publish: async (notices) => {
        const refused = await topic.publish(notices);
        expected += notices.length - refused.length;
        await until(`${expected} notices`, 20, async () => subscriber.notices().length === expected);
        return refused;
      },
    };
    const accepted = () => subscriber.notices().map(({ participant }) => participant);
    return { topic: arrived, accepted, stop: () => subscriber.stop() };
  };
}

const { AWS_ENDPOINT_URL: ministack = '', AWS_ENDPOINT_URL_EC2: moto = '' } = process.env;

topicContract('SnsTopic on MiniStack, seen from a subscribed queue', seenFromQueue(ministack));
topicContract('SnsTopic on moto, seen from a subscribed queue', seenFromQueue(moto));
