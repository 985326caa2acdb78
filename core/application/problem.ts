/** One thing that is wrong with an application file or with what was given beside it. */
export interface Problem {
  /** `layers.web.rules[2].kpi`; `line 4, column 7` when the text is no JSON; `--set name` for a value given beside the file. */
  readonly path: string;
  /** The value found, shortened to about 60 characters. */
  readonly found: string;
  /** What is allowed there, in words. */
  readonly allowed: string;
  /** A further hint: a near name, a position inside the value. */
  readonly message?: string;
}

/** Keys and indices from the top of the file down. */
export type Path = readonly (string | number)[];

const shownCharacters = 60;
const listedNames = 20;

/** `layers.web.rules[2].kpi`; a key that is no plain name stands in brackets: `dimensions["Load Balancer"]`. */
export function pathText(path: Path): string {
  if (path.length === 0) return '(top level)';
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[A-Za-z_$][\w$]*$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** A value in a few words: texts and numbers as JSON, objects by their keys, lists by their length. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 1 ? 'a list of 1 item' : `a list of ${value.length} items`;
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    return keys.length === 0 ? 'an empty object' : shortened(`an object with ${quoted(keys)}`);
  }
  return typeof value === 'string' ? shortenedText(value) : String(value);
}

/** `"a", "b"`. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}

/** `one of the KPIs "a", "b"`, in alphabetical order, cut after twenty. */
export function oneOfNames(kind: string, names: Iterable<string>): string {
  const all = [...names].sort();
  if (all.length === 0) return `one of the ${kind} (there are none)`;
  const rest = all.length > listedNames ? ` … (${all.length} in all)` : '';
  return `one of the ${kind} ${quoted(all.slice(0, listedNames))}${rest}`;
}

/** A problem as a block of lines: where, then what was found, what is allowed, and the hint. */
export function sayProblem({ path, found, allowed, message }: Problem): string {
  const hint = message === undefined ? [] : [`  hint     ${message}`];
  return [path, `  found    ${found}`, `  allowed  ${allowed}`, ...hint].join('\n');
}

function shortened(text: string): string {
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`;
}

function shortenedText(text: string): string {
  if (text.length <= shownCharacters) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, shownCharacters))}… (${text.length} characters)`;
}
