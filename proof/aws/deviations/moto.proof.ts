import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type MetricDataQuery,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  DescribeSubnetsCommand,
  type EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { describe } from 'vitest';
import { cloudWatchClient, ec2Client } from '../../../adapters/aws/clients.ts';
import { images } from '../emulators/start-emulators.ts';
import { isAccepted, probesOf } from './probe.ts';

const ec2: EC2Client = ec2Client();
const cloudWatch: CloudWatchClient = cloudWatchClient();
const minuteAgo = new Date(Math.floor(Date.now() / 60_000 - 1) * 60_000);

describe('moto', () => {
  probesOf('moto', [
    {
      what: 'refuses an image that does not exist',
      expected: 'as AWS',
      matters: 'The path shows that layers launch the image they name.',
      isAsAws: async () => !(await isAccepted(launch({ ImageId: 'ami-00000000000000000' }), 'InvalidAMIID.NotFound')),
    },
    {
      what: 'refuses an instance type that does not exist',
      expected: 'as AWS',
      matters: 'The path shows that layers launch the size they name.',
      isAsAws: async () =>
        !(await isAccepted(launch({ InstanceType: 'm1.gigantic' as 'm1.large' }), 'InvalidInstanceType.NotFound')),
    },
    {
      what: 'gives as many machines as MaxCount when it has room',
      expected: 'not as AWS',
      matters: 'Ec2Fleet on moto goes without fleetBatchContract; layers of the path grow by one a zone.',
      isAsAws: async () => (await launched({ MinCount: 1, MaxCount: 3 })).length === 3,
    },
    {
      what: 'launches nothing more for a client token that it knows',
      expected: 'not as AWS',
      matters: 'Repeated launches are proved in the local world and by test/contract/ec2-requests.test.ts only.',
      isAsAws: async () => {
        const ClientToken = `token-${Date.now()}`;
        const ids = [...(await launched({ ClientToken })), ...(await launched({ ClientToken }))];
        return new Set(ids).size === 1;
      },
    },
    {
      what: 'refuses to start a machine that is terminated',
      expected: 'not as AWS',
      matters: 'Errors of the kind IncorrectInstanceState are proved by test/contract/ec2-requests.test.ts only.',
      isAsAws: async () => {
        const InstanceIds = await launched({});
        await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
        return !(await isAccepted(ec2.send(new StartInstancesCommand({ InstanceIds })), 'IncorrectInstanceState'));
      },
    },
    {
      what: 'gives datapoints by period',
      expected: 'as AWS',
      matters: 'The path reads pushed metrics.',
      isAsAws: async () => (await valuesOf(metricQuery('Average'))).join() === '15',
    },
    {
      what: 'computes percentiles',
      expected: 'not as AWS',
      matters: 'KPIs that are percentiles are read in the local world only.',
      // moto answers with a page of HTML.
      isAsAws: () =>
        valuesOf(metricQuery('p50')).then(
          (values) => values.length === 1,
          () => false,
        ),
    },
    {
      what: 'evaluates metric math',
      expected: 'not as AWS',
      matters: 'KPIs that are expressions are evaluated by core/metric-math in the local world only.',
      isAsAws: async () =>
        (
          await valuesOf({ ...metricQuery('Average'), ReturnData: false }, { Id: 'twice', Expression: 'm * 2' })
        ).join() === '30',
    },
    {
      what: 'evaluates alarms',
      expected: 'not as AWS',
      matters: 'The path sets the state of the alarm itself.',
      isAsAws: async () => {
        await pushed();
        const AlarmName = 'deviation';
        const alarm = { AlarmName, Namespace: 'Deviations', MetricName: 'm', Period: 60, EvaluationPeriods: 1 };
        await cloudWatch.send(
          new PutMetricAlarmCommand({
            ...alarm,
            Statistic: 'Average',
            Threshold: 1,
            ComparisonOperator: 'GreaterThanThreshold',
          }),
        );
        await new Promise((resolve) => setTimeout(resolve, 1000));
        const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }));
        return MetricAlarms[0]?.StateValue === 'ALARM';
      },
    },
  ]);
});

async function launch(change: Partial<RunInstancesCommandInput>) {
  const { Subnets: [subnet] = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  return ec2.send(
    new RunInstancesCommand({
      ImageId: images.web,
      InstanceType: 'm7g.large',
      SubnetId: subnet?.SubnetId,
      MinCount: 1,
      MaxCount: 1,
      ...change,
    }),
  );
}

async function launched(change: Partial<RunInstancesCommandInput>): Promise<string[]> {
  const { Instances = [] } = await launch(change);
  return Instances.flatMap(({ InstanceId }) => InstanceId ?? []);
}

/** 10 and 20 in one minute of the past. */
async function pushed(): Promise<void> {
  for (const Value of [10, 20])
    await cloudWatch.send(
      new PutMetricDataCommand({
        Namespace: 'Deviations',
        MetricData: [{ MetricName: 'm', Value, Timestamp: minuteAgo }],
      }),
    );
}

function metricQuery(Stat: string): MetricDataQuery {
  return { Id: 'm', MetricStat: { Metric: { Namespace: 'Deviations', MetricName: 'm' }, Period: 60, Stat } };
}

let hasPushed: Promise<void> | undefined;

async function valuesOf(...MetricDataQueries: MetricDataQuery[]): Promise<readonly number[]> {
  hasPushed ??= pushed();
  await hasPushed;
  const { MetricDataResults = [] } = await cloudWatch.send(
    new GetMetricDataCommand({
      MetricDataQueries,
      StartTime: minuteAgo,
      EndTime: new Date(minuteAgo.getTime() + 60_000),
    }),
  );
  return MetricDataResults.flatMap(({ Values = [] }) => Values).filter((value) => Number.isFinite(value));
}
