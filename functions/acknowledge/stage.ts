import type { Ports } from '../../adapters/ports.ts';
import { readAcknowledgement, receiveAcknowledgement } from '../../core/receive-acknowledgement.ts';

/** What this stage may touch. */
export type AcknowledgePorts = Pick<Ports, 'clock' | 'table'>;

/** What became of one acknowledgement; logged as one line. `refused` ones are dropped: repeating them would not make them true. */
export type AcknowledgeReport =
  | { readonly outcome: 'recorded' | 'covered'; readonly participant: string; readonly membershipVersion: number }
  | { readonly outcome: 'refused'; readonly reason: string };

const MOST_ATTEMPTS = 10;

/** Stores what a participant has applied, from the body of one message. Repeats and late arrivals are harmless. Throws when it could not be stored. */
export async function acknowledgeStage(ports: AcknowledgePorts, body: unknown): Promise<AcknowledgeReport> {
  const acknowledgement = readAcknowledgement(body);
  if ('refused' in acknowledgement) return { outcome: 'refused', reason: acknowledgement.refused };
  const { application, participant, membershipVersion } = acknowledgement;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const stored = await ports.table.load(application);
    const received = receiveAcknowledgement(stored, acknowledgement, ports.clock.now());
    if (received.outcome === 'refused') return received;
    if (received.outcome === 'covered') return { outcome: 'covered', participant, membershipVersion };
    const outcome = await ports.table.commit(application, { put: [received.record] });
    if (outcome === 'committed') return { outcome: 'recorded', participant, membershipVersion };
  }
  throw new Error(
    `the acknowledgement of ${participant} for ${membershipVersion} was overtaken ${MOST_ATTEMPTS} times`,
  );
}
