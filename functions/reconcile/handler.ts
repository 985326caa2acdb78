import { dynamoDbClient, ec2Client, ssmClient } from '../../adapters/aws/clients.ts';
import { DynamoDbTable } from '../../adapters/aws/dynamodb-table.ts';
import { Ec2Fleet } from '../../adapters/aws/ec2-fleet.ts';
import { SsmKillSwitch } from '../../adapters/aws/ssm-kill-switch.ts';
import { SystemClock } from '../../adapters/aws/system-clock.ts';
import { readCeilings, readEnvironment } from '../environment.ts';
import type { BatchResponse } from '../run-batch.ts';
import { runChanges } from '../run-changes.ts';
import { reconcileStage } from './stage.ts';

const { CONCERTINA_TABLE, CONCERTINA_KILL_SWITCH } = readEnvironment(['CONCERTINA_TABLE', 'CONCERTINA_KILL_SWITCH']);
const settings = { ceilings: readCeilings() };
const clock = new SystemClock();
const ports = {
  clock,
  table: new DynamoDbTable({ client: dynamoDbClient(), tableName: CONCERTINA_TABLE }),
  fleet: new Ec2Fleet({ client: ec2Client() }),
  killSwitch: new SsmKillSwitch({ client: ssmClient(), clock, parameterName: CONCERTINA_KILL_SWITCH }),
};

/** Changes of the table, from its stream. What failed comes again, then a dead letter: infra/wake-stream.ts. */
export const handler = (event: unknown): Promise<BatchResponse> =>
  runChanges(event, { stage: 'reconcile', run: (application) => reconcileStage(ports, application, settings) });
