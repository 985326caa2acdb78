import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../run-command.ts';
import { account } from '../emulators/start-emulators.ts';
import { type Ground, imageParameters, instanceProfiles } from './applications.ts';
import { startReplies } from './replies.ts';
import { subscribeHttp, subscribeQueue } from './subscriber.ts';
import { openTable, type PathSettings, type World } from './world.ts';

/** Opens everything that looks at a deployed stack, and subscribes the participants of `kiosk`. */
export async function openWorld(
  { checks, by, folder, environment }: PathSettings,
  { clients, ground, stack }: Pick<World, 'clients' | 'ground' | 'stack'>,
): Promise<World> {
  const forParticipant = (participant: string) => ({
    topicArn: stack.output('TopicArn'),
    name: `participant-${participant}`,
    filterPolicy: { application: ['kiosk'], participant: [participant] },
  });
  const table = openTable(stack);
  const lb = await subscribeHttp(clients.sns, forParticipant('lb'));
  const cluster = await subscribeQueue(clients, forParticipant('cluster'));
  const audit = await subscribeQueue(clients, forParticipant('audit'));
  return {
    ...{ checks, by, clients, stack, ground, table, lb, cluster, audit, environment },
    replies: startReplies({ clients, stack }, [lb, cluster]),
    slots: async (layer) => {
      const { slots } = await table.load('kiosk');
      return slots.flatMap(({ slot }) => (slot.layer === layer && slot.state !== 'gone' ? [slot] : []));
    },
    writeFile: async (name, text) => {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    },
    apply: (...words) =>
      runCommand({
        command: 'npm',
        words: ['run', '--silent', 'apply', '--', ...words, '--table', stack.output('TableName')],
        environment,
      }),
  };
}

/** The settings of the deploy. What `npm run apply` brings later without a deploy is named beside the files. */
export function contextFor(ground: Ground, folder: string): Readonly<Record<string, string>> {
  const roles = instanceProfiles.map((name) => [name, [`arn:aws:iam::${account}:role/${name}`]]);
  return {
    applications: join(folder, 'applications'),
    removal: 'delete',
    alsoReach: JSON.stringify({
      applications: ['shop'],
      subnetIds: ground.subnetIds,
      securityGroupIds: [ground.securityGroupId],
      instanceProfiles: Object.fromEntries(roles),
      imageParameters: Object.keys(imageParameters),
    }),
  };
}
