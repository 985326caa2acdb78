import { checkTypes } from './check-types.ts';
import type { Argument, Expression, ExpressionError, Operator } from './expression.ts';
import { MINUS_BINDING, operators } from './operators.ts';
import { readTokens, type Token } from './read-tokens.ts';

/** Longest expression that GetMetricData takes, in characters: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html */
export const MAX_EXPRESSION_LENGTH = 2048;

/** Deepest nesting that is read; bounds the stack. CloudWatch states no limit of its own. */
export const MAX_NESTING = 64;

const synonyms: Readonly<Record<string, string>> = { '&&': 'AND', '||': 'OR' };

/**
 * Reads CloudWatch metric math that ends in one time series and checks it as far as that goes without data: syntax, functions, their arguments'
 * number and types (S, TS, TS[]). Ids are not looked up. Never throws; the first mistake is returned with its position.
 * A scalar inside an array beside time series, as in `MAX([m1, 1])`, is read as `TIME_SERIES(1)`, which CloudWatch takes where it refuses the
 * bare number.
 *
 * Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function parseExpression(text: string): Expression | ExpressionError {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    const message = `an expression has at most ${MAX_EXPRESSION_LENGTH} characters, this one has ${text.length}`;
    return { kind: 'error', message, position: MAX_EXPRESSION_LENGTH };
  }
  const tokens = readTokens(text);
  if ('kind' in tokens) return tokens;
  const reader: Reader = { tokens, next: 0, depth: 0, failure: undefined };
  const expression = readOperand(reader, 0);
  if (peek(reader).kind !== 'end') fail(reader, 'an operator or the end');
  return reader.failure ?? checkTypes(expression);
}

/** After a failure `next` stands at the end token, so every loop ends and no later mistake covers the first. */
interface Reader {
  readonly tokens: readonly Token[];
  next: number;
  depth: number;
  failure: ExpressionError | undefined;
}

function readOperand(reader: Reader, weakest: number): Expression {
  reader.depth += 1;
  if (reader.depth > MAX_NESTING) refuse(reader, `an expression nests at most ${MAX_NESTING} deep`);
  let left = readPrefix(reader);
  for (let token = peek(reader); ; token = peek(reader)) {
    const operator = operatorOf(token);
    if (operator === undefined || operators[operator].binding <= weakest) break;
    reader.next += 1;
    // ^ groups to the right: its right side may hold another ^.
    const right = readOperand(reader, operator === '^' ? MINUS_BINDING : operators[operator].binding);
    left = { kind: 'operation', operator, left, right, position: token.position };
  }
  reader.depth -= 1;
  return left;
}

function readPrefix(reader: Reader): Expression {
  const token = take(reader);
  const { position } = token;
  if (token.kind === 'number') return readNumber(reader, token);
  if (token.kind === 'name') return readName(reader, token);
  if (isSign(token, '-')) return { kind: 'negation', operand: readOperand(reader, MINUS_BINDING), position };
  if (isSign(token, '['))
    return { kind: 'array', items: readList(reader, ']', () => readOperand(reader, 0)), position };
  if (isSign(token, '(')) {
    const inner = readOperand(reader, 0);
    expectSign(reader, ')');
    return inner;
  }
  return fail(reader, 'a number, an id, a function, "(" or "["', token);
}

function readNumber(reader: Reader, token: Token): Expression {
  const value = Number(token.text);
  if (!Number.isFinite(value)) return refuse(reader, 'the number is too large', token);
  return { kind: 'number', value, position: token.position };
}

function readName(reader: Reader, token: Token): Expression {
  const { text, position } = token;
  const called = isSign(peek(reader), '(');
  const upperCase = text === text.toUpperCase();
  if (called && upperCase) {
    reader.next += 1;
    return { kind: 'call', name: text, args: readList(reader, ')', () => readArgument(reader)), position };
  }
  if (called) return refuse(reader, `functions are written in upper case: ${text.toUpperCase()}`, token);
  if (/^[a-z]/.test(text)) return { kind: 'id', id: text, position };
  return fail(reader, 'an id, which begins with a lower-case letter, or a function with parentheses', token);
}

/** Keywords and texts are whole arguments, never operands. */
function readArgument(reader: Reader): Argument {
  const token = peek(reader);
  const { kind, text, position } = token;
  if (kind === 'text') {
    reader.next += 1;
    return { kind, word: text, position };
  }
  if (kind === 'name' && /^[A-Z]+$/.test(text) && !isSign(peek(reader, 1), '(')) {
    reader.next += 1;
    return { kind: 'keyword', word: text, position };
  }
  return readOperand(reader, 0);
}

function readList<T>(reader: Reader, close: ')' | ']', readItem: () => T): readonly T[] {
  const items: T[] = [];
  if (isSign(peek(reader), close)) {
    reader.next += 1;
    return items;
  }
  items.push(readItem());
  while (isSign(peek(reader), ',')) {
    reader.next += 1;
    items.push(readItem());
  }
  expectSign(reader, close);
  return items;
}

function operatorOf(token: Token): Operator | undefined {
  if (token.kind !== 'sign' && token.kind !== 'name') return undefined;
  const name = synonyms[token.text] ?? token.text;
  return Object.hasOwn(operators, name) ? (name as Operator) : undefined;
}

function isSign(token: Token, sign: string): boolean {
  return token.kind === 'sign' && token.text === sign;
}

function expectSign(reader: Reader, sign: ')' | ']'): void {
  const token = take(reader);
  if (!isSign(token, sign)) fail(reader, `"," or "${sign}"`, token);
}

function peek(reader: Reader, ahead = 0): Token {
  return reader.tokens[Math.min(reader.next + ahead, reader.tokens.length - 1)] as Token;
}

function take(reader: Reader): Token {
  const token = peek(reader);
  reader.next += 1;
  return token;
}

function fail(reader: Reader, allowed: string, token: Token = peek(reader)): Expression {
  const found = token.kind === 'end' ? 'the end' : JSON.stringify(token.text);
  return refuse(reader, `found ${found}, allowed: ${allowed}`, token);
}

function refuse(reader: Reader, message: string, token: Token = peek(reader)): Expression {
  reader.failure ??= { kind: 'error', message, position: token.position };
  reader.next = reader.tokens.length;
  return { kind: 'number', value: 0, position: token.position };
}
