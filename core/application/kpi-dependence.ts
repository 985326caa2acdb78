import type { Argument, Call, Expression, Operation } from '../metric-math/expression.ts';
import { isWord, referencedIds } from '../metric-math/expression.ts';
import { parseExpression } from '../metric-math/parse-expression.ts';
import { printExpression } from '../metric-math/print-expression.ts';
import type { Application } from './application-schema.ts';
import type { Kpi } from './kpi-schema.ts';
import { isSharedMetric } from './shared-metrics.ts';

/**
 * What a KPI becomes when the load stays and the number of instances in service changes: `factor × load × count ^ power`. Power 0 is a total, −1
 * an average per instance. KPIs of one `load` move together.
 */
export interface Dependence {
  /** Names the load; equal for KPIs that measure the same. */
  readonly load: string;
  readonly factor: number;
  readonly power: number;
}

/** The parts of a file that say what a KPI measures. */
export type KpiScene = Pick<Application, 'kpis' | 'layers'>;

/**
 * How a KPI depends on the count of one layer, as far as the file proves it; undefined when it does not.
 *
 * - A metric is an average per instance when it is one by its nature (shared-metrics.ts), or when a `targetValue` rule of the layer keeps it: such
 *   a rule works by that proportion. Every other metric and pushed value is a total.
 * - An expression is followed through products, quotients and sums of like things; `<layer>_in_service` and `<layer>_desired` are the count.
 */
export function dependenceOf(scene: KpiScene, layer: string, kpi: string): Dependence | undefined {
  const term = termOfKpi({ scene, layer, trail: [] }, kpi);
  if (term === undefined) return undefined;
  const load = [...term.loads].filter(([, power]) => power !== 0).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { load: JSON.stringify(load), factor: term.factor, power: term.power };
}

/** The metrics and pushed values that a KPI is made of, itself when it is one. */
export function measuredBy({ kpis }: Pick<KpiScene, 'kpis'>, kpi: string): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const settings = kpis[name];
    if (seen.has(name) || settings === undefined) return;
    seen.add(name);
    if (!('expression' in settings)) found.add(name);
    else for (const id of idsIn(settings.expression)) visit(id);
  };
  visit(kpi);
  return found;
}

/** `factor × count ^ power ×` the product of all loads to their powers; `factor` is above 0. */
interface Term {
  readonly factor: number;
  readonly power: number;
  readonly loads: ReadonlyMap<string, number>;
}

interface Walk {
  readonly scene: KpiScene;
  readonly layer: string;
  /** KPIs whose expressions are being read: a cycle is no dependence. */
  readonly trail: readonly string[];
}

function idsIn(text: string): readonly string[] {
  const expression = parseExpression(text);
  return expression.kind === 'error' ? [] : referencedIds(expression);
}

function termOfKpi(walk: Walk, name: string): Term | undefined {
  const kpi = walk.scene.kpis[name];
  if (kpi === undefined || walk.trail.includes(name)) return undefined;
  if ('expression' in kpi) {
    const expression = parseExpression(kpi.expression);
    return expression.kind === 'error' ? undefined : termOf({ ...walk, trail: [...walk.trail, name] }, expression);
  }
  return { factor: 1, power: isShared(walk, name, kpi) ? -1 : 0, loads: new Map([[name, 1]]) };
}

function isShared({ scene, layer }: Walk, name: string, kpi: Kpi): boolean {
  const others = Object.keys(scene.layers).filter((other) => other !== layer);
  const named =
    'metric' in kpi ? Object.values(kpi.metric.dimensions).flatMap((value) => value.split(/[^A-Za-z0-9]+/)) : [];
  const isNamed = named.includes(layer);
  if (!isNamed && others.some((other) => named.includes(other))) return false;
  const rules = scene.layers[layer]?.rules ?? [];
  if (rules.some((rule) => 'targetValue' in rule && rule.kpi === name)) return true;
  if (!('metric' in kpi) || !isSharedMetric(kpi.metric)) return false;
  return isNamed || !others.some((other) => looksAt(scene, other, name));
}

/** Whether some rule of the layer depends on the metric: then the metric may be the other layer's. */
function looksAt(scene: KpiScene, layer: string, metric: string): boolean {
  const rules = scene.layers[layer]?.rules ?? [];
  return rules.some((rule) => 'kpi' in rule && measuredBy(scene, rule.kpi).has(metric));
}

function termOf(walk: Walk, expression: Expression): Term | undefined {
  switch (expression.kind) {
    case 'number':
      return expression.value > 0 ? constant(expression.value) : undefined;
    case 'id':
      return termOfId(walk, expression.id);
    case 'operation':
      return termOfOperation(walk, expression) ?? total(walk, expression);
    case 'call':
      return termOfCall(walk, expression) ?? total(walk, expression);
    default:
      return total(walk, expression);
  }
}

function constant(factor: number): Term {
  return { factor, power: 0, loads: new Map() };
}

function termOfId(walk: Walk, id: string): Term | undefined {
  const counted = /^(?<layer>[^_]+)_(in_service|desired)$/.exec(id)?.groups?.['layer'];
  if (counted === undefined) return termOfKpi(walk, id);
  if (counted === walk.layer) return { factor: 1, power: 1, loads: new Map() };
  return { factor: 1, power: 0, loads: new Map([[id, 1]]) };
}

function termOfOperation(walk: Walk, { operator, left, right }: Operation): Term | undefined {
  const [a, b] = [termOf(walk, left), termOf(walk, right)];
  if (a === undefined || b === undefined) return undefined;
  if (operator === '*') return product(a, b, 1);
  if (operator === '/') return product(a, b, -1);
  if (operator !== '+' && operator !== '-') return undefined;
  const factor = operator === '+' ? a.factor + b.factor : a.factor - b.factor;
  return factor > 0 && isAlike(a, b) ? { ...a, factor } : undefined;
}

function product(a: Term, b: Term, sign: 1 | -1): Term {
  const loads = new Map(a.loads);
  for (const [load, power] of b.loads) loads.set(load, (loads.get(load) ?? 0) + sign * power);
  return { factor: a.factor * b.factor ** sign, power: a.power + sign * b.power, loads };
}

function isAlike(a: Term, b: Term): boolean {
  const names = new Set([...a.loads.keys(), ...b.loads.keys()]);
  return a.power === b.power && [...names].every((name) => (a.loads.get(name) ?? 0) === (b.loads.get(name) ?? 0));
}

/** FILL, ABS and TIME_SERIES leave a positive value as it is; MAX([count, 1]) is the count, of which there is at least one. */
function termOfCall(walk: Walk, { name, args }: Call): Term | undefined {
  const [first] = args;
  if (first === undefined || isWord(first)) return undefined;
  if (name === 'FILL' || name === 'ABS' || name === 'TIME_SERIES') return termOf(walk, first);
  if (name !== 'MAX' || first.kind !== 'array' || first.items.length !== 2) return undefined;
  const terms = first.items.map((item) => termOf(walk, item));
  const count = terms.find((term) => term !== undefined && term.power === 1 && term.loads.size === 0);
  const floor = terms.find((term) => term !== undefined && term.power === 0 && term.loads.size === 0);
  return count !== undefined && floor !== undefined && floor.factor <= count.factor ? count : undefined;
}

/** Whatever is made of totals alone is a total of its own. */
function total(walk: Walk, expression: Expression): Term | undefined {
  if (!isOfTotals(walk, expression)) return undefined;
  return { factor: 1, power: 0, loads: new Map([[printExpression(expression), 1]]) };
}

function isOfTotals(walk: Walk, part: Argument): boolean {
  if (isWord(part) || part.kind === 'number') return true;
  if (part.kind === 'id') return termOfId(walk, part.id)?.power === 0;
  if (part.kind === 'array') return part.items.every((item) => isOfTotals(walk, item));
  if (part.kind === 'negation') return isOfTotals(walk, part.operand);
  if (part.kind === 'operation') return isOfTotals(walk, part.left) && isOfTotals(walk, part.right);
  return part.name !== 'METRICS' && part.args.every((arg) => isOfTotals(walk, arg));
}
