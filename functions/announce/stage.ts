import type { Ports } from '../../adapters/ports.ts';
import { type ReplyPlaces, type Telling, tellParticipants } from '../../core/tell-participants.ts';

/** What this stage may touch. */
export type AnnouncePorts = Pick<Ports, 'clock' | 'table' | 'topic'>;

/** What one run did; logged as one line. */
export interface AnnounceReport {
  readonly application: string;
  readonly membershipVersion: number;
  readonly sent: number;
  /** Participants whose newest telling another run overtook: they were told twice, which does no harm. */
  readonly overtaken: readonly string[];
}

/**
 * Tells the participants of an application what changed, and again what they have not acknowledged. Woken by the table's stream. What was
 * sent is stored after sending, so a crash between the two sends it again. Throws when the topic took a notice not: the stream's retry and
 * the next tick send it. `places` is where participants reply.
 */
export async function announceStage(
  ports: AnnouncePorts,
  application: string,
  places: ReplyPlaces = {},
): Promise<AnnounceReport> {
  const stored = await ports.table.load(application);
  const tellings = tellParticipants(stored, ports.clock.now(), places);
  const notices = tellings.flatMap((telling) => telling.notices);
  const refused = notices.length === 0 ? [] : await ports.topic.publish(notices);
  const unheard = new Set(refused.map(({ notice }) => notice.participant));
  const overtaken = await storeTold(
    ports,
    application,
    tellings.filter(({ participant }) => !unheard.has(participant)),
  );
  if (refused.length > 0) {
    const reasons = refused.map(({ notice, reason }) => `${notice.id} to ${notice.participant}: ${reason}`);
    throw new Error(`${refused.length} of ${notices.length} notices were not accepted: ${reasons.join('; ')}`);
  }
  return { application, membershipVersion: stored.head?.membershipVersion ?? 0, sent: notices.length, overtaken };
}

/** Each participant's record on its own: one that was overtaken must not undo the others. */
async function storeTold(
  ports: AnnouncePorts,
  application: string,
  tellings: readonly Telling[],
): Promise<readonly string[]> {
  const overtaken: string[] = [];
  for (const { participant, told } of tellings) {
    const outcome = await ports.table.commit(application, { put: [told] });
    if (outcome === 'conflict') overtaken.push(participant);
  }
  return overtaken;
}
