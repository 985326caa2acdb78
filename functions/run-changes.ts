import { changedApplication, streamRecords } from './read-event.ts';
import { type BatchResponse, runBatch } from './run-batch.ts';

/** Runs a stage once for each application that a batch of the table's stream speaks of. Throws EventError when it is no such batch. */
export function runChanges(
  event: unknown,
  { stage, run }: { readonly stage: string; readonly run: (application: string) => Promise<unknown> },
): Promise<BatchResponse> {
  return runBatch({
    stage,
    records: streamRecords(event),
    read: (record) => {
      const application = changedApplication(record);
      return application === undefined ? undefined : { key: application, work: application };
    },
    run,
  });
}
