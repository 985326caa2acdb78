import type { ExpressionError } from './expression.ts';

/** One number, name, quoted text or sign of an expression. A name is a letter, then letters, digits and underscores. */
export interface Token {
  readonly kind: 'number' | 'name' | 'text' | 'sign' | 'end';
  /** As written; a text without its quotes; empty at the end. */
  readonly text: string;
  readonly position: number;
}

const pattern =
  /(?<number>\d+(?:\.\d+)?|\.\d+)|(?<name>[A-Za-z]\w*)|"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<sign>&&|\|\||[=!<>]=|[-+*/^<>()[\],])/y;

/** Splits a text into tokens, the last of kind `end`. A character that begins no token is an error. */
export function readTokens(text: string): readonly Token[] | ExpressionError {
  const tokens: Token[] = [];
  let position = skipSpace(text, 0);
  while (position < text.length) {
    pattern.lastIndex = position;
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) return { kind: 'error', message: strangeCharacter(text, position), position };
    tokens.push({ ...tokenFrom(groups), position });
    position = skipSpace(text, pattern.lastIndex);
  }
  tokens.push({ kind: 'end', text: '', position });
  return tokens;
}

function skipSpace(text: string, from: number): number {
  return text.length - text.slice(from).trimStart().length;
}

function tokenFrom(groups: Readonly<Record<string, string | undefined>>): Pick<Token, 'kind' | 'text'> {
  for (const kind of ['number', 'name', 'sign'] as const) {
    const text = groups[kind];
    if (text !== undefined) return { kind, text };
  }
  return { kind: 'text', text: `${groups['double'] ?? groups['single']}` };
}

function strangeCharacter(text: string, position: number): string {
  const found = String.fromCodePoint(text.codePointAt(position) as number);
  if (found === '"' || found === "'") return `the quotation mark ${found} is never closed`;
  if (found === '=') return 'a single = has no meaning: == compares';
  return `found ${JSON.stringify(found)}, which no part of an expression begins with`;
}
