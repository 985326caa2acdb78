import type { Notice } from '../../../core/notice.ts';
import { acknowledge } from './kiosk.ts';
import type { Subscriber } from './subscriber.ts';
import type { World } from './world.ts';

/** Participants that keep up: each notice that waits for an acknowledgement gets one. */
export interface Replies {
  /** Names a participant that leaves its notices unanswered for now. */
  pause(participant: string): void;
  /** It answers again, also what came meanwhile. */
  resume(participant: string): void;
  stop(): Promise<void>;
}

/** Answers what reaches the subscribers, from the first `resume` of a participant on. */
export function startReplies(world: Pick<World, 'clients' | 'stack'>, subscribers: readonly Subscriber[]): Replies {
  const answering = new Set<string>();
  const answered = new Set<string>();
  const answerOnce = async (notice: Notice): Promise<void> => {
    const key = `${notice.participant} ${notice.membership.version}`;
    if (notice.acknowledge === undefined || !answering.has(notice.participant) || answered.has(key)) return;
    await acknowledge(world, notice);
    answered.add(key);
  };
  let isOn = true;
  const replying = (async () => {
    while (isOn) {
      for (const notice of subscribers.flatMap(({ notices }) => notices())) await answerOnce(notice);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  })();
  return {
    pause: (participant) => void answering.delete(participant),
    resume: (participant) => void answering.add(participant),
    stop: async () => {
      isOn = false;
      await replying;
    },
  };
}
