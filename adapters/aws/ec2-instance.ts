import type { Instance as Ec2Instance, Tag } from '@aws-sdk/client-ec2';
import { instantFromMillis } from '../../core/amounts.ts';
import type { LaunchRequest } from '../../core/launch-call.ts';
import type { Ec2State, Instance } from '../../core/records.ts';

/** Tags on every machine and volume of ours: they say which slot it is without the table. */
export const ourTags = {
  application: 'concertina:application',
  layer: 'concertina:layer',
  revision: 'concertina:revision',
  /** Number of the first slot of the launch; add the launch index. */
  slot: 'concertina:slot',
  /** `true`, set by the instance itself: it is ready, where its layer waits for a signal. */
  ready: 'concertina:ready',
  /** `true`, set by people: never chosen as a victim. */
  protected: 'concertina:protected',
} as const;

/** Tags of a launch: `Name`, the file's own, ours, a later one of the same key winning. */
export function tagsOf({ application, layer, launch, revision }: LaunchRequest): Tag[] {
  const tags = {
    Name: `${application}-${layer}`,
    ...revision.tags,
    [ourTags.application]: application,
    [ourTags.layer]: layer,
    [ourTags.revision]: String(revision.revision),
    [ourTags.slot]: String(launch.first),
  };
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Undefined for a machine that we did not launch: a tag of ours is missing, or is no number where it must be one. */
export function instanceFromEc2(ec2: Ec2Instance): Instance | undefined {
  const tags = new Map((ec2.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
  const application = tags.get(ourTags.application);
  const layer = tags.get(ourTags.layer);
  const revision = wholeNumber(tags.get(ourTags.revision));
  const first = wholeNumber(tags.get(ourTags.slot));
  if (ec2.InstanceId === undefined || !application || !layer || revision === undefined || first === undefined)
    return undefined;
  return {
    instanceId: ec2.InstanceId,
    application,
    layer,
    slotNumber: first + (ec2.AmiLaunchIndex ?? 0),
    revision,
    state: stateOf(ec2),
    type: ec2.InstanceType ?? 'unknown',
    imageId: ec2.ImageId ?? 'unknown',
    zone: ec2.Placement?.AvailabilityZone ?? 'unknown',
    ...(ec2.PrivateIpAddress && { privateIp: ec2.PrivateIpAddress }),
    launchedAt: instantFromMillis(ec2.LaunchTime?.getTime() ?? 0),
    saysReady: tags.get(ourTags.ready) === 'true',
    isProtected: tags.get(ourTags.protected) === 'true',
  };
}

/** An instance without a state has only just been asked for. */
function stateOf(ec2: Ec2Instance): Ec2State {
  return ec2.State?.Name ?? 'pending';
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
