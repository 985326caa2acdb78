import { lastLines } from '../../run-command.ts';
import { must } from '../check.ts';
import type { Cdk } from '../deployment/cdk.ts';
import { kioskFile } from './applications.ts';
import { machinesOf } from './kiosk.ts';
import type { World } from './world.ts';

/** Deploys again, unchanged and with a changed application file: neither may change how many machines there are. */
export async function redeployStep(world: World, cdk: Cdk): Promise<void> {
  const { checks, by } = world;
  await checks.check('a second deploy changes nothing', by.ministack, async () => {
    const before = await countsOf(world);
    const { exitCode, output } = await cdk.deploy();
    must(exitCode === 0, lastLines(output, 12));
    must(/no changes/.test(output), lastLines(output, 12));
    must((await countsOf(world)) === before, `${before} became ${await countsOf(world)}`);
    return '(no changes)';
  });
  await checks.check(
    'a deploy of a changed file stores the file and touches no count and no machine',
    by.both,
    async () => {
      await world.writeFile('applications/kiosk.json', kioskFile(world.ground, { frontMax: 9 }));
      const [counts, machines] = [await countsOf(world), await idsOf(world)];
      const { exitCode, output } = await cdk.deploy();
      must(exitCode === 0, lastLines(output, 12));
      const { file } = await world.table.load('kiosk');
      must(file?.version === 2 && file.file.layers['front']?.count.max === 9, `version ${file?.version} is stored`);
      must((await countsOf(world)) === counts, `${counts} became ${await countsOf(world)}`);
      must((await idsOf(world)) === machines, 'other machines run than before');
      return `version 2 of the file; ${counts} as before, far from its min`;
    },
  );
}

/** `front 5, back 3`. */
async function countsOf({ table }: World): Promise<string> {
  const { desired } = await table.load('kiosk');
  return [...desired].map(([layer, { count }]) => `${layer} ${count}`).join(', ');
}

async function idsOf(world: World): Promise<string> {
  return (await machinesOf(world, 'kiosk'))
    .map(({ InstanceId }) => InstanceId)
    .toSorted()
    .join();
}
