import { type Path, type Problem, pathText, quoted, shown } from './problem.ts';

/** Deepest nesting that is read; bounds the stack. An application file nests six deep. */
const maxDepth = 64;

/** A JSON value, or where the text ceases to be JSON. */
export type ReadJson =
  | { readonly ok: true; readonly value: unknown; readonly repeatedKeys: readonly Problem[] }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Reads JSON and says where it stops being JSON, which JSON.parse does not in every version. Also finds keys that stand twice in one object:
 * JSON.parse would keep the last and drop a whole layer without a word.
 */
export function readJson(text: string): ReadJson {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const scan: Scan = { text: source, at: 0, repeated: [], failure: undefined };
  scanValue(scan, []);
  if (scan.failure === undefined && nextSign(scan) !== '') fail(scan, 'the end of the file');
  if (scan.failure !== undefined) return { ok: false, problem: scan.failure };
  return { ok: true, value: JSON.parse(source), repeatedKeys: scan.repeated };
}

/** After a failure `at` stands at the end, so every loop ends and no later mistake covers the first. */
interface Scan {
  readonly text: string;
  at: number;
  readonly repeated: Problem[];
  failure: Problem | undefined;
}

const plain = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)/y;
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

function scanValue(scan: Scan, path: Path): void {
  const sign = nextSign(scan);
  if (path.length > maxDepth) fail(scan, `objects and lists at most ${maxDepth} deep`);
  else if (sign === '{') scanObject(scan, path);
  else if (sign === '[') scanList(scan, path);
  else if (sign === '"') scanText(scan);
  else if (!skip(scan, plain)) fail(scan, 'a value: an object, a list, a text, a number, true, false or null');
}

function scanObject(scan: Scan, path: Path): void {
  const keys = new Set<string>();
  scan.at += 1;
  if (take(scan, '}')) return;
  do {
    const key = scanKey(scan);
    if (keys.has(key)) scan.repeated.push(repeatedKey(key, path));
    keys.add(key);
    if (!take(scan, ':')) fail(scan, 'a colon after the key');
    scanValue(scan, [...path, key]);
  } while (take(scan, ','));
  if (!take(scan, '}')) fail(scan, 'a comma or }');
}

function scanList(scan: Scan, path: Path): void {
  scan.at += 1;
  if (take(scan, ']')) return;
  let index = 0;
  do {
    scanValue(scan, [...path, index]);
    index += 1;
  } while (take(scan, ','));
  if (!take(scan, ']')) fail(scan, 'a comma or ]');
}

function scanKey(scan: Scan): string {
  if (nextSign(scan) !== '"') {
    fail(scan, 'a key in double quotes');
    return '';
  }
  const start = scan.at;
  scanText(scan);
  return scan.failure === undefined ? String(JSON.parse(scan.text.slice(start, scan.at))) : '';
}

function scanText(scan: Scan): void {
  const start = scan.at;
  for (scan.at += 1; scan.at < scan.text.length; ) {
    const character = scan.text.charAt(scan.at);
    if (character === '"') {
      scan.at += 1;
      return;
    }
    if (character < ' ') fail(scan, 'a text on one line, closed by "; a line break in it is \\n');
    else if (character !== '\\') scan.at += 1;
    else if (!skip(scan, escaped)) fail(scan, 'one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000 after a backslash');
  }
  scan.at = start;
  fail(scan, 'a text that is closed by "');
}

/** The next character that is no space, without taking it; empty at the end. */
function nextSign(scan: Scan): string {
  skip(scan, /[ \t\r\n]+/y);
  return scan.text.charAt(scan.at);
}

function take(scan: Scan, sign: string): boolean {
  const isNext = nextSign(scan) === sign;
  if (isNext) scan.at += 1;
  return isNext;
}

function skip(scan: Scan, pattern: RegExp): boolean {
  pattern.lastIndex = scan.at;
  const isThere = pattern.test(scan.text);
  if (isThere) scan.at = pattern.lastIndex;
  return isThere;
}

function fail(scan: Scan, allowed: string): void {
  const before = scan.text.slice(0, scan.at);
  const line = before.split('\n').length;
  const column = scan.at - before.lastIndexOf('\n');
  const rest = scan.text.slice(scan.at);
  scan.failure ??= {
    path: `line ${line}, column ${column}`,
    found: foundAt(rest),
    allowed,
    ...hint(before, rest),
  };
  scan.at = scan.text.length;
}

function foundAt(rest: string): string {
  const line = rest.split('\n', 1).join().trim();
  if (rest === '') return 'the end of the file';
  return line === '' ? 'the end of the line' : shown(line);
}

function hint(before: string, rest: string): Pick<Problem, 'message'> {
  if (rest.startsWith('//') || rest.startsWith('/*') || rest.startsWith('#'))
    return { message: 'JSON has no comments' };
  if (rest.startsWith("'")) return { message: 'JSON knows double quotes only' };
  if (/,\s*$/.test(before) && /^[}\]]/.test(rest))
    return { message: 'a comma stands before it: none may follow the last item' };
  return {};
}

function repeatedKey(key: string, path: Path): Problem {
  return {
    path: pathText([...path, key]),
    found: 'the same key twice',
    allowed: `${quoted([key])} once: the earlier one would be lost`,
  };
}
