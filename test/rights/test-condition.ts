import { matchesArn, matchesText } from './match-pattern.ts';
import type { Condition } from './policy.ts';

/** What a request says of itself, by condition key in lower case. A key with several values has them all. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

type Compare = (wanted: string, found: string) => boolean;

/** The operators that our policies use; `isNegated`: true when nothing wanted is found. */
const operators: Readonly<Record<string, { readonly compare: Compare; readonly isNegated?: true }>> = {
  StringEquals: { compare: (wanted, found) => wanted === found },
  StringNotEquals: { compare: (wanted, found) => wanted === found, isNegated: true },
  StringLike: { compare: matchesText },
  StringNotLike: { compare: matchesText, isNegated: true },
  // AWS: "behave identically", each part of the ARN by itself.
  ArnEquals: { compare: matchesArn },
  ArnLike: { compare: matchesArn },
  ArnNotEquals: { compare: matchesArn, isNegated: true },
  ArnNotLike: { compare: matchesArn, isNegated: true },
  Bool: { compare: (wanted, found) => wanted.toLowerCase() === found.toLowerCase() },
};

/**
 * Whether a request meets a condition. Values of one condition are alternatives (of a negated operator: none may be met). A key that the
 * request lacks fails every operator but the negated ones, those with `IfExists`, and `ForAllValues`. Throws for an operator that is not known here.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html
 */
export function meetsCondition(condition: Condition, context: RequestContext): boolean {
  const found = context.get(condition.key.toLowerCase());
  if (condition.operator === 'Null') return condition.values.includes(String(found === undefined));
  const { quantifier, base, ifExists } = partsOf(condition.operator);
  const operator = operators[base];
  if (operator === undefined) throw new RangeError(`the condition operator ${condition.operator} is not known here`);
  const meets = (value: string): boolean => {
    const isFound = condition.values.some((wanted) => operator.compare(wanted, value));
    return operator.isNegated === true ? !isFound : isFound;
  };
  if (quantifier === 'ForAllValues') return (found ?? []).every(meets);
  if (quantifier === 'ForAnyValue') return (found ?? []).some(meets);
  if (found === undefined) return ifExists || operator.isNegated === true;
  const [only, ...others] = found;
  if (only === undefined || others.length > 0)
    throw new RangeError(
      `${condition.key} has ${found.length} values: a condition on it needs ForAllValues or ForAnyValue`,
    );
  return meets(only);
}

function partsOf(operator: string) {
  const match = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator);
  return { quantifier: match?.[1], base: match?.[2] ?? operator, ifExists: match?.[3] !== undefined };
}
