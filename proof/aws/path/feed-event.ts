import {
  DescribeRuleCommand,
  type EventBridgeClient,
  ListTargetsByRuleCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { must } from '../check.ts';
import { account, region } from '../emulators/start-emulators.ts';
import type { Clients } from './world.ts';

/** An event that no implementation at hand sends by itself. */
export interface MissingEvent {
  readonly source: 'aws.ec2' | 'aws.cloudwatch';
  readonly detailType: string;
  readonly detail: object;
}

/** Whether MiniStack's EventBridge finds that the pattern of a deployed rule matches an event. */
export async function ruleTakes(events: EventBridgeClient, rule: string, event: MissingEvent): Promise<boolean> {
  const { EventPattern } = await events.send(new DescribeRuleCommand({ Name: rule }));
  const { Result } = await events.send(new TestEventPatternCommand({ EventPattern, Event: envelopeOf(event) }));
  return Result === true;
}

/**
 * Feeds an event: MiniStack's EventBridge judges by the pattern of the deployed rule whether it matches, and the rule's own targets are invoked
 * with it, asynchronously, as EventBridge does. Only PutEvents is left out, which takes no events of `aws.*` from customers, here or on AWS.
 */
export async function feedEvent({ events, lambda }: Clients, rule: string, event: MissingEvent): Promise<void> {
  must(await ruleTakes(events, rule, event), `the pattern of ${rule} does not match ${envelopeOf(event)}`);
  const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: rule }));
  must(Targets.length > 0, `${rule} has no target`);
  for (const { Arn } of Targets) {
    const Payload = Buffer.from(envelopeOf(event));
    await lambda.send(new InvokeCommand({ FunctionName: Arn, InvocationType: 'Event', Payload }));
  }
}

/** EC2's news of one instance. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-state-change-events.html */
export function instanceState(instanceId: string, state: string): MissingEvent {
  return {
    source: 'aws.ec2',
    detailType: 'EC2 Instance State-change Notification',
    detail: { 'instance-id': instanceId, state },
  };
}

/** CloudWatch's news of an alarm. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
export function alarmState(alarmName: string, value: string): MissingEvent {
  const timestamp = new Date().toISOString().replace('Z', '+0000');
  return {
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm State Change',
    detail: {
      alarmName,
      state: { value, reason: 'fed by the proof', timestamp },
      previousState: { value: 'OK', reason: 'fed by the proof', timestamp },
    },
  };
}

function envelopeOf({ source, detailType, detail }: MissingEvent): string {
  return JSON.stringify({
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': detailType,
    source,
    account,
    time: `${new Date().toISOString().slice(0, 19)}Z`,
    region,
    resources: [],
    detail,
  });
}
