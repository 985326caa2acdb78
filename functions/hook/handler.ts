import { dynamoDbClient, sqsClient, ssmClient } from '../../adapters/aws/clients.ts';
import { DynamoDbTable } from '../../adapters/aws/dynamodb-table.ts';
import { SqsReplies } from '../../adapters/aws/sqs-replies.ts';
import { SqsTicks } from '../../adapters/aws/sqs-ticks.ts';
import { SsmCommands } from '../../adapters/aws/ssm-commands.ts';
import { SystemClock } from '../../adapters/aws/system-clock.ts';
import { readEnvironment } from '../environment.ts';
import type { BatchResponse } from '../run-batch.ts';
import { runWakes } from '../run-wakes.ts';
import { hookStage } from './stage.ts';

const environment = readEnvironment([
  'CONCERTINA_TABLE',
  'CONCERTINA_WAKES_QUEUE_URL',
  'CONCERTINA_ACKNOWLEDGEMENTS_QUEUE_URL',
  'CONCERTINA_ACKNOWLEDGE_URL',
]);
const sqs = sqsClient();
const ports = {
  clock: new SystemClock(),
  table: new DynamoDbTable({ client: dynamoDbClient(), tableName: environment.CONCERTINA_TABLE }),
  commands: new SsmCommands({ client: ssmClient() }),
  replies: new SqsReplies({ client: sqs, queueUrl: environment.CONCERTINA_ACKNOWLEDGEMENTS_QUEUE_URL }),
  ticks: new SqsTicks({ client: sqs, queueUrls: [environment.CONCERTINA_WAKES_QUEUE_URL] }),
};

const places = { url: environment.CONCERTINA_ACKNOWLEDGE_URL };

/** Notices and ticks, from the queue of this stage. What failed comes again, then a dead letter: infra/wake-queue.ts. */
export const handler = (event: unknown): Promise<BatchResponse> =>
  runWakes(event, { stage: 'hook', run: (wake) => hookStage(ports, wake, places) });
