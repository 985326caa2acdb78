import type { LaunchRefusal } from '../../core/launch-call.ts';

/**
 * What the caller should do about an EC2 error code: `elsewhere` another zone, market or size may do; `later` the same request may do in a
 * while; `quota` a person must raise a limit of the account, and until then it is `later`; `never` the request itself is wrong or not
 * allowed; `gone` the thing is no more, which is what was wanted.
 */
export type Ec2Remedy = 'elsewhere' | 'later' | 'quota' | 'never' | 'gone';

/**
 * Codes that answer the request: nothing was launched. From https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 * Some capacity codes come with status 500, so a code here wins over the status.
 */
const remedies: Readonly<Record<string, Ec2Remedy>> = {
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html#troubleshooting-launch-capacity
  InsufficientInstanceCapacity: 'elsewhere',
  InsufficientCapacity: 'elsewhere',
  InsufficientHostCapacity: 'elsewhere',
  InsufficientReservedInstanceCapacity: 'elsewhere',
  InsufficientVolumeCapacity: 'elsewhere',
  UnfulfillableCapacity: 'elsewhere',
  ReservationCapacityExceeded: 'elsewhere',
  // https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
  InsufficientFreeAddressesInSubnet: 'elsewhere',
  InsufficientAddressCapacity: 'elsewhere',
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-request-status.html
  SpotMaxPriceTooLow: 'elsewhere',
  // The size is not offered in this zone: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-discovery.html
  Unsupported: 'elsewhere',
  // A new account, or a new region of one, is being looked at.
  PendingVerification: 'later',
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-resource-limits.html
  InstanceLimitExceeded: 'quota',
  VcpuLimitExceeded: 'quota',
  MaxSpotInstanceCountExceeded: 'quota',
  SpotInstanceCountLimitExceeded: 'quota',
  // https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
  VolumeLimitExceeded: 'quota',
  MaxIOPSLimitExceeded: 'quota',
  // https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
  NetworkInterfaceLimitExceeded: 'quota',
  ResourceLimitExceeded: 'quota',
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html#CommonErrors
  UnauthorizedOperation: 'never',
  OptInRequired: 'never',
  Blocked: 'never',
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html
  'InvalidInstanceID.NotFound': 'gone',
};

/** Status 400 to 499 and yet no answer to the request: the rate, our credentials, or our clock. The same request may do better in a while. */
const unanswered: ReadonlySet<string> = new Set([
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'EC2ThrottledException',
  'AuthFailure',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'RequestExpired',
  'SignatureDoesNotMatch',
  'MissingAuthenticationToken',
]);

/** An error that EC2 gave a code to. */
interface Ec2Error extends Error {
  readonly $metadata: { readonly httpStatusCode?: number };
}

/** What to do about an error of a call to EC2; undefined when EC2 did not answer the request, so that nobody knows what was done. */
export function remedyOf(error: unknown): Ec2Remedy | undefined {
  if (!isEc2Error(error)) return undefined;
  const known = remedies[error.name];
  if (known !== undefined) return known;
  const status = error.$metadata.httpStatusCode ?? 0;
  return status >= 400 && status < 500 && status !== 429 && !unanswered.has(error.name) ? 'never' : undefined;
}

/** The answer of a launch that EC2 refused; undefined when the error is none. */
export function refusalOf(error: unknown): LaunchRefusal | undefined {
  const remedy = remedyOf(error);
  if (remedy === undefined || remedy === 'gone' || !(error instanceof Error)) return undefined;
  return { code: error.name, message: error.message, remedy: remedy === 'quota' ? 'later' : remedy };
}

function isEc2Error(error: unknown): error is Ec2Error {
  return error instanceof Error && '$metadata' in error && typeof error.$metadata === 'object';
}
