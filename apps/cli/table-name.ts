import type { Problem } from '../../core/application/problem.ts';
import type { CliWorld } from './cli-world.ts';

/** The table that a command is for: `--table`, else the environment. A problem when neither names one. */
export function readTableName(
  option: string | undefined,
  { environment }: Pick<CliWorld, 'environment'>,
): string | Problem {
  const name = option ?? environment['CONCERTINA_TABLE'] ?? '';
  if (name !== '') return name;
  const allowed = 'the name of the table, here or in the environment variable CONCERTINA_TABLE';
  return { path: '--table', found: 'nothing', allowed };
}
