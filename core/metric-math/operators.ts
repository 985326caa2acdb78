import type { Operate } from './columns.ts';
import type { Operator } from './expression.ts';

/** A two-sided operator. */
export interface OperatorRule {
  /** How tightly it holds its operands; a unary minus holds at `MINUS_BINDING`. */
  readonly binding: number;
  /** Comparisons and logic give 1 or 0; any number but 0 counts as true. */
  readonly apply: Operate;
}

/** Between multiplication and ^: -a ^ b is -(a ^ b). */
export const MINUS_BINDING = 6;

/**
 * The operators AWS documents. It does not document their order: this is the one of arithmetic, with comparisons below it, then AND, then OR, and
 * ^ grouping to the right. Where readers could differ, `printExpression` writes parentheses, so CloudWatch and we always mean the same.
 * Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export const operators: Readonly<Record<Operator, OperatorRule>> = {
  OR: { binding: 1, apply: (left, right) => truth(left !== 0 || right !== 0) },
  AND: { binding: 2, apply: (left, right) => truth(left !== 0 && right !== 0) },
  '==': { binding: 3, apply: (left, right) => truth(left === right) },
  '!=': { binding: 3, apply: (left, right) => truth(left !== right) },
  '<': { binding: 3, apply: (left, right) => truth(left < right) },
  '<=': { binding: 3, apply: (left, right) => truth(left <= right) },
  '>': { binding: 3, apply: (left, right) => truth(left > right) },
  '>=': { binding: 3, apply: (left, right) => truth(left >= right) },
  '+': { binding: 4, apply: (left, right) => left + right },
  '-': { binding: 4, apply: (left, right) => left - right },
  '*': { binding: 5, apply: (left, right) => left * right },
  '/': { binding: 5, apply: (left, right) => left / right },
  '^': { binding: 7, apply: (left, right) => left ** right },
};

/** Whether the operator compares or combines truths: it then takes no arrays of time series. */
export function givesTruth(operator: Operator): boolean {
  return operators[operator].binding <= operators['=='].binding;
}

function truth(holds: boolean): number {
  return holds ? 1 : 0;
}
