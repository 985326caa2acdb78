import { GetMetricStatisticsCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { secondsBetween } from '../../../core/amounts.ts';
import { must, until } from '../check.ts';
import { kioskAlarm, loadTarget } from './applications.ts';
import { raiseKioskAlarm, slotsIn, tellStateOf, tick, zonesOf } from './kiosk.ts';
import type { LoadPusher } from './push-load.ts';
import type { World } from './world.ts';

/** What the application says it carries, for five machines of `front`, in its own unit: each of two now has this much. */
const heavyLoad = (5 * loadTarget) / 2;

/** More machines: by an alarm, by a pushed metric, by following another layer; and the ticks that look again meanwhile. */
export async function growStep(world: World, load: LoadPusher): Promise<void> {
  const { checks, by } = world;
  await checks.check('ticks come back from their queue after their delay and wake evaluate', by.ministack, async () => {
    const seconds = await until('a tick', 25, async () => {
      const { tick, desired } = await world.table.load('kiosk');
      const first = desired.get('front');
      return tick && first && first.version === 1 && secondsBetween(first.decidedAt, tick.at) >= 14
        ? secondsBetween(first.decidedAt, tick.at)
        : undefined;
    });
    must(seconds < 25, `it came after ${seconds} s`);
    return `${seconds.toFixed(1)} s after the alarm, asked for after 15`;
  });
  await checks.check('an alarm that stays on adds a machine; evaluate asks for its state', by.both, async () => {
    await setAlarm(world, 'ALARM');
    await raiseKioskAlarm(world);
    await until('the decision', 20, async () => (await world.table.load('kiosk')).desired.get('front')?.count === 2);
    await setAlarm(world, 'OK');
    await bringUp(world, 2);
    const [decision] = await world.table.decisions('kiosk', { limit: 1, layer: 'front' });
    return decision?.decision.because ?? '';
  });
  await checks.check('a pushed metric is read, and makes the layer as large as it asks', by.both, async () => {
    load.say(heavyLoad);
    await until('the decision', 30, async () => {
      await tick(world);
      return (await world.table.load('kiosk')).desired.get('front')?.count === 5;
    });
    // What each of five has of the same load.
    load.say(loadTarget);
    await bringUp(world, 5);
    const { because } = (await world.table.load('kiosk')).desired.get('front') ?? {};
    must(because?.includes('carry the load') === true, because ?? 'no reason');
    return because;
  });
  await checkFollowers(world);
}

async function checkFollowers(world: World): Promise<void> {
  const { checks, by } = world;
  await checks.check('another layer follows', by.both, async () => {
    const { desired } = await world.table.load('kiosk');
    must(desired.get('back')?.count === 3, `back is ${desired.get('back')?.count}`);
    return desired.get('back')?.because ?? '';
  });
  await checks.check('machines are spread over all three zones', by.moto, async () => {
    const zones = await zonesOf(world, 'kiosk', 'front');
    must(Object.values(zones).toSorted().join() === '1,2,2', JSON.stringify(zones));
    return JSON.stringify(zones);
  });
  await checks.check('evaluate publishes what is desired and in service', by.moto, async () => {
    const [desired, inService] = await Promise.all(['Desired', 'InService'].map((name) => largest(world, name)));
    must(desired === 5 && (inService ?? 0) >= 1, `desired ${desired}, in service ${inService}`);
    return `desired ${desired}, in service ${inService} at most so far`;
  });
}

/** Tells that the booting machines of `front` run, those that the sweep has not found yet, and waits until all are in service. */
async function bringUp(world: World, count: number): Promise<void> {
  const slots = await until(`${count} slots`, 20, async () => {
    const all = await world.slots('front');
    return all.length === count && all.every(({ instanceId }) => instanceId !== undefined) ? all : undefined;
  });
  await tellStateOf(
    world,
    slots.filter(({ state }) => state === 'booting'),
    'running',
  );
  await slotsIn(world, { layer: 'front', states: inService(count), seconds: 25 });
}

function inService(count: number): 'in-service'[] {
  return Array.from({ length: count }, () => 'in-service');
}

async function setAlarm({ clients }: World, StateValue: 'OK' | 'ALARM'): Promise<void> {
  await clients.cloudWatch.send(
    new SetAlarmStateCommand({ AlarmName: kioskAlarm, StateValue, StateReason: 'set by the proof' }),
  );
}

async function largest({ clients }: World, MetricName: string): Promise<number | undefined> {
  const now = Date.now();
  const { Datapoints = [] } = await clients.cloudWatch.send(
    new GetMetricStatisticsCommand({
      Namespace: 'Concertina',
      MetricName,
      Dimensions: [
        { Name: 'Application', Value: 'kiosk' },
        { Name: 'Layer', Value: 'front' },
      ],
      StartTime: new Date(now - 600_000),
      EndTime: new Date(now + 60_000),
      Period: 60,
      Statistics: ['Maximum'],
    }),
  );
  const values = Datapoints.flatMap(({ Maximum }) => Maximum ?? []);
  return values.length === 0 ? undefined : Math.max(...values);
}
