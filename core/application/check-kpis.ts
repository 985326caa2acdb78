import { expandMetrics } from '../metric-math/expand-metrics.ts';
import { type Expression, type ExpressionError, referencedIds } from '../metric-math/expression.ts';
import { parseExpression } from '../metric-math/parse-expression.ts';
import { checkDemand } from './check-demand.ts';
import { checkFallbacks } from './check-fallbacks.ts';
import { type Draft, type DraftKpi, readableItems } from './draft.ts';
import { findCycles, type References, sayCycle } from './find-cycles.ts';
import { didYouMean } from './nearest.ts';
import { oneOfNames, type Path, type Problem, pathText, shown } from './problem.ts';

/**
 * KPIs that are expressions: readable, over inputs that exist, of one period, never over themselves. Then what stands in for missing
 * data, and what demand is made from.
 */
export function checkKpis(draft: Draft): readonly Problem[] {
  const kpis = new Map(readableItems(draft.kpis));
  const expressions = readExpressions(kpis);
  const known = knownInputs(draft);
  const references = referencesOf(expressions);
  const cycles = findCycles(references);
  const inputs =
    cycles.length === 0 ? { references, periodsOf: (name: string) => periodsOf(name, kpis, references) } : undefined;
  return [
    ...[...expressions].flatMap(([name, read]) => checkExpression(name, read, known)),
    ...cycles.map((cycle) => cycleProblem(cycle, expressions)),
    ...(cycles.length === 0 ? checkPeriods(kpis, expressions, references) : []),
    ...checkFallbacks(draft, inputs),
    ...checkDemand(draft, inputs),
  ];
}

interface ReadExpression {
  readonly text: string;
  readonly expression: Expression | ExpressionError;
}
type Expressions = ReadonlyMap<string, ReadExpression>;

function readExpressions(kpis: ReadonlyMap<string, DraftKpi>): Expressions {
  const metrics = [...kpis].filter(([, kpi]) => kpi.expression === undefined).map(([name]) => name);
  const expressions = new Map<string, ReadExpression>();
  for (const [name, kpi] of kpis) {
    if (kpi.expression === undefined) continue;
    const parsed = parseExpression(kpi.expression);
    const expression = parsed.kind === 'error' ? parsed : expandMetrics(parsed, metrics);
    expressions.set(name, { text: kpi.expression, expression });
  }
  return expressions;
}

function referencesOf(expressions: Expressions): References {
  return new Map(
    [...expressions].map(([name, { expression }]) => [
      name,
      expression.kind === 'error' ? [] : referencedIds(expression),
    ]),
  );
}

/** Undefined when the names of the file cannot be read. */
function knownInputs({ kpis, layers }: Draft): ReadonlySet<string> | undefined {
  if (kpis === undefined || layers === undefined) return undefined;
  const counts = Object.keys(layers).flatMap((layer) => [`${layer}_in_service`, `${layer}_desired`]);
  return new Set([...Object.keys(kpis), ...counts]);
}

function checkExpression(
  name: string,
  { text, expression }: ReadExpression,
  known: ReadonlySet<string> | undefined,
): readonly Problem[] {
  const place = pathText(pathOf(name));
  if (expression.kind === 'error') {
    const message = `at character ${expression.position + 1}: ${expression.message}`;
    return [
      { path: place, found: shown(text), allowed: 'CloudWatch metric math that ends in one time series', message },
    ];
  }
  if (known === undefined) return [];
  return referencedIds(expression)
    .filter((id) => !known.has(id))
    .map((id) => ({
      path: place,
      found: shown(id),
      allowed: oneOfNames('KPIs and counts of layers', known),
      ...didYouMean(id, known),
    }));
}

function cycleProblem(cycle: readonly string[], expressions: Expressions): Problem {
  const [name = ''] = cycle;
  return {
    path: pathText(pathOf(name)),
    found: shown(expressions.get(name)?.text),
    allowed: 'an expression that does not come back to its own KPI',
    message: `a cycle: ${sayCycle(cycle)}`,
  };
}

function checkPeriods(
  kpis: ReadonlyMap<string, DraftKpi>,
  expressions: Expressions,
  references: References,
): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [name, { text }] of expressions) {
    const inputs = (references.get(name) ?? []).map((input) => ({
      input,
      periods: periodsOf(input, kpis, references),
    }));
    // An input that mixes periods itself is told of there, and would only repeat itself here.
    const clear = inputs.filter(({ periods }) => periods.size === 1);
    if (new Set(clear.flatMap(({ periods }) => [...periods])).size < 2) continue;
    const said = clear.map(({ input, periods }) => `${input} has ${[...periods].join()} s`).join(', ');
    const allowed = 'inputs of one periodSeconds only';
    problems.push({ path: pathText(pathOf(name)), found: shown(text), allowed, message: said });
  }
  return problems;
}

/** Periods of everything below a KPI. The counts of layers have none of their own: they follow the others. */
function periodsOf(name: string, kpis: ReadonlyMap<string, DraftKpi>, references: References): ReadonlySet<number> {
  const kpi = kpis.get(name);
  if (kpi !== undefined && kpi.expression === undefined)
    return new Set(kpi.periodSeconds === undefined ? [] : [kpi.periodSeconds]);
  return new Set((references.get(name) ?? []).flatMap((input) => [...periodsOf(input, kpis, references)]));
}

function pathOf(kpi: string): Path {
  return ['kpis', kpi, 'expression'];
}
