import type { _InstanceType, ResourceType, RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { LaunchRequest } from '../../core/launch-call.ts';
import { tagsOf } from './ec2-instance.ts';

/** What carries our tags from its first moment on: there is no machine or volume that nobody can name. */
const taggedResources: readonly ResourceType[] = ['instance', 'volume'];

/** Tag keys that the instance metadata service can show; EC2 refuses a launch that turns it on beside any other key. */
const metadataTagKey = /^[\w+\-=.,:@]+$/;

/**
 * The one call behind a stored intent. Made from the intent alone, so that a repeat is the same request to the letter: EC2 refuses a
 * known token with other parameters. At least one, at most all: EC2 gives as many as it has. IMDSv2 is required; two hops let a container
 * on the machine reach it.
 */
export function runInstancesInput(request: LaunchRequest): RunInstancesCommandInput {
  const { launch, placement, revision } = request;
  const tags = tagsOf(request);
  const showsTags = tags.every(({ Key }) => Key !== undefined && metadataTagKey.test(Key));
  return {
    ClientToken: launch.token,
    MinCount: 1,
    MaxCount: launch.count,
    ImageId: revision.imageId,
    InstanceType: sizeOf(revision.type),
    SubnetId: placement.subnetId,
    SecurityGroupIds: [...revision.securityGroupIds],
    TagSpecifications: taggedResources.map((ResourceType) => ({ ResourceType, Tags: tags })),
    MetadataOptions: {
      HttpEndpoint: 'enabled',
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 2,
      InstanceMetadataTags: showsTags ? 'enabled' : 'disabled',
    },
    ...(revision.instanceProfile !== undefined && { IamInstanceProfile: { Name: revision.instanceProfile } }),
    ...(revision.userData !== '' && { UserData: Buffer.from(revision.userData, 'utf8').toString('base64') }),
    ...(placement.market === 'spot' && {
      InstanceMarketOptions: {
        MarketType: 'spot',
        SpotOptions: { SpotInstanceType: 'one-time', InstanceInterruptionBehavior: 'terminate' },
      },
    }),
  };
}

function sizeOf(type: string): _InstanceType {
  if (!looksLikeSize(type)) throw new RangeError(`not an EC2 instance type: ${JSON.stringify(type)}`);
  return type;
}

/** Only the form is looked at: EC2 has new sizes more often than the SDK's list of them. */
function looksLikeSize(type: string): type is _InstanceType {
  return /^[a-z0-9-]+\.[a-z0-9-]+$/.test(type);
}
