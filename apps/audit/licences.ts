import { readFileSync } from 'node:fs';
import { checkLock } from './check-lock.ts';

/** `npm run audit:licences`: every dependency pinned, with a checksum, under a licence that we may use; 1 when not. */
function main(): number {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const { problems, shipped, development } = checkLock(manifest, packages);
  for (const [title, counts] of [
    ['ship', shipped],
    ['build and test', development],
  ] as const) {
    const lines = [...counts]
      .sort(([, left], [, right]) => right - left)
      .map(([licence, count]) => `${String(count).padStart(5)}  ${licence}`);
    console.info(`Packages that ${title}, by licence:\n${lines.join('\n')}`);
  }
  for (const problem of problems) console.error(problem);
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = main();
