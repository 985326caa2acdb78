import { parseArgs } from 'node:util';
import { type Problem, shown } from '../../core/application/problem.ts';

/** The words after `npm run demo --`. */
export interface DemoOptions {
  readonly isHelp: boolean;
  readonly trace: string;
  readonly application: string;
  readonly seed: number;
  /** How much of the trace is played; all of it, when undefined. */
  readonly days: number | undefined;
  readonly isJson: boolean;
  readonly svg: string | undefined;
  /** Where the decisions are written. */
  readonly decisions: string | undefined;
}

/** The recorded load that is played without `--trace`. */
export const defaultTrace = 'examples/nasa_http_jul95_3d_60s.csv';
/** The application that is played without `--application`. */
export const defaultApplication = 'examples/shop.json';

/** What `--help` prints. */
export const demoUsage = `npm run demo -- [options]

Plays a recorded load through the functions that run on AWS, over a simulated cloud and in virtual time: metrics, rules, decisions, launches,
notices, acknowledgements. Needs no AWS account. Days pass in seconds, and the same seed gives the same run.

  --trace FILE        the load, a CSV file with the header t_seconds,load; else ${defaultTrace}
  --application FILE  the application file; else ${defaultApplication}
  --seed N            a whole number from 0 that all chance comes from; else 1
  --days N            plays only the first N days of the trace, for example 0.5
  --svg FILE          also writes the plot as an SVG file
  --decisions FILE    also writes every decision, for npm run explain -- --file FILE
  --json              ends with the figures as one JSON object on the last line
  --help              prints this

Ends with 0 when every promise was kept, with 1 when one was broken, with 2 when an option or a file is wrong.`;

const options = {
  trace: { type: 'string', default: defaultTrace },
  application: { type: 'string', default: defaultApplication },
  seed: { type: 'string', default: '1' },
  days: { type: 'string' },
  json: { type: 'boolean', default: false },
  svg: { type: 'string' },
  decisions: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the words; all problems at once, as far as the words can be told apart. */
export function readOptions(words: readonly string[]): DemoOptions | readonly Problem[] {
  const unknown = unknownOptions(words);
  if (unknown.length > 0) return unknown;
  try {
    const { values } = parseArgs({ args: [...words], options, allowPositionals: false });
    const problems = [...checkSeed(values.seed), ...checkDays(values.days)];
    if (problems.length > 0) return problems;
    return {
      isHelp: values.help,
      trace: values.trace,
      application: values.application,
      seed: Number(values.seed),
      days: values.days === undefined ? undefined : Number(values.days),
      isJson: values.json,
      svg: values.svg,
      decisions: values.decisions,
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [{ path: 'options', found: words.join(' '), allowed: 'see --help', message }];
  }
}

function unknownOptions(words: readonly string[]): readonly Problem[] {
  const allowed = Object.keys(options).map((name) => `--${name}`);
  const { tokens } = parseArgs({ args: [...words], options, strict: false, tokens: true });
  const unknown = tokens.flatMap((token) =>
    token.kind === 'option' && !allowed.includes(token.rawName) ? [token.rawName] : [],
  );
  // A word on its own after an unknown option is most likely meant as its value.
  const stray = tokens.flatMap((token) => (token.kind === 'positional' && unknown.length === 0 ? [token.value] : []));
  return [
    ...unknown.map((name) => ({ path: name, found: 'an unknown option', allowed: allowed.join(', ') })),
    ...stray.map((word) => ({ path: 'options', found: shown(word), allowed: allowed.join(', ') })),
  ];
}

function checkSeed(seed: string): readonly Problem[] {
  if (/^\d{1,15}$/.test(seed)) return [];
  return [{ path: '--seed', found: shown(seed), allowed: 'a whole number from 0, at most 15 digits' }];
}

function checkDays(days: string | undefined): readonly Problem[] {
  if (days === undefined || (Number(days) > 0 && Number(days) <= 3660)) return [];
  return [{ path: '--days', found: shown(days), allowed: 'a number above 0, at most 3660' }];
}
