import type { ParticipantPorts, Ports } from '../../adapters/ports.ts';
import { awaitingProbes, type ProbeQuestion, probeRecord } from '../../core/awaiting-probes.ts';
import type { Wake } from '../run-wakes.ts';

/** What this stage may touch. */
export type ProbePorts = Pick<Ports, 'clock' | 'table'> & Pick<ParticipantPorts, 'probes'>;

/** What one run did; logged as one line. */
export interface ProbeReport {
  readonly application: string;
  readonly asked: number;
  readonly ready: number;
}

/** Questions at once. A question takes 2 s at the most, so a thousand booting instances take 20 s. */
const MOST_AT_ONCE = 100;

/**
 * Asks booting instances over HTTP whether they are ready, and stores which are. Woken by ticks while something moves: the first answer of
 * an instance is believed, and it is not asked again. Records are written one by one: two runs at a time write the same.
 */
export async function probeStage(ports: ProbePorts, { application }: Pick<Wake, 'application'>): Promise<ProbeReport> {
  const questions = awaitingProbes(await ports.table.load(application));
  let ready = 0;
  for (let first = 0; first < questions.length; first += MOST_AT_ONCE) {
    const batch = questions.slice(first, first + MOST_AT_ONCE);
    const stored = await Promise.all(batch.map((question) => askOne(ports, application, question)));
    ready += stored.filter((isReady) => isReady).length;
  }
  return { application, asked: questions.length, ready };
}

async function askOne(ports: ProbePorts, application: string, question: ProbeQuestion): Promise<boolean> {
  const { instanceId, ...request } = question;
  if (!(await ports.probes.answers(request))) return false;
  await ports.table.commit(application, {
    put: [probeRecord(application, { instanceId, readyAt: ports.clock.now() })],
  });
  return true;
}
