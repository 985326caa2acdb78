import { spawnSync } from 'node:child_process';
import { readAdvisories } from './read-advisories.ts';

const howToCheck = `Nothing is known: neither that there is a weakness nor that there is none. Ask a registry that has advisories, for example with
  npm_config_registry=https://registry.npmjs.org npm run audit:advisories
or give package-lock.json to a scanner of your own.`;

/** `npm run audit:advisories`: 0 when the registry knows of no weakness, 1 when it does, 3 when it could not be asked. */
function main(): number {
  const { stdout, stderr, error } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8' });
  const advisories = readAdvisories({ stdout: stdout ?? '', stderr: error?.message ?? stderr ?? '' });
  if ('unchecked' in advisories) {
    console.error(`The registry gave no advisories: ${advisories.unchecked}\n${howToCheck}`);
    return 3;
  }
  const { asked, weaknesses } = advisories;
  for (const weakness of weaknesses) console.error(weakness);
  console.info(`${asked} dependencies, ${weaknesses.length} with a known weakness`);
  return weaknesses.length === 0 ? 0 : 1;
}

process.exitCode = main();
