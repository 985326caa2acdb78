import type { Application } from '../core/application/application-schema.ts';
import { placeOf } from '../core/participants/begin-hook.ts';

/**
 * What of the account the functions may touch: everything that the application files name. The rights are made from it, so a file that
 * reaches further than the last deploy is refused by EC2 until `alsoReach` or a deploy names what it needs.
 */
export interface Reach {
  readonly applications: readonly string[];
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** ARNs of the roles in each instance profile, by the profile's name: only these are passed to EC2. */
  readonly instanceProfiles: Readonly<Record<string, readonly string[]>>;
  /** Account ids, or `amazon`, `aws-marketplace`; the account of the stack is always there. */
  readonly imageOwners: readonly string[];
  /** SSM parameters that hold an AMI id, by name or ARN. */
  readonly imageParameters: readonly string[];
  /** Target groups in which instances are registered. */
  readonly targetGroupArns: readonly string[];
  /** Layers on whose instances hooks run. */
  readonly hookLayers: readonly string[];
  /** Names of the participants that are target groups, and of those that are hooks: whose notices wake their functions. */
  readonly targetGroupParticipants: readonly string[];
  readonly hookParticipants: readonly string[];
  /** Whether a layer names no security group, so that its machines get the default one of their network. */
  readonly usesDefaultSecurityGroup: boolean;
}

/** Named beside the files: roles whose name is not that of their profile, foreign image owners, and what later files will need. */
export type AlsoReach = Partial<Omit<Reach, Derived>>;

/** What files say and nobody adds to: a later file is heard of by ticks, if a little later. */
type Derived = 'usesDefaultSecurityGroup' | 'targetGroupParticipants' | 'hookParticipants';

/** Reads the reach off the files. `roleArnOf` is the ARN of the role with a profile's name: what a profile holds unless `also` says otherwise. */
export function readReach(
  applications: readonly Application[],
  { also, roleArnOf }: { readonly also: AlsoReach; readonly roleArnOf: (profile: string) => string },
): Reach {
  const launches = applications.flatMap(({ layers }) => Object.values(layers).map(({ launch }) => launch));
  const images = applications.flatMap(({ layers }) => Object.values(layers).map(({ image }) => image));
  const participants = applications.flatMap((application) => Object.entries(application.participants));
  const targetGroups = participants.filter(([, { targetGroupArn }]) => targetGroupArn !== undefined);
  const hooks = participants.filter(([, { hook }]) => hook !== undefined);
  const profiles = launches.flatMap(({ instanceProfile }) => (instanceProfile === undefined ? [] : [instanceProfile]));
  return {
    applications: sorted([...applications.map(({ application }) => application), ...(also.applications ?? [])]),
    subnetIds: sorted([...launches.flatMap(({ subnetIds }) => subnetIds), ...(also.subnetIds ?? [])]),
    securityGroupIds: sorted([
      ...launches.flatMap(({ securityGroupIds }) => securityGroupIds),
      ...(also.securityGroupIds ?? []),
    ]),
    instanceProfiles: {
      ...Object.fromEntries(sorted(profiles).map((profile) => [profile, [roleArnOf(profile)]])),
      ...also.instanceProfiles,
    },
    imageOwners: sorted(also.imageOwners ?? []),
    imageParameters: sorted([
      ...images.flatMap((image) => ('ssmParameter' in image ? [image.ssmParameter] : [])),
      ...(also.imageParameters ?? []),
    ]),
    targetGroupArns: sorted([
      ...targetGroups.flatMap(([, { targetGroupArn = '' }]) => targetGroupArn),
      ...(also.targetGroupArns ?? []),
    ]),
    hookLayers: sorted([...hooks.map(([name, participant]) => placeOf(name, participant)), ...(also.hookLayers ?? [])]),
    targetGroupParticipants: sorted(targetGroups.map(([name]) => name)),
    hookParticipants: sorted(hooks.map(([name]) => name)),
    usesDefaultSecurityGroup: launches.some(({ securityGroupIds }) => securityGroupIds.length === 0),
  };
}

/** Each once and in a fixed order: the order of files changes no policy. */
function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
