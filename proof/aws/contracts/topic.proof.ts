import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { snsClient, sqsClient } from '../../../adapters/aws/clients.ts';
import { SnsTopic } from '../../../adapters/aws/sns-topic.ts';
import type { Topic } from '../../../adapters/ports.ts';
import { topicContract } from '../../../test/contract/topic-contract.ts';
import { until } from '../check.ts';
import { subscribeQueue } from '../path/subscriber.ts';

topicContract('SnsTopic on MiniStack, seen from a subscribed queue', async () => {
  const [sns, sqs] = [snsClient(), sqsClient()];
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
});
