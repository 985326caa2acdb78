import type { Problem } from '../../core/application/problem.ts';
import { type Options, readWords } from './read-words.ts';

/** The words after `npm run apply --`. */
export interface ApplyArguments {
  readonly isHelp: boolean;
  readonly isCheck: boolean;
  readonly file: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly drainLayers: readonly string[];
  readonly table: string | undefined;
}

/** What the command says of itself. */
export const applyUsage = `npm run apply -- FILE [--set name=value]... [--drain-layer NAME]... [--table NAME]
npm run apply -- --check FILE [--set name=value]...

Checks an application file and stores it as the next version. It never changes how many machines run.

  --set name=value     gives a parameter of the file a value; give all of them each time
  --drain-layer NAME   ends a layer that is no longer in the file; without it the layer stays as it is
  --table NAME         the table; else the environment variable CONCERTINA_TABLE
  --check              checks only: nothing is written and AWS is not asked

Exit status: 0 applied or unchanged, 1 AWS failed, 2 the file or the command is wrong and nothing was written.`;

const options = {
  set: { type: 'string', multiple: true, default: [] },
  'drain-layer': { type: 'string', multiple: true, default: [] },
  table: { type: 'string' },
  check: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} satisfies Options;

/** Reads the words, all problems at once. */
export function readApplyArguments(words: readonly string[]): ApplyArguments | readonly Problem[] {
  const parsed = readWords(words, options);
  if ('problem' in parsed) return [parsed.problem];
  const { values, positionals } = parsed;
  const settings = values.set.map(splitSetting);
  const [file = ''] = positionals;
  const problems = [
    ...checkFiles(positionals, values.help),
    ...settings.flatMap((setting, index) => checkSetting(setting, settings.slice(0, index))),
  ];
  if (problems.length > 0) return problems;
  return {
    isHelp: values.help,
    isCheck: values.check,
    file,
    parameters: Object.fromEntries(settings.map(({ name, value = '' }) => [name, value])),
    drainLayers: values['drain-layer'],
    table: values.table,
  };
}

interface Setting {
  readonly name: string;
  readonly value: string | undefined;
}

/** At the first "=": a value may hold more of them. */
function splitSetting(text: string): Setting {
  const at = text.indexOf('=');
  return at < 0 ? { name: text, value: undefined } : { name: text.slice(0, at), value: text.slice(at + 1) };
}

function checkFiles(files: readonly string[], isHelp: boolean): readonly Problem[] {
  if (files.length === 1 || isHelp) return [];
  return [{ path: 'FILE', found: files.length === 0 ? 'nothing' : files.join(' '), allowed: 'one application file' }];
}

function checkSetting({ name, value }: Setting, earlier: readonly Setting[]): readonly Problem[] {
  const path = `--set ${name}`;
  if (value === undefined) return [{ path, found: name, allowed: 'name=value' }];
  if (!earlier.some((other) => other.name === name)) return [];
  return [{ path, found: 'the same name twice', allowed: 'each parameter once' }];
}
