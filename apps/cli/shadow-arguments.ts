import { type Problem, shown } from '../../core/application/problem.ts';
import { readWords } from './read-words.ts';

/** The words after `npm run shadow --`. */
export interface ShadowArguments {
  readonly isHelp: boolean;
  readonly application: string;
  readonly layer: string | undefined;
  readonly hours: number;
  readonly isJson: boolean;
  readonly table: string | undefined;
}

/** Decisions are kept for thirty days. */
const mostHours = 720;

/** What the command says of itself. */
export const shadowUsage = `npm run shadow -- APPLICATION [--layer NAME] [--hours N] [--json] [--table NAME]

Compares what the shadow rules of an application would have done with what its live rules did: decisions, cost, risk, and where they differ most.
Reads the table with your own AWS credentials and changes nothing.

  --layer NAME   one layer; else every layer with shadow rules
  --hours N      the last N hours, up to ${mostHours}; 24 without it. The risk is known for a week
  --json         one JSON object a layer and line
  --table NAME   the table; else the environment variable CONCERTINA_TABLE

Exit status: 0 compared, 1 AWS failed, 2 the command is wrong or there is no shadow.`;

const options = {
  layer: { type: 'string' },
  hours: { type: 'string', default: '24' },
  json: { type: 'boolean', default: false },
  table: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the words, all problems at once. */
export function readShadowArguments(words: readonly string[]): ShadowArguments | readonly Problem[] {
  const parsed = readWords(words, options);
  if ('problem' in parsed) return [parsed.problem];
  const { values, positionals } = parsed;
  const hours = Number(values.hours);
  const problems: Problem[] = [];
  if (positionals.length !== 1 && !values.help) {
    const found = positionals.length === 0 ? 'nothing' : positionals.join(' ');
    problems.push({ path: 'APPLICATION', found, allowed: 'the name of one application' });
  }
  if (!(hours > 0 && hours <= mostHours)) {
    problems.push({ path: '--hours', found: shown(values.hours), allowed: `a number above 0, up to ${mostHours}` });
  }
  if (problems.length > 0) return problems;
  const [application = ''] = positionals;
  return { isHelp: values.help, application, layer: values.layer, hours, isJson: values.json, table: values.table };
}
