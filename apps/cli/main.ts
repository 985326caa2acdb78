import { readFileSync } from 'node:fs';
import { dynamoDbClient } from '../../adapters/aws/clients.ts';
import { DynamoDbTable } from '../../adapters/aws/dynamodb-table.ts';
import { SystemChance } from '../../adapters/aws/system-chance.ts';
import { SystemClock } from '../../adapters/aws/system-clock.ts';
import { applyCommand } from './apply.ts';
import type { CliWorld, ExitCode } from './cli-world.ts';
import { explainCommand } from './explain.ts';
import { shadowCommand } from './shadow.ts';
import { testRulesCommand } from './test-rules.ts';

const world: CliWorld = {
  environment: process.env,
  readFile: (path) => readFileSync(path, 'utf8'),
  openPorts: (tableName) => ({
    clock: new SystemClock(),
    chance: new SystemChance(),
    table: new DynamoDbTable({ client: dynamoDbClient(), tableName }),
  }),
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
};

/** The commands, by their first word. */
const commands: Readonly<Record<string, (words: readonly string[], world: CliWorld) => Promise<ExitCode>>> = {
  apply: applyCommand,
  shadow: shadowCommand,
  'test-rules': testRulesCommand,
  explain: explainCommand,
};

/** Whoever reads our output (`head`, a pager) may have read enough. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const [name = '', ...words] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  console.error(`no command ${JSON.stringify(name)}; there are: ${Object.keys(commands).join(', ')}`);
  process.exitCode = 2;
} else {
  process.exitCode = await command(words, world);
}
