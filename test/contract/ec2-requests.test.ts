import { afterEach, describe, expect, it } from 'vitest';
import { ec2Client } from '../../adapters/aws/clients.ts';
import { Ec2Fleet } from '../../adapters/aws/ec2-fleet.ts';
import { instantFromIso } from '../../core/amounts.ts';
import { makeLaunchRequest } from '../factories/launch.ts';
import { type Answer, ec2Error, startFakeAws } from './fake-aws.ts';

let aws: Awaited<ReturnType<typeof startFakeAws>>;

afterEach(() => aws.stop());

async function makeFleet(answer: Answer): Promise<Ec2Fleet> {
  aws = await startFakeAws(answer);
  return new Ec2Fleet({ client: ec2Client() });
}

/** Machine `index` of a launch, as EC2 shows it; tags as given. */
function machine(index: number, tags: Readonly<Record<string, string>> = {}): string {
  const tagSet = Object.entries(tags).map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`);
  return `<item><instanceId>i-${index}</instanceId><imageId>ami-1</imageId><instanceState><name>running</name></instanceState>
    <amiLaunchIndex>${index}</amiLaunchIndex><instanceType>m7g.large</instanceType><launchTime>2026-11-21T12:00:00.000Z</launchTime>
    <placement><availabilityZone>zone-a</availabilityZone></placement><privateIpAddress>10.0.0.${index}</privateIpAddress>
    <tagSet>${tagSet.join('')}</tagSet></item>`;
}

function launched(...machines: readonly string[]) {
  const set = `<instancesSet>${machines.join('')}</instancesSet>`;
  return { body: `<RunInstancesResponse><reservationId>r-1</reservationId>${set}</RunInstancesResponse>` };
}

function described(machines: readonly string[], nextToken = '') {
  const set = machines.map((one) => `<item><instancesSet>${one}</instancesSet></item>`).join('');
  const body = `<reservationSet>${set}</reservationSet><nextToken>${nextToken}</nextToken>`;
  return { body: `<DescribeInstancesResponse>${body}</DescribeInstancesResponse>` };
}

const ours = {
  'concertina:application': 'shop',
  'concertina:layer': 'web',
  'concertina:revision': '3',
  'concertina:slot': '17',
};

describe('Ec2Fleet, launch', () => {
  it('asks for all slots of the intent in one call, from the image as it is, IMDSv2 required, tagged from the start', async () => {
    const fleet = await makeFleet(() => launched(machine(1), machine(0)));
    const revision = { instanceProfile: 'shop-web', userData: 'grüezi', tags: { Name: 'Web', team: 'shop' } };

    const { launched: instances, refused } = await fleet.launch(makeLaunchRequest({ revision }));

    expect(aws.requests).toHaveLength(1);
    expect(aws.requests[0]).toMatchObject({
      operation: 'RunInstances',
      input: {
        ClientToken: 'token-1',
        MinCount: '1',
        MaxCount: '2',
        ImageId: 'ami-0123456789abcdef0',
        InstanceType: 'm7g.large',
        SubnetId: 'subnet-a',
        'SecurityGroupId.1': 'sg-1',
        'IamInstanceProfile.Name': 'shop-web',
        UserData: Buffer.from('grüezi').toString('base64'),
        'MetadataOptions.HttpTokens': 'required',
        'MetadataOptions.HttpPutResponseHopLimit': '2',
        'MetadataOptions.InstanceMetadataTags': 'enabled',
      },
    });
    const tags = { ...ours, Name: 'Web', team: 'shop' };
    expect(tagsAsked('instance')).toEqual(tags);
    expect(tagsAsked('volume')).toEqual(tags);
    expect(aws.requests[0]?.input).not.toHaveProperty(['InstanceMarketOptions.MarketType']);
    expect(refused).toBeUndefined();
    expect(instances.map(({ slotNumber, instanceId }) => [slotNumber, instanceId])).toEqual([
      [17, 'i-0'],
      [18, 'i-1'],
    ]);
    expect(instances[0]).toStrictEqual({
      instanceId: 'i-0',
      application: 'shop',
      layer: 'web',
      slotNumber: 17,
      revision: 3,
      state: 'running',
      type: 'm7g.large',
      imageId: 'ami-1',
      zone: 'zone-a',
      privateIp: '10.0.0.0',
      launchedAt: instantFromIso('2026-11-21T12:00:00Z'),
      saysReady: false,
      isProtected: false,
    });
  });

  it('asks for Spot machines once, to be terminated when they are taken back', async () => {
    const fleet = await makeFleet(() => launched(machine(0), machine(1)));

    await fleet.launch(makeLaunchRequest({ market: 'spot' }));

    expect(aws.requests[0]?.input).toMatchObject({
      'InstanceMarketOptions.MarketType': 'spot',
      'InstanceMarketOptions.SpotOptions.SpotInstanceType': 'one-time',
      'InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior': 'terminate',
    });
  });

  it('leaves tags out of the metadata service when one of them cannot be shown there', async () => {
    const fleet = await makeFleet(() => launched(machine(0), machine(1)));

    await fleet.launch(makeLaunchRequest({ revision: { tags: { 'cost centre': '7' } } }));

    expect(aws.requests[0]?.input).toMatchObject({ 'MetadataOptions.InstanceMetadataTags': 'disabled' });
  });

  it('says that capacity is short when EC2 gives fewer than asked', async () => {
    const fleet = await makeFleet(() => launched(machine(0)));

    const result = await fleet.launch(makeLaunchRequest({ count: 3 }));

    expect(result.launched.map(({ slotNumber }) => slotNumber)).toEqual([17]);
    expect(result.refused).toEqual({
      code: 'InsufficientInstanceCapacity',
      message: 'EC2 had room for 1 of 3',
      remedy: 'elsewhere',
    });
  });

  it.each([
    ['InsufficientInstanceCapacity', 500, 'elsewhere'],
    ['InsufficientFreeAddressesInSubnet', 400, 'elsewhere'],
    ['Unsupported', 400, 'elsewhere'],
    ['SpotMaxPriceTooLow', 400, 'elsewhere'],
    ['VcpuLimitExceeded', 400, 'later'],
    ['MaxSpotInstanceCountExceeded', 400, 'later'],
    ['PendingVerification', 400, 'later'],
    ['InvalidAMIID.NotFound', 400, 'never'],
    ['UnauthorizedOperation', 403, 'never'],
    ['SomethingNew', 400, 'never'],
  ])('answers %s with status %i: %s', async (code, status, remedy) => {
    const fleet = await makeFleet(() => ec2Error(code, { status }));

    const result = await fleet.launch(makeLaunchRequest());

    expect(result).toEqual({ launched: [], refused: { code, message: `told: ${code}`, remedy } });
  });

  it.each([
    ['Unavailable', 503],
    ['InternalError', 500],
    ['ExpiredToken', 400],
    ['AuthFailure', 401],
  ])('throws on %s with status %i: nobody knows what was done', async (code, status) => {
    const fleet = await makeFleet(() => ec2Error(code, { status }));

    await expect(fleet.launch(makeLaunchRequest())).rejects.toThrow(code);
  });

  it('repeats a throttled call under the same token', async () => {
    const fleet = await makeFleet((_, times) =>
      times === 1 ? ec2Error('RequestLimitExceeded', { status: 503 }) : launched(machine(0), machine(1)),
    );

    const result = await fleet.launch(makeLaunchRequest());

    expect(result.launched).toHaveLength(2);
    expect(aws.requests.map(({ input }) => input['ClientToken'])).toEqual(['token-1', 'token-1']);
  });

  it('answers with what the token launched before, when that request was written differently', async () => {
    const fleet = await makeFleet(({ operation }) =>
      operation === 'RunInstances' ? ec2Error('IdempotentParameterMismatch') : described([machine(0), machine(1)]),
    );

    const result = await fleet.launch(makeLaunchRequest());

    expect(aws.requests[1]?.input).toMatchObject({ 'Filter.1.Name': 'client-token', 'Filter.1.Value.1': 'token-1' });
    expect(result.launched.map(({ slotNumber }) => slotNumber)).toEqual([17, 18]);
    expect(result.refused).toBeUndefined();
  });

  it('gives up a token that was used differently and launched nothing that is still known', async () => {
    const fleet = await makeFleet(({ operation }) =>
      operation === 'RunInstances' ? ec2Error('IdempotentParameterMismatch') : described([]),
    );

    const result = await fleet.launch(makeLaunchRequest());

    expect(result).toMatchObject({ launched: [], refused: { code: 'IdempotentParameterMismatch', remedy: 'never' } });
  });
});

describe('Ec2Fleet, terminate', () => {
  it('still terminates the others when some are gone already', async () => {
    const message = "The instance IDs 'i-1, i-3' do not exist";
    const fleet = await makeFleet((_, times) =>
      times === 1 ? ec2Error('InvalidInstanceID.NotFound', { message }) : { body: '<TerminateInstancesResponse/>' },
    );

    await fleet.terminate(['i-1', 'i-2', 'i-3', 'i-4']);

    expect(aws.requests[1]?.input).toMatchObject({ 'InstanceId.1': 'i-2', 'InstanceId.2': 'i-4' });
    expect(aws.requests[1]?.input).not.toHaveProperty(['InstanceId.3']);
  });

  it('asks no more when all are gone', async () => {
    const message = "The instance ID 'i-1' does not exist";
    const fleet = await makeFleet(() => ec2Error('InvalidInstanceID.NotFound', { message }));

    await fleet.terminate(['i-1']);

    expect(aws.requests).toHaveLength(1);
  });

  it('throws when it is refused', async () => {
    const fleet = await makeFleet(() => ec2Error('OperationNotPermitted'));

    await expect(fleet.terminate(['i-1'])).rejects.toThrow('OperationNotPermitted');
  });

  it('terminates any number, a hundred a call', async () => {
    const fleet = await makeFleet(() => ({ body: '<TerminateInstancesResponse/>' }));

    await fleet.terminate(Array.from({ length: 250 }, (_, index) => `i-${index}`));

    expect(aws.requests).toHaveLength(3);
    expect(aws.requests[2]?.input).toMatchObject({ 'InstanceId.50': 'i-249' });
  });
});

describe('Ec2Fleet, what it sees', () => {
  it('lists all pages of what carries our tags, in whatever state', async () => {
    const stranger = machine(5, { 'concertina:application': 'shop' });
    const fleet = await makeFleet((_, times) =>
      times === 1
        ? described([machine(0, ours), stranger], 'more')
        : described([machine(1, { ...ours, 'concertina:protected': 'true' })]),
    );

    const listed = await fleet.list('shop');

    expect(aws.requests.map(({ input }) => input)).toMatchObject([
      { 'Filter.1.Name': 'tag:concertina:application', 'Filter.1.Value.1': 'shop', MaxResults: '1000' },
      { NextToken: 'more' },
    ]);
    expect(listed.map(({ slotNumber, isProtected }) => [slotNumber, isProtected])).toEqual([
      [17, false],
      [18, true],
    ]);
  });

  it('throws rather than list a part', async () => {
    const fleet = await makeFleet((_, times) =>
      times === 1 ? described([machine(0, ours)], 'more') : ec2Error('InvalidParameter'),
    );

    await expect(fleet.list('shop')).rejects.toThrow('InvalidParameter');
  });

  it('finds one machine by a filter, which an unknown id does not break', async () => {
    const fleet = await makeFleet(() => described([]));

    expect(await fleet.find('i-1')).toBeUndefined();
    expect(aws.requests[0]?.input).toMatchObject({ 'Filter.1.Name': 'instance-id', 'Filter.1.Value.1': 'i-1' });
  });
});

function tagsAsked(resource: string): Record<string, unknown> {
  const input = aws.requests[0]?.input ?? {};
  const number = [1, 2].find((index) => input[`TagSpecification.${index}.ResourceType`] === resource);
  const keys = Object.entries(input).filter(
    ([name]) => /\.Key$/.test(name) && name.startsWith(`TagSpecification.${number}.`),
  );
  return Object.fromEntries(keys.map(([name, key]) => [key, input[name.replace(/Key$/, 'Value')]]));
}
