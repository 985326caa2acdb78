import { dynamoDbClient } from '../../adapters/aws/clients.ts';
import { DynamoDbTable } from '../../adapters/aws/dynamodb-table.ts';
import { SystemClock } from '../../adapters/aws/system-clock.ts';
import { readEnvironment } from '../environment.ts';
import { bodyOf, isBatch, queueRecords } from '../read-event.ts';
import { type BatchResponse, runBatch } from '../run-batch.ts';
import { answerHttp, type HttpAnswer } from './answer-http.ts';
import { acknowledgeStage } from './stage.ts';

const { CONCERTINA_TABLE } = readEnvironment(['CONCERTINA_TABLE']);
const ports = {
  clock: new SystemClock(),
  table: new DynamoDbTable({ client: dynamoDbClient(), tableName: CONCERTINA_TABLE }),
};

/**
 * Acknowledgements of participants: messages of their queue, of which those that failed come again, then are dead letters
 * (infra/wake-queue.ts), and requests to the function URL.
 */
export const handler = async (event: unknown): Promise<BatchResponse | HttpAnswer> => {
  if (!isBatch(event)) return answerHttp(ports, event);
  return runBatch({
    stage: 'acknowledge',
    records: queueRecords(event),
    read: (record) => ({ key: record.id, work: bodyOf(record) }),
    run: (body) => acknowledgeStage(ports, body),
  });
};
