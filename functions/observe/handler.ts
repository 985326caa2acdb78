import { dynamoDbClient, ec2Client } from '../../adapters/aws/clients.ts';
import { DynamoDbTable } from '../../adapters/aws/dynamodb-table.ts';
import { Ec2Fleet } from '../../adapters/aws/ec2-fleet.ts';
import { SystemClock } from '../../adapters/aws/system-clock.ts';
import { readEnvironment } from '../environment.ts';
import { log } from '../log.ts';
import { readObserveWake } from './read-wake.ts';
import { observeStage } from './stage.ts';

const { CONCERTINA_TABLE } = readEnvironment(['CONCERTINA_TABLE']);
const ports = {
  clock: new SystemClock(),
  table: new DynamoDbTable({ client: dynamoDbClient(), tableName: CONCERTINA_TABLE }),
  fleet: new Ec2Fleet({ client: ec2Client() }),
};

/** News of EC2 and the sweep, from EventBridge. A throw reaches Lambda's retries, then a dead letter: infra/wake-events.ts. */
export const handler = async (event: unknown): Promise<void> => {
  const wake = readObserveWake(event);
  log({ stage: 'observe', wake, report: await observeStage(ports, wake) });
};
