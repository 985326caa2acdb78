import { type Argument, type Call, type Expression, type ExpressionError, isWord } from './expression.ts';

/**
 * Replaces METRICS() by the array of `ids`, and METRICS("part") by those that contain the part, so that an expression keeps its meaning when it
 * shares a GetMetricData request with others. A METRICS() that would stand for no metric is an error: CloudWatch has no empty array.
 */
export function expandMetrics(expression: Expression, ids: readonly string[]): Expression | ExpressionError {
  const expansion: Expansion = { ids, failure: undefined };
  const expanded = expand(expression, expansion);
  return expansion.failure ?? expanded;
}

interface Expansion {
  readonly ids: readonly string[];
  failure: ExpressionError | undefined;
}

function expand(expression: Expression, expansion: Expansion): Expression {
  switch (expression.kind) {
    case 'array':
      return { ...expression, items: expression.items.flatMap((item) => expandItem(item, expansion)) };
    case 'negation':
      return { ...expression, operand: expand(expression.operand, expansion) };
    case 'operation': {
      const [left, right] = [expand(expression.left, expansion), expand(expression.right, expansion)];
      return { ...expression, left, right };
    }
    case 'call':
      if (expression.name === 'METRICS') return arrayFor(expression, expansion);
      return { ...expression, args: expression.args.map((arg) => expandArgument(arg, expansion)) };
    default:
      return expression;
  }
}

/** An array inside an array is the same array: [METRICS("a"), [m1]] becomes one list. */
function expandItem(item: Expression, expansion: Expansion): readonly Expression[] {
  const expanded = expand(item, expansion);
  return expanded.kind === 'array' ? expanded.items : [expanded];
}

function expandArgument(arg: Argument, expansion: Expansion): Argument {
  return isWord(arg) ? arg : expand(arg, expansion);
}

function arrayFor({ args: [filter], position }: Call, expansion: Expansion): Expression {
  const part = filter?.kind === 'text' ? filter.word : '';
  const items = expansion.ids.filter((id) => id.includes(part)).map((id) => ({ kind: 'id', id, position }) as const);
  if (items.length === 0) {
    const message = `METRICS(${part === '' ? '' : JSON.stringify(part)}) stands for no metric here`;
    expansion.failure ??= { kind: 'error', message, position };
  }
  return { kind: 'array', items, position };
}
