import { must, until } from '../check.ts';
import { machinesOf, noticeFor, slotsIn, tick } from './kiosk.ts';
import type { World } from './world.ts';

/**
 * Fewer machines, as was decided while the kill switch was thrown: leaving is told first, waits for who must acknowledge and for the drain, and
 * only then ends a machine.
 */
export async function shrinkStep(world: World): Promise<void> {
  const { checks, by } = world;
  await checks.check('let go on, the layer shrinks, and a burst is told in one notice', by.both, async () => {
    world.replies.pause('lb');
    await until('machines that leave', 40, async () => {
      await tick(world);
      return (await world.slots('front')).some(({ state }) => state === 'leaving');
    });
    const notice = await noticeFor(world.lb, { participant: 'lb', event: 'leaving' });
    must(notice.change.instances.length === 4, `it tells of ${notice.change.instances.length}`);
    return `${notice.id}: ${notice.change.instances.map(({ slot }) => slot).join(', ')}; ${notice.change.because}`;
  });
  await checks.check('a leaving machine runs on while a participant has not acknowledged', by.both, async () => {
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const running = await machinesOf(world, 'kiosk', 'front');
    must(running.length === 5, `${running.length} of 5 run, 3 s after a drain of 1 s`);
    return 'all 5 run after the drain';
  });
  await checks.check('once all have acknowledged the machines are terminated, and all are told', by.both, async () => {
    world.replies.resume('lb');
    await until('one machine of front in EC2', 30, async () => {
      await tick(world);
      return (await machinesOf(world, 'kiosk', 'front')).length === 1;
    });
    const notice = await noticeFor(world.audit, { participant: 'audit', event: 'left' });
    await slotsIn(world, { layer: 'front', states: ['in-service', ...terminating(4)], seconds: 10 });
    return `${notice.id}: ${notice.change.instances.map(({ slot }) => slot).join(', ')} left`;
  });
}

function terminating(count: number): 'terminating'[] {
  return Array.from({ length: count }, () => 'terminating');
}
