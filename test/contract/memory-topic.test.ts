import { MemoryTopic } from '../../adapters/memory/memory-topic.ts';
import { topicContract } from './topic-contract.ts';

topicContract('MemoryTopic', async () => {
  const topic = new MemoryTopic();
  const heard: string[] = [];
  const stop = topic.subscribe({}, ({ participant }) => heard.push(participant));
  return { topic, accepted: () => heard, stop: async () => stop() };
});
