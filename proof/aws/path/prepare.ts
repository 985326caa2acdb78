import { PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { CreateInstanceProfileCommand, IAMClient } from '@aws-sdk/client-iam';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { type Ground, imageParameters, instanceProfiles, kioskAlarm } from './applications.ts';
import type { Clients } from './world.ts';

/** Makes what an account has before Concertina comes: networks, profiles, images, an alarm. */
export async function prepareAccount({ ec2, ssm, cloudWatch }: Clients): Promise<Ground> {
  const iamOfMoto = new IAMClient({ endpoint: process.env['AWS_ENDPOINT_URL_EC2'] ?? '' });
  for (const InstanceProfileName of instanceProfiles)
    await iamOfMoto.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
  for (const [Name, Value] of Object.entries(imageParameters))
    await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String' }));
  await cloudWatch.send(
    new PutMetricAlarmCommand({
      AlarmName: kioskAlarm,
      Namespace: 'Kiosk',
      MetricName: 'QueueAge',
      Statistic: 'Maximum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 30,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const [a, b, c] = Subnets.toSorted((x, y) => (x.AvailabilityZone ?? '').localeCompare(y.AvailabilityZone ?? ''));
  const securityGroupId = SecurityGroups[0]?.GroupId;
  if (!a?.SubnetId || !b?.SubnetId || !c?.SubnetId || !securityGroupId) throw new Error('moto has no three subnets');
  return { subnetIds: [a.SubnetId, b.SubnetId, c.SubnetId], securityGroupId };
}
