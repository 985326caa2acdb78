import { dynamoDbClient, loadBalancingClient, sqsClient } from '../../adapters/aws/clients.ts';
import { DynamoDbTable } from '../../adapters/aws/dynamodb-table.ts';
import { ElbTargetGroups } from '../../adapters/aws/elb-target-groups.ts';
import { SqsReplies } from '../../adapters/aws/sqs-replies.ts';
import { SqsTicks } from '../../adapters/aws/sqs-ticks.ts';
import { readEnvironment } from '../environment.ts';
import type { BatchResponse } from '../run-batch.ts';
import { runWakes } from '../run-wakes.ts';
import { targetGroupStage } from './stage.ts';

const environment = readEnvironment([
  'CONCERTINA_TABLE',
  'CONCERTINA_WAKES_QUEUE_URL',
  'CONCERTINA_ACKNOWLEDGEMENTS_QUEUE_URL',
]);
const sqs = sqsClient();
const ports = {
  table: new DynamoDbTable({ client: dynamoDbClient(), tableName: environment.CONCERTINA_TABLE }),
  targetGroups: new ElbTargetGroups({ client: loadBalancingClient() }),
  replies: new SqsReplies({ client: sqs, queueUrl: environment.CONCERTINA_ACKNOWLEDGEMENTS_QUEUE_URL }),
  ticks: new SqsTicks({ client: sqs, queueUrls: [environment.CONCERTINA_WAKES_QUEUE_URL] }),
};

/** Notices and ticks, from the queue of this stage. What failed comes again, then a dead letter: infra/wake-queue.ts. */
export const handler = (event: unknown): Promise<BatchResponse> =>
  runWakes(event, { stage: 'target-group', run: (wake) => targetGroupStage(ports, wake) });
