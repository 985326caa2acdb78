import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ec2Client } from '../../adapters/aws/clients.ts';
import { Ec2Fleet } from '../../adapters/aws/ec2-fleet.ts';
import { type Checks, must } from '../check.ts';
import { cdkWith } from '../deployment/cdk.ts';
import { type DeployedStack, deployedStack } from '../deployment/deployed-stack.ts';
import { nameBatchActions, nameSessions } from '../deployment/translate-policies.ts';
import { lastLines, runCommand } from '../run-command.ts';
import { type Ground, imageParameters, instanceProfiles, kioskFile } from './applications.ts';
import { joinStep } from './join.ts';
import { prepareAccount } from './prepare.ts';
import { subscribeHttp, subscribeQueue } from './subscriber.ts';
import { openClients, openTable, type ShownBy, type World } from './world.ts';

/** Where the path is walked. */
export interface PathSettings {
  readonly checks: Checks;
  readonly by: ShownBy;
  /** The proof's own folder. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The whole path on the real stack: deployed by the CDK, woken by real events, seen from outside. */
export async function walkPath(settings: PathSettings): Promise<void> {
  const clients = openClients();
  const ground = await prepareAccount(clients);
  await mkdir(join(settings.folder, 'applications'), { recursive: true });
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(settings.folder, name);
    await writeFile(path, text);
    return path;
  };
  await write('applications/kiosk.json', kioskFile(ground, { frontMax: 6 }));
  const cdk = cdkWith({
    context: contextFor(ground, settings.folder),
    environment: settings.environment,
    output: join(settings.folder, 'cdk.out'),
  });
  const { checks, by } = settings;
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
  if (stack === undefined) return;
  const world = await openWorld(settings, { clients, ground, stack, write });
  await nameBatchActions(clients.iam, stack);
  await nameSessions(clients.sns, stack.output('TopicArn'));
  await joinStep(world);
  await world.lb.stop();
  await world.cluster.stop();
  await world.audit.stop();
}

async function openWorld(
  { checks, by, environment }: PathSettings,
  of: Pick<World, 'clients' | 'ground' | 'stack'> & { readonly write: World['writeFile'] },
): Promise<World> {
  const { clients, stack } = of;
  const topicArn = stack.output('TopicArn');
  const forParticipant = (participant: string) => ({
    topicArn,
    name: `participant-${participant}`,
    filterPolicy: { application: ['kiosk'], participant: [participant] },
  });
  const apply = (...words: readonly string[]) =>
    runCommand({
      command: 'npm',
      words: ['run', '--silent', 'apply', '--', ...words],
      environment: { ...environment, CONCERTINA_TABLE: stack.output('TableName') },
    });
  return {
    checks,
    by,
    clients,
    stack,
    ground: of.ground,
    table: openTable(stack),
    fleet: new Ec2Fleet({ client: ec2Client() }),
    lb: await subscribeHttp(clients.sns, forParticipant('lb')),
    cluster: await subscribeQueue(clients, forParticipant('cluster')),
    audit: await subscribeQueue(clients, forParticipant('audit')),
    writeFile: of.write,
    apply,
  };
}

function contextFor(ground: Ground, folder: string): Readonly<Record<string, string>> {
  return {
    applications: join(folder, 'applications'),
    removal: 'delete',
    // What `npm run apply` brings later, without a deploy.
    alsoReach: JSON.stringify({
      applications: ['shop'],
      subnetIds: ground.subnetIds,
      securityGroupIds: [ground.securityGroupId],
      instanceProfiles: Object.fromEntries(
        instanceProfiles.map((name) => [name, [`arn:aws:iam::111122223333:role/${name}`]]),
      ),
      imageParameters: Object.keys(imageParameters),
    }),
  };
}
