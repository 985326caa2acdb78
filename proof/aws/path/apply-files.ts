import { runCommand } from '../../run-command.ts';
import { must, until } from '../check.ts';
import { shopFile } from './applications.ts';
import { machinesOf, zonesOf } from './kiosk.ts';
import type { World } from './world.ts';

/** `npm run apply` on the deployed table: a good file, the same again, a bad one, and without the certificate authority. */
export async function applyStep(world: World): Promise<void> {
  const { checks, by } = world;
  await checks.check(
    'npm run apply stores examples/shop.json, and nothing when it is the same',
    by.ministack,
    async () => {
      const path = await world.writeFile('shop.json', shopFile(world.ground));
      const [first, second] = [await world.apply(path), await world.apply(path)];
      must(first.exitCode === 0 && /applied as version 1/.test(first.output), first.output);
      must(second.exitCode === 0 && /unchanged, version 1 stays/.test(second.output), second.output);
      return `${first.stdout.trim()}; again: ${second.stdout.trim()}`;
    },
  );
  await checks.check('npm run apply refuses a bad file and writes nothing', by.ministack, async () => {
    const bad = shopFile(world.ground).replace('"min": 2', '"min": 200');
    const path = await world.writeFile('bad.json', bad);
    const { exitCode, output } = await world.apply(path);
    const checked = await world.apply('--check', path);
    must(exitCode === 2 && checked.exitCode === 2, `exit codes ${exitCode}, ${checked.exitCode}: ${output}`);
    must((await world.table.load('shop')).file?.version === 1, 'another version was written');
    return output.trim().split('\n')[0] ?? '';
  });
  await checks.check(
    'an endpoint under a private authority is trusted only when that is named',
    by.ministack,
    async () => {
      const { NODE_EXTRA_CA_CERTS: _, ...others } = world.environment;
      const environment = { ...others, CONCERTINA_TABLE: world.stack.output('TableName') };
      const path = await world.writeFile('shop.json', shopFile(world.ground));
      const words = ['run', '--silent', 'apply', '--', path];
      const { exitCode, output } = await runCommand({ command: 'npm', words, environment });
      must(exitCode === 1 && /certificate/i.test(output), `exit code ${exitCode}: ${output}`);
      return output.trim().split('\n')[0] ?? '';
    },
  );
}

/** What the schedule of the deployed rules does by itself: nobody feeds anything here. */
export async function scheduleStep(world: World): Promise<void> {
  const { checks, by } = world;
  await checks.check(
    'the schedule wakes evaluate, and the layers of shop start in the order of its limits',
    by.ministack,
    async () => {
      const decisions = await until('decisions on the schedule', 100, async () => {
        const found = await world.table.decisions('shop', { limit: 20 });
        return found.some(({ decision }) => decision.trigger === 'schedule') ? found : undefined;
      });
      const { desired } = await world.table.load('shop');
      must(desired.get('db')?.count === 3, `db is ${desired.get('db')?.count}`);
      must((desired.get('web')?.count ?? 0) === 0, `web is ${desired.get('web')?.count} before any db is in service`);
      return decisions.map(({ decision }) => decision.because).at(-1) ?? '';
    },
  );
  await checks.check('shop gets its machines: three db in three zones, one worker', by.both, async () => {
    const machines = await until('four machines', 20, async () => {
      const found = await machinesOf(world, 'shop');
      return found.length === 4 && found;
    });
    const zones = await zonesOf(world, 'shop', 'db');
    must(Object.values(zones).join() === '1,1,1', JSON.stringify(zones));
    const types = machines.map(({ InstanceType }) => InstanceType).toSorted();
    must(types.join() === 'c7g.large,r7g.large,r7g.large,r7g.large', types.join());
    return `db ${Object.keys(zones).toSorted().join(', ')}`;
  });
  await checks.check('the sweep finds a machine whose news got lost', by.both, async () => {
    const slot = await until('a machine of back beyond booting', 70, async () =>
      (await world.slots('back')).find(({ state }) => state === 'joining' || state === 'in-service'),
    );
    return `${slot.layer}-${slot.number} is ${slot.state}; no event of its layer was ever fed`;
  });
}
