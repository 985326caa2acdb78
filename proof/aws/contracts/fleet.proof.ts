import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { ec2Client } from '../../../adapters/aws/clients.ts';
import { Ec2Fleet } from '../../../adapters/aws/ec2-fleet.ts';
import { fleetContract } from '../../../test/contract/fleet-contract.ts';
import { images } from '../emulators/start-emulators.ts';

// Without fleetBatchContract: moto launches one of several and knows no client tokens (../deviations/moto.proof.ts).
fleetContract('Ec2Fleet on moto', async () => {
  const client = ec2Client();
  const { Subnets: [subnet] = [] } = await client.send(new DescribeSubnetsCommand({}));
  const { SecurityGroups: [group] = [] } = await client.send(new DescribeSecurityGroupsCommand({}));
  if (!subnet?.SubnetId || !subnet.AvailabilityZone || !group?.GroupId) throw new Error('moto has no subnet');
  const revision = { imageId: images.web, securityGroupIds: [group.GroupId] };
  return { fleet: new Ec2Fleet({ client }), subnetId: subnet.SubnetId, zone: subnet.AvailabilityZone, revision };
});
