import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { ListEventSourceMappingsCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListTopicsCommand } from '@aws-sdk/client-sns';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { lastLines } from '../../run-command.ts';
import { must, until } from '../check.ts';
import type { Cdk } from '../deployment/cdk.ts';
import { deployedStack } from '../deployment/deployed-stack.ts';
import { farewellFile, shopFile } from './applications.ts';
import { machinesOf, tick } from './kiosk.ts';
import type { Clients, World } from './world.ts';

/** Ends both applications by name; every machine is told of and terminated. */
export async function farewellStep(world: World): Promise<void> {
  const { checks, by, ground } = world;
  const layers = { kiosk: ['front', 'back'], shop: ['web', 'worker', 'db'] };
  // A layer ends as it last was: with the drain of its file, which for a db of the example is five minutes.
  const hurried = shopFile(ground).replaceAll(/"drainSeconds": \d+/g, '"drainSeconds": 0');
  await world.apply(
    await world.writeFile('shop.json', hurried.replace('"sizes": [{ "type": "c7g', '"drainSeconds": 0, $&')),
  );
  for (const [application, ended] of Object.entries(layers)) {
    await checks.check(
      `draining the layers of ${application} by name terminates all its machines`,
      by.both,
      async () => {
        const before = (await machinesOf(world, application)).length;
        must(before > 0, 'it has none');
        const path = await world.writeFile(`farewell-${application}.json`, farewellFile(application, ground));
        const { exitCode, output } = await world.apply(path, ...ended.flatMap((layer) => ['--drain-layer', layer]));
        must(exitCode === 0, output);
        await until('no machine', 40, async () => {
          await tick(world, application);
          return (await machinesOf(world, application)).length === 0;
        });
        return `${before} machines ended`;
      },
    );
  }
}

/** Deletes the stack and looks for what stayed. */
export async function removeStep(world: World, cdk: Cdk): Promise<void> {
  const { checks, by } = world;
  let deletedAt = Number.POSITIVE_INFINITY;
  await checks.check('cdk destroy deletes the stack', by.ministack, async () => {
    must((await leftovers(world.clients, deletedAt)).length > 10, 'the search for leftovers finds nothing even before');
    deletedAt = Date.now();
    const { exitCode, output } = await cdk.destroy();
    must(exitCode === 0, lastLines(output, 12));
    must((await deployedStack('Concertina')) === undefined, 'the stack is still there');
    return lastLines(output, 1);
  });
  await checks.check('after removal nothing is left', by.both, async () => {
    const left = await leftovers(world.clients, deletedAt);
    must(left.length === 0, left.join(', '));
    return 'no function, mapping, table, queue, topic, rule, role, alarm or log group';
  });
}

/**
 * Everything in the account whose name begins with the stack's; of log groups those that were there before. A run that is under way while its
 * function is deleted makes its log group anew on MiniStack; on AWS our functions have no right to.
 */
async function leftovers({ lambda, sqs, sns, events, iam }: Clients, deletedAt: number): Promise<readonly string[]> {
  const names = await Promise.all([
    lambda.send(new ListFunctionsCommand({})).then(({ Functions = [] }) => Functions.map((f) => f.FunctionName)),
    lambda
      .send(new ListEventSourceMappingsCommand({}))
      .then(({ EventSourceMappings = [] }) => EventSourceMappings.map((m) => m.FunctionArn?.split(':').at(-1))),
    sqs.send(new ListQueuesCommand({})).then(({ QueueUrls = [] }) => QueueUrls.map((url) => url.split('/').at(-1))),
    sns.send(new ListTopicsCommand({})).then(({ Topics = [] }) => Topics.map((t) => t.TopicArn?.split(':').at(-1))),
    events.send(new ListRulesCommand({})).then(({ Rules = [] }) => Rules.map((rule) => rule.Name)),
    iam.send(new ListRolesCommand({})).then(({ Roles = [] }) => Roles.map((role) => role.RoleName)),
    new DynamoDBClient({}).send(new ListTablesCommand({})).then(({ TableNames = [] }) => TableNames),
    new CloudWatchLogsClient({})
      .send(new DescribeLogGroupsCommand({}))
      .then(({ logGroups = [] }) => logGroups.filter(({ creationTime = 0 }) => creationTime < deletedAt))
      .then((groups) => groups.map(({ logGroupName }) => logGroupName?.split('/').at(-1))),
    // The stack's alarms are MiniStack's; our other calls to CloudWatch go to moto.
    new CloudWatchClient({ endpoint: process.env['AWS_ENDPOINT_URL'] ?? '' })
      .send(new DescribeAlarmsCommand({}))
      .then(({ MetricAlarms = [] }) => MetricAlarms.map((alarm) => alarm.AlarmName)),
  ]);
  return names.flat().flatMap((name) => (name?.startsWith('Concertina') ? [name] : []));
}
