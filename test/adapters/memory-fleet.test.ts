import { describe, expect, it } from 'vitest';
import { Dice } from '../../adapters/memory/dice.ts';
import { calmFleet, type FleetBehaviour, ordinaryFleet } from '../../adapters/memory/fleet-behaviour.ts';
import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { type FleetEvent, MemoryFleet } from '../../adapters/memory/memory-fleet.ts';
import { secondsBetween } from '../../core/amounts.ts';
import { makeLaunchRequest } from '../factories/launch.ts';
import { later, noon } from '../factories/stored.ts';

function makeFleet(behaviour: Partial<FleetBehaviour> = {}, seed = 'fleet') {
  const clock = new MemoryClock(noon);
  const zones = new Map([['subnet-a', 'zone-a']]);
  const fleet = new MemoryFleet({ clock, dice: new Dice(seed), zones, behaviour: { ...calmFleet, ...behaviour } });
  const events: FleetEvent[] = [];
  fleet.onEvent((event) => events.push(event));
  return { clock, fleet, events };
}

async function launchOne({ fleet }: ReturnType<typeof makeFleet>, market: 'on-demand' | 'spot' = 'on-demand') {
  const { launched } = await fleet.launch(makeLaunchRequest({ count: 1, market }));
  const [instance] = launched;
  if (instance === undefined) throw new Error('nothing was launched');
  return instance;
}

describe('a machine of the simulated EC2', () => {
  it('is pending until it has booted, then running', async () => {
    const world = makeFleet();
    const { instanceId, state } = await launchOne(world);

    expect(state).toBe('pending');
    world.clock.advanceTo(later(29.999));
    expect(world.fleet.truthOf(instanceId)?.state).toBe('pending');
    world.clock.advanceTo(later(30));
    expect(world.fleet.truthOf(instanceId)?.state).toBe('running');
  });

  it('takes a while to shut down and is shown for an hour after its end', async () => {
    const world = makeFleet();
    const { instanceId } = await launchOne(world);
    world.clock.advanceTo(later(600));

    await world.fleet.terminate([instanceId]);

    expect(world.fleet.truthOf(instanceId)?.state).toBe('shutting-down');
    world.clock.advanceTo(later(620));
    expect((await world.fleet.find(instanceId))?.state).toBe('terminated');
    world.clock.advanceTo(later(620 + 3599));
    expect(await world.fleet.list('shop')).toHaveLength(1);
    world.clock.advanceTo(later(620 + 3600));
    expect(await world.fleet.list('shop')).toEqual([]);
    expect(await world.fleet.find(instanceId)).toBeUndefined();
  });

  it('is announced: launched, running, shutting down, terminated, each when it happens', async () => {
    const world = makeFleet();
    const { instanceId } = await launchOne(world);
    world.clock.advanceTo(later(100));

    await world.fleet.terminate([instanceId]);

    expect(world.events.map(({ at }) => secondsBetween(noon, at))).toEqual([0, 30, 100, 120]);
  });

  it('is not listed at once when the list lags behind', async () => {
    const world = makeFleet({ shownWithinSeconds: 3 });
    await launchOne(world);

    expect(await world.fleet.list('shop')).toEqual([]);
    world.clock.advanceTo(later(3));
    expect(await world.fleet.list('shop')).toHaveLength(1);
  });

  it('ends while it is pending when its boot fails', async () => {
    const world = makeFleet({ failedBootRatio: 1 });
    const { instanceId } = await launchOne(world);

    world.clock.advanceTo(later(15));

    expect(world.fleet.truthOf(instanceId)?.state).toBe('shutting-down');
  });

  it('says two minutes ahead that a Spot instance is taken back, and takes it', async () => {
    const world = makeFleet({ meanHoursToInterruption: 1, rebalanceRatio: 1 });
    const { instanceId } = await launchOne(world, 'spot');
    const notice = world.events.find(({ kind }) => kind === 'interruption');
    const recommendation = world.events.find(({ kind }) => kind === 'rebalance');
    if (notice === undefined || recommendation === undefined) throw new Error('no notice was given');

    expect(recommendation.at).toBeLessThan(notice.at);
    world.clock.advanceTo(notice.at);
    expect(world.fleet.truthOf(instanceId)?.state).toBe('running');
    world.clock.advanceTo(later(secondsBetween(noon, notice.at) + 120));
    expect(world.fleet.truthOf(instanceId)?.state).toBe('shutting-down');
  });

  it('never takes an on-demand instance back', async () => {
    const world = makeFleet({ meanHoursToInterruption: 0.1, rebalanceRatio: 1 });
    await launchOne(world);

    expect(world.events.filter(({ kind }) => kind !== 'instance')).toEqual([]);
  });

  it('boots in 30 s in the median, with a tail', async () => {
    const world = makeFleet({ boot: ordinaryFleet.boot });
    await world.fleet.launch(makeLaunchRequest({ count: 1001, first: 1 }));
    const boots = world.events
      .map(({ at }) => secondsBetween(noon, at))
      .filter((seconds) => seconds > 0)
      .sort((a, b) => a - b);

    expect(boots[500]).toBeGreaterThan(27);
    expect(boots[500]).toBeLessThan(33);
    expect(boots.at(-1)).toBeGreaterThan(80);
  });
});

describe('a launch call', () => {
  it('is refused when its token was used for something else', async () => {
    const { fleet } = makeFleet();
    await fleet.launch(makeLaunchRequest({ token: 'once', count: 2 }));

    const { launched, refused } = await fleet.launch(makeLaunchRequest({ token: 'once', count: 3 }));

    expect(launched).toEqual([]);
    expect(refused).toMatchObject({ code: 'IdempotentParameterMismatch', remedy: 'never' });
    expect(fleet.truth()).toHaveLength(2);
  });

  it('gets fewer, or none, while an offering is short, and says so', async () => {
    const { fleet, clock } = makeFleet({ shortage: { meanHoursBetween: 0.001, meanMinutes: 60_000 } });
    clock.advanceTo(later(3600));

    const { launched, refused } = await fleet.launch(makeLaunchRequest({ count: 10 }));

    expect(launched.length).toBeLessThan(10);
    expect(launched.map(({ slotNumber }) => slotNumber)).toEqual(launched.map((_, index) => 17 + index));
    expect(refused).toMatchObject({ code: 'InsufficientInstanceCapacity', remedy: 'elsewhere' });
  });

  it('gets the same part again when a call that was fulfilled in part is repeated', async () => {
    const { fleet } = makeFleet({ mostInstances: 2 });
    const request = makeLaunchRequest({ count: 3 });

    const once = await fleet.launch(request);
    const twice = await fleet.launch(request);

    expect(once.launched).toHaveLength(2);
    expect(once.refused).toMatchObject({ code: 'VcpuLimitExceeded', remedy: 'later' });
    expect(twice).toEqual(once);
    expect(fleet.truth()).toHaveLength(2);
  });

  it('tries again with a token whose call got nothing', async () => {
    const { fleet, clock } = makeFleet({ mostInstances: 1 });
    const first = await fleet.launch(makeLaunchRequest({ token: 'a', count: 1 }));
    const refused = await fleet.launch(makeLaunchRequest({ token: 'b', first: 20, count: 1 }));
    await fleet.terminate(first.launched.map(({ instanceId }) => instanceId));
    clock.advanceTo(later(60));

    const again = await fleet.launch(makeLaunchRequest({ token: 'b', first: 20, count: 1 }));

    expect(refused.launched).toEqual([]);
    expect(again.launched).toHaveLength(1);
  });
});

describe('the bill', () => {
  it('counts from launch by the second, at least a minute for each machine', async () => {
    const world = makeFleet();
    const { instanceId } = await launchOne(world);
    world.clock.advanceTo(later(10));
    expect(world.fleet.bill({ application: 'shop' }).instanceHours).toBeCloseTo(60 / 3600, 9);
    world.clock.advanceTo(later(1800));

    await world.fleet.terminate([instanceId]);
    world.clock.advanceTo(later(9000));

    const bill = world.fleet.bill({ application: 'shop' });
    expect(bill.instanceHours).toBeCloseTo(0.5, 9);
    expect(bill.usd).toBeCloseTo(0.5 * 0.0816, 9);
    expect(world.fleet.bill({ application: 'shop', layer: 'web' })).toEqual(bill);
    expect(world.fleet.bill({ application: 'other' }).instanceHours).toBe(0);
  });
});

describe('chance', () => {
  it('draws the same life for the same seed, another for another', async () => {
    const draw = async (seed: string) => {
      const world = makeFleet(ordinaryFleet, seed);
      await world.fleet.launch(makeLaunchRequest({ count: 5 }));
      return world.events;
    };

    expect(await draw('a')).toEqual(await draw('a'));
    expect(await draw('a')).not.toEqual(await draw('b'));
  });
});
