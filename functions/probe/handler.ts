import { dynamoDbClient } from '../../adapters/aws/clients.ts';
import { DynamoDbTable } from '../../adapters/aws/dynamodb-table.ts';
import { HttpProbes } from '../../adapters/aws/http-probes.ts';
import { SystemClock } from '../../adapters/aws/system-clock.ts';
import { readEnvironment } from '../environment.ts';
import type { BatchResponse } from '../run-batch.ts';
import { runWakes } from '../run-wakes.ts';
import { probeStage } from './stage.ts';

const { CONCERTINA_TABLE } = readEnvironment(['CONCERTINA_TABLE']);
const ports = {
  clock: new SystemClock(),
  table: new DynamoDbTable({ client: dynamoDbClient(), tableName: CONCERTINA_TABLE }),
  probes: new HttpProbes(),
};

/** Ticks while something moves, from the queue of this stage. What failed comes again, then a dead letter: infra/wake-queue.ts. */
export const handler = (event: unknown): Promise<BatchResponse> =>
  runWakes(event, { stage: 'probe', run: (wake) => probeStage(ports, wake) });
