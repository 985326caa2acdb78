import { DescribeInstancesCommand, type Instance as Ec2Instance } from '@aws-sdk/client-ec2';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Slot } from '../../../core/instance-life.ts';
import type { Acknowledgement, Notice } from '../../../core/notice.ts';
import { must, until } from '../check.ts';
import { kioskAlarm } from './applications.ts';
import { alarmState, feedEvent, instanceState } from './feed-event.ts';
import type { Subscriber } from './subscriber.ts';
import type { World } from './world.ts';

/** Waits until the slots of a layer are in these states, in any order, such as `['in-service', 'joining']`. */
export function slotsIn(
  world: World,
  {
    layer,
    states,
    seconds,
  }: { readonly layer: string; readonly states: readonly Slot['state'][]; readonly seconds: number },
): Promise<readonly Slot[]> {
  const wanted = states.toSorted().join(' ');
  let seen = 'none';
  return until(`${layer} to be ${wanted}`, seconds, async () => {
    const slots = await world.slots(layer);
    seen = slots
      .map(({ state }) => state)
      .toSorted()
      .join(' ');
    must(seen === wanted, `it is ${seen || 'empty'}`);
    return slots;
  });
}

/** EC2's own record of the machines of an application, or of one layer of it, those that live. */
export async function machinesOf(
  { clients }: Pick<World, 'clients'>,
  application: string,
  layer?: string,
): Promise<readonly Ec2Instance[]> {
  const { Reservations = [] } = await clients.ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: 'tag:concertina:application', Values: [application] },
        ...(layer === undefined ? [] : [{ Name: 'tag:concertina:layer', Values: [layer] }]),
        { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped', 'shutting-down'] },
      ],
    }),
  );
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

/** Feeds the news that machines run, or have ended, as EC2 would send it: moto sends none. */
export async function tellStateOf(world: World, slots: readonly Slot[], state: string): Promise<void> {
  const rule = world.stack.idOf('AWS::Events::Rule', 'Observe/Wakes/StateChanged');
  for (const { instanceId } of slots)
    if (instanceId !== undefined) await feedEvent(world.clients, rule, instanceState(instanceId, state));
}

/** Feeds the news that the alarm of `kiosk` was raised, which wakes evaluate: moto sends none. */
export function raiseKioskAlarm(world: World): Promise<void> {
  const rule = world.stack.idOf('AWS::Events::Rule', 'Evaluate/Wakes/AlarmRaised');
  return feedEvent(world.clients, rule, alarmState(kioskAlarm, 'ALARM'));
}

/** The newest acknowledgeable notice that a subscriber has for a participant of at least this membership version. */
export function noticeFor(
  subscriber: Subscriber,
  {
    participant,
    event,
    least = 0,
  }: { readonly participant: string; readonly event: Notice['event']; readonly least?: number },
): Promise<Notice> {
  return until(`a notice ${event} for ${participant}`, 20, async () =>
    subscriber
      .notices()
      .findLast(
        (notice) => notice.participant === participant && notice.event === event && notice.membership.version >= least,
      ),
  );
}

/** Wakes evaluate through the queue of ticks, as its own ticks do. */
export async function tick({ clients, stack }: World, application = 'kiosk'): Promise<void> {
  const MessageBody = JSON.stringify({ trigger: 'tick', application });
  await clients.sqs.send(new SendMessageCommand({ QueueUrl: stack.output('TicksQueueUrl'), MessageBody }));
}

/** How many machines of a layer each zone has. */
export async function zonesOf(world: World, application: string, layer: string): Promise<Record<string, number>> {
  const zones: Record<string, number> = {};
  for (const { Placement } of await machinesOf(world, application, layer)) {
    const zone = Placement?.AvailabilityZone ?? 'none';
    zones[zone] = (zones[zone] ?? 0) + 1;
  }
  return zones;
}

/** The reply to a notice: it was applied, but for what `change` says otherwise. */
export function replyTo(notice: Notice, change: Partial<Acknowledgement> = {}): Acknowledgement {
  return {
    schema: 'concertina.acknowledgement/1',
    application: notice.application,
    participant: notice.participant,
    membershipVersion: notice.membership.version,
    token: notice.acknowledge?.token ?? '',
    status: 'applied',
    ...change,
  };
}

/** Replies to a notice through the queue that it names. */
export async function acknowledge(
  { clients, stack }: Pick<World, 'clients' | 'stack'>,
  notice: Notice,
  change: Partial<Acknowledgement> = {},
): Promise<void> {
  const QueueUrl = notice.acknowledge?.queueUrl ?? stack.output('AcknowledgementsQueueUrl');
  const MessageBody = JSON.stringify(replyTo(notice, change));
  await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
}
