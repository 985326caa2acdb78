import { cloudWatchClient, dynamoDbClient, ec2Client, sqsClient, ssmClient } from '../../adapters/aws/clients.ts';
import { CloudWatchMetrics } from '../../adapters/aws/cloudwatch-metrics.ts';
import { DynamoDbTable } from '../../adapters/aws/dynamodb-table.ts';
import { Ec2Fleet } from '../../adapters/aws/ec2-fleet.ts';
import { SqsTicks } from '../../adapters/aws/sqs-ticks.ts';
import { SsmImages } from '../../adapters/aws/ssm-images.ts';
import { SsmKillSwitch } from '../../adapters/aws/ssm-kill-switch.ts';
import { SystemClock } from '../../adapters/aws/system-clock.ts';
import { listOf, readCeilings, readEnvironment } from '../environment.ts';
import { log } from '../log.ts';
import { isBatch, queueRecords, tickedApplication } from '../read-event.ts';
import { type BatchResponse, runBatch } from '../run-batch.ts';
import { readEvaluateWake } from './read-wake.ts';
import { evaluateStage } from './stage.ts';

const environment = readEnvironment(['CONCERTINA_TABLE', 'CONCERTINA_TICKS_QUEUE_URLS', 'CONCERTINA_KILL_SWITCH']);
const settings = { ceilings: readCeilings() };
const clock = new SystemClock();
const ssm = ssmClient();
const ports = {
  clock,
  table: new DynamoDbTable({ client: dynamoDbClient(), tableName: environment.CONCERTINA_TABLE }),
  metrics: new CloudWatchMetrics({ client: cloudWatchClient() }),
  fleet: new Ec2Fleet({ client: ec2Client() }),
  images: new SsmImages({ client: ssm }),
  killSwitch: new SsmKillSwitch({ client: ssm, clock, parameterName: environment.CONCERTINA_KILL_SWITCH }),
  ticks: new SqsTicks({ client: sqsClient(), queueUrls: listOf(environment.CONCERTINA_TICKS_QUEUE_URLS) }),
};

/**
 * Every minute and on every alarm, from EventBridge: a throw reaches Lambda's retries, then a dead letter (infra/wake-events.ts). Ticks while
 * something moves, from their queue: what failed comes again, then a dead letter (infra/wake-queue.ts).
 */
export const handler = async (event: unknown): Promise<BatchResponse | undefined> => {
  if (isBatch(event)) return evaluateTicks(event);
  const wake = readEvaluateWake(event);
  log({ stage: 'evaluate', wake, report: await evaluateStage(ports, wake, settings) });
  return undefined;
};

function evaluateTicks(event: unknown): Promise<BatchResponse> {
  return runBatch({
    stage: 'evaluate',
    records: queueRecords(event),
    read: (record) => {
      const application = tickedApplication(record);
      return { key: application, work: application };
    },
    run: (application) => evaluateStage(ports, { trigger: 'tick', application }, settings),
  });
}
