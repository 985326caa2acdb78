import { dynamoDbClient, snsClient } from '../../adapters/aws/clients.ts';
import { DynamoDbTable } from '../../adapters/aws/dynamodb-table.ts';
import { SnsTopic } from '../../adapters/aws/sns-topic.ts';
import { SystemClock } from '../../adapters/aws/system-clock.ts';
import { readEnvironment } from '../environment.ts';
import type { BatchResponse } from '../run-batch.ts';
import { runChanges } from '../run-changes.ts';
import { announceStage } from './stage.ts';

const environment = readEnvironment([
  'CONCERTINA_TABLE',
  'CONCERTINA_TOPIC_ARN',
  'CONCERTINA_ACKNOWLEDGE_URL',
  'CONCERTINA_ACKNOWLEDGEMENTS_QUEUE_URL',
]);
const ports = {
  clock: new SystemClock(),
  table: new DynamoDbTable({ client: dynamoDbClient(), tableName: environment.CONCERTINA_TABLE }),
  topic: new SnsTopic({ client: snsClient(), topicArn: environment.CONCERTINA_TOPIC_ARN }),
};

const places = {
  url: environment.CONCERTINA_ACKNOWLEDGE_URL,
  queueUrl: environment.CONCERTINA_ACKNOWLEDGEMENTS_QUEUE_URL,
};

/** Changes of the table, from its stream. What failed comes again, then a dead letter: infra/wake-stream.ts. */
export const handler = (event: unknown): Promise<BatchResponse> =>
  runChanges(event, { stage: 'announce', run: (application) => announceStage(ports, application, places) });
