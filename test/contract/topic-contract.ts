import { describe, expect, it } from 'vitest';
import type { Topic } from '../../adapters/ports.ts';
import { makeNotice } from '../factories/notice.ts';

/** A topic, what was published to it, and how to end it. */
export interface TopicUnderTest {
  readonly topic: Topic;
  /** Participants of all notices that were accepted, in order. */
  readonly accepted: () => readonly string[];
  readonly stop: () => Promise<void>;
}

/** What every topic promises. */
export function topicContract(name: string, makeTopic: () => Promise<TopicUnderTest>): void {
  describe(`${name} as a topic`, () => {
    it('takes any number of notices', async () => {
      const { topic, accepted, stop } = await makeTopic();
      const participants = Array.from({ length: 23 }, (_, index) => `p${index}`);

      expect(await topic.publish(participants.map((participant) => makeNotice({ participant })))).toEqual([]);

      expect(accepted()).toEqual(participants);
      await stop();
    });

    it('gives back the notice that is too large, with the reason, and takes the others', async () => {
      const { topic, accepted, stop } = await makeTopic();
      const large = manyInstances();

      const refused = await topic.publish([makeNotice({ participant: 'a' }), large, makeNotice({ participant: 'b' })]);

      expect(refused).toEqual([{ notice: large, reason: expect.stringMatching(/bytes/) }]);
      expect(accepted()).toEqual(['a', 'b']);
      await stop();
    });

    it('has nothing to do for no notices', async () => {
      const { topic, accepted, stop } = await makeTopic();

      expect(await topic.publish([])).toEqual([]);

      expect(accepted()).toEqual([]);
      await stop();
    });
  });
}

/** More instances than fit into one message. */
function manyInstances() {
  const notice = makeNotice({ participant: 'large' });
  const web = notice.change.instances.flatMap((instance) => Array.from({ length: 2000 }, () => instance));
  return { ...notice, membership: { version: notice.membership.version, layers: { web } } };
}
