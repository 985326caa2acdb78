import { readFileSync, writeFileSync } from 'node:fs';
import { demoCommand } from './demo.ts';
import { paintFor } from './paint.ts';

const { stdout, stderr, env } = process;

process.exitCode = await demoCommand(process.argv.slice(2), {
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
});
