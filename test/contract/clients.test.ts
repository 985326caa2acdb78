import { createServer } from 'node:http';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as clients from '../../adapters/aws/clients.ts';
import { jsonError, startFakeAws } from './fake-aws.ts';

afterEach(() => vi.unstubAllEnvs());

describe('the clients of AWS', () => {
  it('find the endpoint of one service in its own variable', async () => {
    const general = await startFakeAws(() => ({ body: {} }));
    const own = await startFakeAws(() => ({ body: { Parameter: { Value: 'x' } } }));
    vi.stubEnv('AWS_ENDPOINT_URL', general.endpoint);
    vi.stubEnv('AWS_ENDPOINT_URL_SSM', own.endpoint);

    await clients.ssmClient().send(new GetParameterCommand({ Name: 'x' }));

    expect([general.requests.length, own.requests.length]).toEqual([0, 1]);
    await general.stop();
    await own.stop();
  });

  it('have names for that variable: DYNAMODB, EC2, CLOUDWATCH, SNS, SQS, SSM, ELASTIC_LOAD_BALANCING_V2', () => {
    const { dynamoDbClient, ec2Client, cloudWatchClient, snsClient, sqsClient, ssmClient, loadBalancingClient } =
      clients;
    const all = [
      dynamoDbClient(),
      ec2Client(),
      cloudWatchClient(),
      snsClient(),
      sqsClient(),
      ssmClient(),
      loadBalancingClient(),
    ];

    const names = all.map(({ config }) => config.serviceId.replaceAll(' ', '_').toUpperCase());

    expect(names).toEqual(['DYNAMODB', 'EC2', 'CLOUDWATCH', 'SNS', 'SQS', 'SSM', 'ELASTIC_LOAD_BALANCING_V2']);
  });

  it('repeat a request that the service could not answer, so many times and no more', async () => {
    const aws = await startFakeAws(() => jsonError('InternalServerError', { status: 500 }));

    await expect(clients.ssmClient().send(new GetParameterCommand({ Name: 'x' }))).rejects.toThrow();

    expect(aws.requests).toHaveLength(4);
    await aws.stop();
  });

  it('give up a request that is never answered', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const aws = await startFakeAws(() => ({ body: {} }));
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
    vi.stubEnv('AWS_ENDPOINT_URL_EC2', `http://127.0.0.1:${address.port}`);

    const answer = clients.ec2Client().send(new DescribeInstancesCommand({}), { requestTimeout: 50 });

    await expect(answer).rejects.toMatchObject({ name: 'TimeoutError' });
    silent.closeAllConnections();
    silent.close();
    await aws.stop();
  });
});
