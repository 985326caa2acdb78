import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lastLines } from '../../run-command.ts';
import { must } from '../check.ts';
import { type Cdk, cdkWith } from '../deployment/cdk.ts';
import { type DeployedStack, deployedStack } from '../deployment/deployed-stack.ts';
import { nameBatchActions, nameSessions } from '../deployment/translate-policies.ts';
import { kioskFile } from './applications.ts';
import { applyStep, scheduleStep } from './apply-files.ts';
import { deadLetterStep } from './dead-letters.ts';
import { farewellStep, removeStep } from './end.ts';
import { growStep } from './grow.ts';
import { joinStep, silentStep } from './join.ts';
import { stoppedStep, turnSwitch } from './kill-switch.ts';
import { contextFor, openWorld } from './open-world.ts';
import { prepareAccount } from './prepare.ts';
import { startLoadPusher } from './push-load.ts';
import { redeployStep } from './redeploy.ts';
import { rightsStep } from './rights.ts';
import { shrinkStep } from './shrink.ts';
import { tableStep } from './stored-settings.ts';
import { openClients, type PathSettings, type World } from './world.ts';

/** The whole path on the real stack: deployed by the CDK, woken by real events, seen from outside, removed at the end. */
export async function walkPath(settings: PathSettings): Promise<void> {
  const clients = openClients();
  const ground = await prepareAccount(clients);
  await mkdir(join(settings.folder, 'applications'), { recursive: true });
  await writeFile(join(settings.folder, 'applications', 'kiosk.json'), kioskFile(ground, { frontMax: 6 }));
  const cdk = cdkWith({
    context: contextFor(ground, settings.folder),
    environment: settings.environment,
    output: join(settings.folder, 'cdk.out'),
  });
  const stack = await deployStep(settings, cdk);
  if (stack === undefined) return;
  await nameBatchActions(clients.iam, stack);
  await nameSessions(clients.sns, stack.output('TopicArn'));
  const world = await openWorld(settings, { clients, ground, stack });
  const load = startLoadPusher(clients);
  try {
    await live(world, { cdk, load });
  } finally {
    await load.stop();
    await Promise.all([world.replies.stop(), world.lb.stop(), world.cluster.stop(), world.audit.stop()]);
  }
  await removeStep(world, cdk);
}

async function deployStep({ checks, by }: PathSettings, cdk: Cdk): Promise<DeployedStack | undefined> {
  await checks.check('cdk bootstrap prepares the account', by.ministack, async () => {
    const { exitCode, output } = await cdk.bootstrap();
    must(exitCode === 0, lastLines(output));
    return lastLines(output, 1);
  });
  let stack: DeployedStack | undefined;
  await checks.check('cdk deploy creates the stack over https, under its own roles', by.ministack, async () => {
    const { exitCode, output } = await cdk.deploy();
    must(exitCode === 0, lastLines(output, 12));
    stack = await deployedStack('Concertina');
    must(stack?.status === 'CREATE_COMPLETE', `the stack is ${stack?.status}`);
    return `${stack.resources.length} resources`;
  });
  return stack;
}

/** Everything between the deploy and the removal. The schedule fires a minute after the deploy; what it does is looked at last. The switch is thrown
 * before the deploys, so that every function has seen it after them. */
async function live(
  world: World,
  { cdk, load }: { readonly cdk: Cdk; readonly load: ReturnType<typeof startLoadPusher> },
): Promise<void> {
  // Without a machine there is nothing to see further on.
  if (!(await joinStep(world))) return;
  world.replies.resume('lb');
  world.replies.resume('cluster');
  const others = (async () => {
    await applyStep(world);
    await tableStep(world);
    await rightsStep(world);
    await deadLetterStep(world);
  })();
  await growStep(world, load);
  await others;
  await turnSwitch(world, 'stop');
  await redeployStep(world, cdk);
  await stoppedStep(world, load);
  await turnSwitch(world, 'run');
  await shrinkStep(world);
  await scheduleStep(world);
  await silentStep(world);
  await farewellStep(world);
}
