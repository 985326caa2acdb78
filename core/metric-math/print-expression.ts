import { type Argument, type Expression, isWord, type Operation, type Word } from './expression.ts';
import { givesTruth, operators } from './operators.ts';

/**
 * An expression in CloudWatch's syntax; parsing it again gives the same tree. Parentheses stand where AWS documents no order of operators, so
 * CloudWatch cannot read it otherwise than we do.
 */
export function printExpression(expression: Expression): string {
  return renameIds(expression, (id) => id);
}

/**
 * Prints an expression with its ids replaced, for instance by those of a GetMetricData request. `rename` must give CloudWatch ids (a lower-case
 * letter, then letters, digits and underscores), at most 255 characters. METRICS() is printed as it is and would then mean other metrics:
 * `expandMetrics` comes first.
 */
export function renameIds(expression: Expression, rename: (id: string) => string): string {
  switch (expression.kind) {
    case 'number':
      return plainDecimal(expression.value);
    case 'id':
      return rename(expression.id);
    case 'array':
      return `[${expression.items.map((item) => renameIds(item, rename)).join(', ')}]`;
    case 'negation': {
      const { kind } = expression.operand;
      const operand = renameIds(expression.operand, rename);
      return kind === 'operation' || kind === 'negation' ? `-(${operand})` : `-${operand}`;
    }
    case 'operation': {
      const [left, right] = (['left', 'right'] as const).map((side) => {
        const text = renameIds(expression[side], rename);
        return needsParentheses(expression, side) ? `(${text})` : text;
      });
      return `${left} ${expression.operator} ${right}`;
    }
    case 'call':
      return `${expression.name}(${expression.args.map((arg) => printArgument(arg, rename)).join(', ')})`;
  }
}

function printArgument(arg: Argument, rename: (id: string) => string): string {
  return isWord(arg) ? printWord(arg) : renameIds(arg, rename);
}

function printWord({ kind, word }: Word): string {
  if (kind === 'keyword') return word;
  return word.includes('"') ? `'${word}'` : `"${word}"`;
}

function needsParentheses(parent: Operation, side: 'left' | 'right'): boolean {
  const child = parent[side];
  if (child.kind === 'negation') return side === 'right' || parent.operator === '^';
  if (child.kind !== 'operation') return false;
  const [outer, inner] = [operators[parent.operator].binding, operators[child.operator].binding];
  if (inner !== outer) return inner < outer || child.operator === 'AND';
  if (child.operator === 'AND' || child.operator === 'OR') return side === 'right';
  return side === 'right' || givesTruth(child.operator) || child.operator === '^';
}

/** Without an exponent, which AWS's documentation does not show. */
function plainDecimal(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  if (value >= 1) return BigInt(value).toString();
  const [mantissa, exponent] = value.toExponential().split('e-') as [string, string];
  return `0.${'0'.repeat(Number(exponent) - 1)}${mantissa.replace('.', '')}`;
}
