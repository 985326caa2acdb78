import { dynamoDbClient } from '../../adapters/aws/clients.ts';
import { DynamoDbTable } from '../../adapters/aws/dynamodb-table.ts';
import { SystemClock } from '../../adapters/aws/system-clock.ts';
import { readEnvironment } from '../environment.ts';
import { bodyOf, queueRecords } from '../read-event.ts';
import { type BatchResponse, runBatch } from '../run-batch.ts';
import { acknowledgeStage } from './stage.ts';

const { CONCERTINA_TABLE } = readEnvironment(['CONCERTINA_TABLE']);
const ports = {
  clock: new SystemClock(),
  table: new DynamoDbTable({ client: dynamoDbClient(), tableName: CONCERTINA_TABLE }),
};

/** Messages of participants, from the queue of acknowledgements. What failed comes again, then a dead letter: infra/wake-queue.ts. */
export const handler = (event: unknown): Promise<BatchResponse> =>
  runBatch({
    stage: 'acknowledge',
    records: queueRecords(event),
    read: (record) => ({ key: record.id, work: bodyOf(record) }),
    run: (body) => acknowledgeStage(ports, body),
  });
