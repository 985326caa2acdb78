import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEnvironment } from '../../functions/environment.ts';
import { Checks } from './check.ts';
import { walkPath } from './path/walk-path.ts';

/*
 * Runs inside the environment that run.ts made: endpoints, credentials and certificate authority are those of the two implementations, and no
 * setting of the machine's user is left in it. Tells each check as it ends, and writes all of them to checks.json.
 */
const names = ['PROOF_FOLDER', 'PROOF_MINISTACK', 'PROOF_MOTO'] as const;
const { PROOF_FOLDER: folder, PROOF_MINISTACK: ministack, PROOF_MOTO: moto } = readEnvironment(names);
const checks = new Checks(({ name, ok, by, detail, seconds }) => {
  console.info(`${ok ? '  ok  ' : 'FAILED'}  ${name}  [${by}, ${seconds.toFixed(1)} s]\n        ${detail}`);
});
const environment = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
);
try {
  await walkPath({ checks, by: { ministack, moto, both: `${ministack}, ${moto}` }, folder, environment });
} finally {
  await writeFile(join(folder, 'checks.json'), JSON.stringify(checks.done));
}
