import { dynamoDbClient, ec2Client } from '../../adapters/aws/clients.ts';
import { DynamoDbTable } from '../../adapters/aws/dynamodb-table.ts';
import { Ec2Fleet } from '../../adapters/aws/ec2-fleet.ts';
import { SystemClock } from '../../adapters/aws/system-clock.ts';
import { readEnvironment } from '../environment.ts';
import { log } from '../log.ts';
import { isBatch } from '../read-event.ts';
import type { BatchResponse } from '../run-batch.ts';
import { runWakes } from '../run-wakes.ts';
import { readObserveWake } from './read-wake.ts';
import { observeStage } from './stage.ts';

const { CONCERTINA_TABLE } = readEnvironment(['CONCERTINA_TABLE']);
const ports = {
  clock: new SystemClock(),
  table: new DynamoDbTable({ client: dynamoDbClient(), tableName: CONCERTINA_TABLE }),
  fleet: new Ec2Fleet({ client: ec2Client() }),
};

/**
 * News of EC2 and the sweep, from EventBridge: a throw reaches Lambda's retries, then a dead letter (infra/wake-events.ts). Ticks while
 * something of an application moves, from their queue: a sweep of it alone; what failed comes again, then a dead letter (infra/wake-queue.ts).
 */
export const handler = async (event: unknown): Promise<BatchResponse | undefined> => {
  if (isBatch(event)) {
    return runWakes(event, {
      stage: 'observe',
      run: ({ application }) => observeStage(ports, { kind: 'sweep', application }),
    });
  }
  const wake = readObserveWake(event);
  log({ stage: 'observe', wake, report: await observeStage(ports, wake) });
  return undefined;
};
