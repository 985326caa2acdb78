/** The operators of metric math in CloudWatch's spelling; `&&` and `||` are read as AND and OR. */
export type Operator = 'OR' | 'AND' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '^';

/**
 * A metric-math expression as a tree. `position` is the index of a part's first character in the text it was read from; it serves messages
 * and is no part of the meaning. Trees from `parseExpression` are checked: functions exist, arguments fit, the result is one time series.
 */
export type Expression =
  | { readonly kind: 'number'; readonly value: number; readonly position: number }
  | { readonly kind: 'id'; readonly id: string; readonly position: number }
  | { readonly kind: 'array'; readonly items: readonly Expression[]; readonly position: number }
  | { readonly kind: 'negation'; readonly operand: Expression; readonly position: number }
  | Operation
  | Call;

/** Two operands around an operator, which stands at `position`. */
export interface Operation {
  readonly kind: 'operation';
  readonly operator: Operator;
  readonly left: Expression;
  readonly right: Expression;
  readonly position: number;
}

/** A function and what stands between its parentheses. */
export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Argument[];
  readonly position: number;
}

/** Keywords (`REPEAT`, `DESC`) and quoted texts stand only where a function takes them. */
export type Argument = Expression | Word;

/** A keyword, or a quoted text without its quotes. */
export interface Word {
  readonly kind: 'keyword' | 'text';
  readonly word: string;
  readonly position: number;
}

/** Why a text is no expression that CloudWatch and we both evaluate: what was found, what is allowed, and where (index of a character). */
export interface ExpressionError {
  readonly kind: 'error';
  readonly message: string;
  readonly position: number;
}

/** Why an expression has no value over these inputs: an unknown id, a period that does not fit, a window out of range. */
export type EvaluationError = ExpressionError;

/** The ids an expression refers to, each once, in order of appearance. METRICS() names none: ask `usesMetrics`. */
export function referencedIds(expression: Expression): readonly string[] {
  const ids = new Set<string>();
  visit(expression, (part) => {
    if (part.kind === 'id') ids.add(part.id);
  });
  return [...ids];
}

/** The ids whose gaps the expression does not fill itself: those that stand somewhere outside FILL. */
export function unfilledIds(expression: Expression): readonly string[] {
  const ids = new Set<string>();
  const walk = (part: Argument): void => {
    if (part.kind === 'id') ids.add(part.id);
    if (part.kind === 'call' && part.name === 'FILL') return;
    for (const inner of partsOf(part)) walk(inner);
  };
  walk(expression);
  return [...ids];
}

/** Whether METRICS() occurs: the value then depends on every metric of the request, see `expandMetrics`. */
export function usesMetrics(expression: Expression): boolean {
  let found = false;
  visit(expression, (part) => {
    if (part.kind === 'call' && part.name === 'METRICS') found = true;
  });
  return found;
}

/** Whether an argument is a keyword or a quoted text, and so has no value. */
export function isWord(arg: Argument): arg is Word {
  return arg.kind === 'keyword' || arg.kind === 'text';
}

/** Calls `see` for every part, from left to right, a part before what is inside it. */
export function visit(part: Argument, see: (part: Argument) => void): void {
  see(part);
  for (const inner of partsOf(part)) visit(inner, see);
}

function partsOf(part: Argument): readonly Argument[] {
  switch (part.kind) {
    case 'array':
      return part.items;
    case 'negation':
      return [part.operand];
    case 'operation':
      return [part.left, part.right];
    case 'call':
      return part.args;
    default:
      return [];
  }
}
