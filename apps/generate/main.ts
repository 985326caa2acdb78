import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generatedFiles } from './generated-files.ts';

/* `npm run generate` writes the generated files; with `-- --check` it writes nothing and fails when one is not up to date. */
const isCheck = process.argv.includes('--check');
const stale = generatedFiles().filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text);

for (const { path, text } of stale) {
  if (isCheck) {
    console.error(`${path} is not up to date: npm run generate`);
    continue;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`${path} written`);
}
if (isCheck && stale.length > 0) process.exitCode = 1;
