import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';

/*
 * Every client of ours, with its patience. Region and credentials come from where the SDK looks for them; an endpoint of one service from
 * AWS_ENDPOINT_URL_DYNAMODB, _EC2, _CLOUDWATCH, _SNS, _SQS, _SSM, _ELASTIC_LOAD_BALANCING_V2, of all from AWS_ENDPOINT_URL, its certificate authority from
 * NODE_EXTRA_CA_CERTS. One function a client, so that a bundle holds only the clients it calls for.
 */

/** Reads and writes of small items: an answer takes milliseconds, so waiting long for one is waiting for nothing. */
export function dynamoDbClient(): DynamoDBClient {
  return new DynamoDBClient(patience({ attempts: 4, requestSeconds: 3 }));
}

/** RunInstances takes seconds; throttled calls are worth more attempts, for EC2's token buckets refill every second. */
export function ec2Client(): EC2Client {
  return new EC2Client(patience({ attempts: 5, requestSeconds: 15 }));
}

/** GetMetricData over 500 queries takes a second or two. */
export function cloudWatchClient(): CloudWatchClient {
  return new CloudWatchClient(patience({ attempts: 4, requestSeconds: 8 }));
}

/** A batch of notices is at most 256 KB: a moment's work. */
export function snsClient(): SNSClient {
  return new SNSClient(patience({ attempts: 4, requestSeconds: 5 }));
}

/** The queue's URL names the queue; where requests go is the endpoint's business, as for every other service. */
export function sqsClient(): SQSClient {
  return new SQSClient({ ...patience({ attempts: 4, requestSeconds: 5 }), useQueueUrlAsEndpoint: false });
}

/** A registration takes a moment; nothing waits for health here. */
export function loadBalancingClient(): ElasticLoadBalancingV2Client {
  return new ElasticLoadBalancingV2Client(patience({ attempts: 4, requestSeconds: 5 }));
}

/** One parameter, or one command, at a time. */
export function ssmClient(): SSMClient {
  return new SSMClient(patience({ attempts: 4, requestSeconds: 5 }));
}

/**
 * `attempts` counts the first one. Between them the SDK waits a random time of up to 100 ms × 2ⁿ. A request without an answer fails after
 * `requestSeconds`; without `throwOnRequestTimeout` the SDK would only log that and go on waiting.
 */
function patience({ attempts, requestSeconds }: { readonly attempts: number; readonly requestSeconds: number }) {
  return {
    maxAttempts: attempts,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: 1000, requestTimeout: requestSeconds * 1000, throwOnRequestTimeout: true },
  };
}
