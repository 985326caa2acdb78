import type { DecisionQuery } from '../../adapters/ports.ts';
import { addSeconds, type Instant, instantFromMillis } from '../../core/amounts.ts';
import { type Problem, shown } from '../../core/application/problem.ts';
import { readWords, type Words } from './read-words.ts';

/** The words after `npm run explain --`. */
export interface ExplainArguments {
  readonly isHelp: boolean;
  readonly application: string;
  readonly layer: string | undefined;
  readonly span: Span;
  /** Whose decisions: the live rules' or the shadow rules'. */
  readonly of: NonNullable<DecisionQuery['of']>;
  readonly form: 'text' | 'tree' | 'json';
  readonly table: string | undefined;
  readonly file: string | undefined;
}

/** Which decisions of a layer: the newest, the one in force at an instant, or all since one. */
export type Span =
  | { readonly last: number }
  | { readonly at: Instant }
  | { readonly since: Instant | { readonly agoSeconds: number } };

/** What the command says of itself. */
export const explainUsage = `npm run explain -- APPLICATION [LAYER] [--at INSTANT | --last N | --since INSTANT] [--shadow] [--tree | --json] [--table NAME | --file FILE]

Says why a layer scaled, or did not, and what would have had to be different for another answer. Reads stored decisions and changes nothing.

  --last N         the newest N decisions of each layer; else 1
  --at INSTANT     the decision that was in force then, such as 2026-11-21T14:02:00Z
  --since INSTANT  all decisions since then; or since so long ago: 90m, 2h, 1d
  --shadow         what the shadow rules decided and nobody did, instead of what the live ones did
  --tree           everything: readings, each rule's arithmetic, each limit, the look-ahead
  --json           one JSON object a line: the decision as stored, and its explanation
  --table NAME     the table; else the environment variable CONCERTINA_TABLE
  --file FILE      decisions written by npm run demo -- --decisions FILE, instead of a table

Exit status: 0 explained, 1 AWS failed, 2 the command is wrong or there is no such decision.`;

const options = {
  at: { type: 'string' },
  last: { type: 'string' },
  since: { type: 'string' },
  shadow: { type: 'boolean', default: false },
  tree: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  table: { type: 'string' },
  file: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the words, all problems at once. */
export function readExplainArguments(words: readonly string[]): ExplainArguments | readonly Problem[] {
  const parsed = readWords(words, options);
  if ('problem' in parsed) return [parsed.problem];
  const { values, positionals } = parsed;
  const [application = '', layer, ...rest] = positionals;
  const span = spanOf(values);
  const problems = [
    ...(application === '' && !values.help
      ? [{ path: 'APPLICATION', found: 'nothing', allowed: 'the name of an application' }]
      : []),
    ...(rest.length === 0 ? [] : [{ path: '(command)', found: rest.join(' '), allowed: 'one application, one layer' }]),
    ...oneOf(values, ['at', 'last', 'since']),
    ...oneOf(values, ['tree', 'json']),
    ...oneOf(values, ['table', 'file']),
    ...('found' in span ? [span] : []),
  ];
  if (problems.length > 0 || 'found' in span) return problems;
  const form = values.json ? 'json' : values.tree ? 'tree' : 'text';
  const of = values.shadow ? 'shadow' : 'live';
  return { isHelp: values.help, application, layer, span, of, form, table: values.table, file: values.file };
}

type Values = Words<typeof options>['values'];

function oneOf(values: Values, names: readonly (keyof Values)[]): readonly Problem[] {
  const given = names.filter((name) => values[name] !== undefined && values[name] !== false);
  if (given.length < 2) return [];
  const list = names.map((name) => `--${name}`).join(', ');
  return [{ path: given.map((name) => `--${name}`).join(' '), found: 'both', allowed: `one of ${list}` }];
}

const secondsOf = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

function spanOf({ at, last, since }: Values): Span | Problem {
  if (at !== undefined) return instantAt('--at', at, (instant) => ({ at: instant }));
  if (since !== undefined) {
    const ago = /^(\d{1,6})([smhd])$/.exec(since);
    if (ago === null) return instantAt('--since', since, (instant) => ({ since: instant }));
    return { since: { agoSeconds: Number(ago[1]) * secondsOf[ago[2] as keyof typeof secondsOf] } };
  }
  if (last === undefined) return { last: 1 };
  if (/^\d{1,4}$/.test(last) && Number(last) >= 1 && Number(last) <= 1000) return { last: Number(last) };
  return { path: '--last', found: shown(last), allowed: 'a whole number from 1 to 1000' };
}

function instantAt(path: string, text: string, make: (instant: Instant) => Span): Span | Problem {
  const millis = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(millis)) return make(instantFromMillis(millis));
  const ago = path === '--since' ? ', or 90m, 2h, 1d' : '';
  return { path, found: shown(text), allowed: `an instant such as 2026-11-21T14:02:00Z${ago}` };
}

/** When a span begins, for one that has a beginning. */
export function sinceOf(since: Instant | { readonly agoSeconds: number }, now: Instant): Instant {
  return typeof since === 'number' ? since : addSeconds(now, -since.agoSeconds);
}
