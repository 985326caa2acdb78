import {
  type Argument,
  type Call,
  type Expression,
  type ExpressionError,
  isWord,
  type Operation,
  type Word,
} from './expression.ts';
import { functions, notOffered } from './functions.ts';
import { givesTruth } from './operators.ts';

/** AWS's abbreviations: a scalar, a time series, an array of time series. */
type Type = 'S' | 'TS' | 'TS[]';

interface Signature {
  /** What each argument may be, in order. */
  readonly params: readonly (readonly string[])[];
  readonly gives: Type;
}

interface Checked {
  readonly type: Type;
  readonly expression: Expression;
}

/** Where the first mistake is kept; later ones may only follow from it. */
interface Findings {
  failure: ExpressionError | undefined;
}

const endings: Readonly<Record<Type, string | undefined>> = {
  S: 'an expression ends in a time series, this one in a single number: use it inside a larger one, as in m1 - AVG(m1), or write TIME_SERIES(…)',
  TS: undefined,
  'TS[]':
    'an expression ends in one time series, this one in an array of them: put SUM, AVG, MIN, MAX or FIRST around it',
};

/**
 * Checks functions, number and types of arguments, and that the whole is one time series; returns the tree with scalars among an array's time
 * series lifted to TIME_SERIES(scalar), because CloudWatch takes no scalars there ("Unsupported operand type(s) for MAX: '[Array[TimeSeries,
 * Scalar]]'"). Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function checkTypes(expression: Expression): Expression | ExpressionError {
  const findings: Findings = { failure: undefined };
  const checked = check(expression, findings);
  const ending = endings[checked.type];
  if (ending !== undefined) report(findings, ending, firstPosition(expression));
  return findings.failure ?? checked.expression;
}

const signatures = new Map([...functions].map(([name, { takes }]) => [name, takes.map(readSignature)]));

function readSignature(text: string): Signature {
  const [params = '', gives] = text.split(' -> ') as [string, Type];
  return { params: params === '' ? [] : params.split(', ').map((param) => param.split('|')), gives };
}

function check(expression: Expression, findings: Findings): Checked {
  switch (expression.kind) {
    case 'number':
      return { type: 'S', expression };
    case 'id':
      return { type: 'TS', expression };
    case 'negation': {
      const operand = check(expression.operand, findings);
      return { type: operand.type, expression: { ...expression, operand: operand.expression } };
    }
    case 'array':
      if (expression.items.length === 0)
        report(findings, 'an array holds at least one time series', expression.position);
      return {
        type: 'TS[]',
        expression: { ...expression, items: expression.items.map((item) => liftScalar(check(item, findings))) },
      };
    case 'operation':
      return checkOperation(expression, findings);
    case 'call':
      return checkCall(expression, findings);
  }
}

function liftScalar({ type, expression }: Checked): Expression {
  const { position } = expression;
  return type === 'S' ? { kind: 'call', name: 'TIME_SERIES', args: [expression], position } : expression;
}

function checkOperation(operation: Operation, findings: Findings): Checked {
  const { operator, position } = operation;
  const left = check(operation.left, findings);
  const right = check(operation.right, findings);
  const arrays = [left, right].filter(({ type }) => type === 'TS[]').length;
  if (arrays === 2) report(findings, `${operator} takes no two arrays of time series, one at most`, position);
  if (arrays === 1 && givesTruth(operator)) {
    report(findings, `${operator} takes time series and scalars, no array of time series`, position);
  }
  const single = left.type === 'S' && right.type === 'S' ? 'S' : 'TS';
  const expression = { ...operation, left: left.expression, right: right.expression };
  return { type: arrays > 0 ? 'TS[]' : single, expression };
}

function checkCall(call: Call, findings: Findings): Checked {
  const known = signatures.get(call.name);
  if (known === undefined) report(findings, unknownFunction(call.name), call.position);
  const seen = call.args.map((arg) => checkArgument(arg, findings));
  const fitting = known?.find((signature) => fittingArguments(signature, seen) === seen.length);
  if (known !== undefined && fitting === undefined) reportMisfit({ call, known, seen }, findings);
  return { type: fitting?.gives ?? 'TS', expression: { ...call, args: seen.map(({ arg }) => arg) } };
}

interface SeenArgument {
  readonly arg: Argument;
  /** What it can stand for in a signature. */
  readonly labels: readonly string[];
}

function checkArgument(arg: Argument, findings: Findings): SeenArgument {
  if (isWord(arg)) return { arg, labels: [labelOf(arg)] };
  const { type, expression } = check(arg, findings);
  return { arg: expression, labels: arg.kind === 'id' ? [type, 'ID'] : [type] };
}

/** A keyword that happens to be spelt like a type is no value of that type. */
function labelOf({ kind, word }: Word): string {
  if (kind === 'text') return 'TEXT';
  return ['S', 'TS', 'ID', 'TEXT'].includes(word) ? `keyword ${word}` : word;
}

/** How many arguments fit from the left; -1 when there are too many or too few of them. */
function fittingArguments({ params }: Signature, seen: readonly SeenArgument[]): number {
  if (params.length !== seen.length) return -1;
  const misfit = seen.findIndex(({ labels }, index) => !labels.some((label) => params[index]?.includes(label)));
  return misfit === -1 ? seen.length : misfit;
}

interface Misfit {
  readonly call: Call;
  readonly known: readonly Signature[];
  readonly seen: readonly SeenArgument[];
}

function reportMisfit({ call, known, seen }: Misfit, findings: Findings): void {
  const furthest = Math.max(...known.map((signature) => fittingArguments(signature, seen)));
  const allowed = known.map(({ params }) => `(${params.map((param) => param.join('|')).join(', ')})`).join(' or ');
  const found = `(${seen.map(({ labels }) => labels[0]).join(', ')})`;
  const position = seen[furthest]?.arg.position ?? call.position;
  report(findings, `${call.name} takes ${allowed}, found ${found}`, position);
}

function unknownFunction(name: string): string {
  if (notOffered.has(name)) return `${name} is known to CloudWatch but not offered here`;
  return `there is no function ${name}, allowed: ${[...functions.keys()].sort().join(', ')}`;
}

function firstPosition(expression: Expression): number {
  return expression.kind === 'operation' ? firstPosition(expression.left) : expression.position;
}

function report(findings: Findings, message: string, position: number): void {
  findings.failure ??= { kind: 'error', message, position };
}
