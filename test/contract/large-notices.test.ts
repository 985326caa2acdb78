import { describe, expect, it } from 'vitest';
import { snsClient } from '../../adapters/aws/clients.ts';
import { SnsTopic } from '../../adapters/aws/sns-topic.ts';
import { MemoryTopic } from '../../adapters/memory/memory-topic.ts';
import type { Topic } from '../../adapters/ports.ts';
import { tellParticipants } from '../../core/tell-participants.ts';
import { makeFile, makeSlot, makeStored, noon } from '../factories/stored.ts';
import { startFakeAws } from './fake-aws.ts';

/** SNS takes no more in one request, all messages and attributes together. */
const mostBytes = 262_144;

/** What two participants are told when 1,200 instances join 800 others. */
function makeLargeNotices() {
  const participants = { lb: { hears: ['web'], acknowledge: { withinSeconds: 120 } }, billing: { hears: ['*'] } };
  const slots = Array.from({ length: 2000 }, (_, index) =>
    index < 800
      ? makeSlot({ number: index + 1 })
      : makeSlot({ number: index + 1, state: 'joining', change: { event: 'joining', version: 5, at: noon } }),
  );
  const stored = makeStored({ file: makeFile({ participants }), slots });
  return tellParticipants(stored, noon, { url: 'https://acknowledge.test/' }).flatMap(({ notices }) => notices);
}

describe('the notices of 2,000 instances', () => {
  it('are taken by the topic in memory', async () => {
    const topic: Topic = new MemoryTopic();

    expect(await topic.publish(makeLargeNotices())).toEqual([]);
  });

  it('are taken by SNS, in requests of a size that it takes', async () => {
    const bytes: number[] = [];
    const aws = await startFakeAws(({ input }) => {
      const sent = Object.entries(input).filter(
        ([key]) => key.endsWith('.Message') || key.includes('.MessageAttributes.'),
      );
      bytes.push(sent.reduce((sum, [, value]) => sum + Buffer.byteLength(String(value)), 0));
      const result = '<Successful/><Failed/>';
      return {
        body: `<PublishBatchResponse><PublishBatchResult>${result}</PublishBatchResult></PublishBatchResponse>`,
      };
    });

    const refused = await new SnsTopic({ client: snsClient(), topicArn: 'arn:aws:sns:eu-central-1:1:x' }).publish(
      makeLargeNotices(),
    );

    expect(refused).toEqual([]);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(mostBytes);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(mostBytes);
    await aws.stop();
  });
});
