import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { measureBundles, mostRatio, sentCommands } from '../../bench/bundles.ts';
import { actionsOf, rightsOf, synthesize } from '../infra/synthesize.ts';

const folder = mkdtempSync(join(tmpdir(), 'concertina-bundles-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sizes = await measureBundles(folder);
const template = synthesize();

/** Rights that a command needs, where they are not the command's own name. */
const rightsOfCommand: Readonly<Record<string, readonly string[]>> = {
  TransactWriteItems: [],
  SendMessageBatch: ['sqs:SendMessage'],
  PublishBatch: ['sns:Publish'],
  RunInstances: ['ec2:RunInstances', 'ec2:CreateTags', 'iam:PassRole'],
};

/** Rights for what Lambda does with the role: logs, streams, queues, dead letters. */
const ofLambda = /^(logs|sqs):|^dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$/;

/** What Lambda does with the role to put a function into a network. */
const ofNetwork = 'EnterNetwork';

/** Prefixes of rights that are not the client's name. */
const prefixes: Readonly<Record<string, string>> = { ElasticLoadBalancingV2: 'elasticloadbalancing' };

/** What only people's commands send, with rights of their own: `npm run explain` reads the file that decided. */
const ofPeople: ReadonlySet<string> = new Set(['GetItem']);

describe('a bundle', () => {
  it.each(sizes)('of $function is hardly more than the SDK commands that it sends', ({ ratio }) => {
    expect(ratio).toBeLessThanOrEqual(mostRatio);
  });
});

describe('the commands that are measured', () => {
  it.each(sizes)('of $function are those that its role allows, no more and no fewer', ({ function: stage }) => {
    const needed = Object.entries(sentCommands[stage]).flatMap(([client, commands]) =>
      commands.flatMap(
        (command) => rightsOfCommand[command] ?? [`${prefixes[client] ?? client.toLowerCase()}:${command}`],
      ),
    );
    const construct = stage.replaceAll(/(^|-)./g, (start) => start.slice(-1).toUpperCase());
    const rights = rightsOf(template, construct).filter(({ Sid, Effect }) => Effect === 'Allow' && Sid !== ofNetwork);
    const allowed = new Set(rights.flatMap(actionsOf));
    const own = [...allowed].filter((action) => !ofLambda.test(action));
    expect(needed.filter((action) => !allowed.has(action))).toEqual([]);
    expect(own.filter((action) => !needed.includes(action))).toEqual([]);
  });

  it('leave out none that an adapter sends', () => {
    const sources = readdirSync('adapters/aws').map((name) => readFileSync(join('adapters/aws', name), 'utf8'));
    const sent = sources.flatMap((source) => [...source.matchAll(/new (\w+)Command\(/g)].map(([, command]) => command));
    const measured = new Set(Object.values(sentCommands).flatMap((clients) => Object.values(clients).flat()));
    expect(new Set(sent.filter((command) => !ofPeople.has(command ?? '')))).toEqual(measured);
  });
});
