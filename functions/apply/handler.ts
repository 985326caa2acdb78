import { dynamoDbClient } from '../../adapters/aws/clients.ts';
import { DynamoDbTable } from '../../adapters/aws/dynamodb-table.ts';
import { SystemChance } from '../../adapters/aws/system-chance.ts';
import { SystemClock } from '../../adapters/aws/system-clock.ts';
import { readEnvironment } from '../environment.ts';
import { applyResource } from './apply-resource.ts';

const { CONCERTINA_TABLE } = readEnvironment(['CONCERTINA_TABLE']);
const ports = {
  clock: new SystemClock(),
  chance: new SystemChance(),
  table: new DynamoDbTable({ client: dynamoDbClient(), tableName: CONCERTINA_TABLE }),
};

/** Application files on deploy, from CloudFormation. A throw reaches Lambda's retries, then a dead letter: infra/apply.ts. */
export const handler = (event: unknown): Promise<void> => applyResource(ports, event);
