import { bodyOf, fieldsOf, queueRecords, textOf } from './read-event.ts';
import { type BatchResponse, runBatch } from './run-batch.ts';

/** What a queue that hears notices and ticks asks of a stage: look at this application. */
export interface Wake {
  readonly application: string;
  /** Time has passed; nobody said anything new. A stage that was woken by a tick asks for none (docs/decisions/0004-ticks-do-not-re-arm-themselves.md). */
  readonly isTick: boolean;
}

/** Runs a stage once for each application that a batch names. Throws EventError when it is no batch of a queue. */
export function runWakes(
  event: unknown,
  { stage, run }: { readonly stage: string; readonly run: (wake: Wake) => Promise<unknown> },
): Promise<BatchResponse> {
  const noticed = new Set<string>();
  return runBatch({
    stage,
    records: queueRecords(event),
    read: (record) => {
      const body = fieldsOf(bodyOf(record), 'body');
      const application = textOf(body, 'application');
      if (body['trigger'] !== 'tick') noticed.add(application);
      return { key: application, work: application };
    },
    run: (application) => run({ application, isTick: !noticed.has(application) }),
  });
}
