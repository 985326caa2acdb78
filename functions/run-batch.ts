import { log } from './log.ts';
import type { BatchRecord } from './read-event.ts';

/** Partial batch response of SQS and of streams: what failed comes again, the rest is done. For streams the lowest number counts. */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** How a batch is carried out. */
export interface BatchRun<Work> {
  /** The field `stage` of the log. */
  readonly stage: string;
  readonly records: readonly BatchRecord[];
  /**
   * What is to be done for one record, undefined for nothing; a throw fails that record alone. Records of one key are one run, with the work of the last of them:
   * stages look at what is stored, so one look is enough.
   */
  readonly read: (record: BatchRecord) => { readonly key: string; readonly work: Work } | undefined;
  readonly run: (work: Work) => Promise<unknown>;
}

/** Runs a batch, one run a key. Never throws: the response names the records of every run that did. */
export async function runBatch<Work>(batch: BatchRun<Work>): Promise<BatchResponse> {
  const failed = new Set<BatchRecord>();
  const runs = new Map<string, { readonly work: Work; readonly records: BatchRecord[] }>();
  for (const record of batch.records) {
    try {
      const read = batch.read(record);
      if (read === undefined) continue;
      const records = runs.get(read.key)?.records ?? [];
      records.push(record);
      runs.set(read.key, { work: read.work, records });
    } catch (error) {
      log({ stage: batch.stage, record: record.id, error });
      failed.add(record);
    }
  }
  await Promise.all([...runs].map(([key, run]) => runOne(batch, { key, ...run }, failed)));
  const inOrder = batch.records.filter((record) => failed.has(record));
  return { batchItemFailures: inOrder.map((record) => ({ itemIdentifier: record.id })) };
}

async function runOne<Work>(
  batch: BatchRun<Work>,
  { key, work, records }: { readonly key: string; readonly work: Work; readonly records: readonly BatchRecord[] },
  failed: Set<BatchRecord>,
): Promise<void> {
  try {
    log({ stage: batch.stage, key, report: await batch.run(work) });
  } catch (error) {
    log({ stage: batch.stage, key, error });
    for (const record of records) failed.add(record);
  }
}
