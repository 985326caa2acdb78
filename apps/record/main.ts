import { readFileSync, writeFileSync } from 'node:fs';
import { cloudWatchClient } from '../../adapters/aws/clients.ts';
import { CloudWatchMetrics } from '../../adapters/aws/cloudwatch-metrics.ts';
import { SystemClock } from '../../adapters/aws/system-clock.ts';
import { recordCommand } from './command.ts';

const clock = new SystemClock();

process.exitCode = await recordCommand(process.argv.slice(2), {
  now: () => clock.now(),
  openMetrics: () => new CloudWatchMetrics({ client: cloudWatchClient() }),
  readFile: (path) => readFileSync(path, 'utf8'),
  writeFile: (path, text) => writeFileSync(path, text),
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
});
