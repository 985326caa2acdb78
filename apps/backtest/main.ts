import { readFileSync, writeFileSync } from 'node:fs';
import { paintFor } from '../demo/paint.ts';
import { backtestCommand } from './command.ts';

const { stdout, stderr, env } = process;

process.exitCode = await backtestCommand(process.argv.slice(2), {
  readFile: (path) => readFileSync(path, 'utf8'),
  writeFile: (path, text) => writeFileSync(path, text),
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
  progress: {
    isTerminal: stderr.isTTY === true,
    write: (text) => void stderr.write(text),
    paint: paintFor(env, { isTerminal: stderr.isTTY === true }),
    millis: () => performance.now(),
  },
  columns: stdout.columns ?? 100,
  paint: paintFor(env, { isTerminal: stdout.isTTY === true }),
  processorSeconds: () => process.cpuUsage().user / 1e6,
});
