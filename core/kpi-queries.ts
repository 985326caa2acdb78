import type { Application } from './application/application-schema.ts';
import type { Kpi, Rung } from './application/kpi-schema.ts';
import { rungsOf } from './application/rungs.ts';
import { kpisLookedAt, type Looks } from './kpis-looked-at.ts';
import { expandMetrics } from './metric-math/expand-metrics.ts';
import type { Expression } from './metric-math/expression.ts';
import { referencedIds, unfilledIds } from './metric-math/expression.ts';
import { parseExpression } from './metric-math/parse-expression.ts';
import { printExpression, renameIds } from './metric-math/print-expression.ts';

/** One entry of a GetMetricData request: a metric or an expression over other entries of the same call. */
export interface MetricQuery {
  /** Lower-case letter first; unique in the plan. */
  readonly id: string;
  readonly periodSeconds: number;
  readonly metric?: {
    readonly namespace: string;
    readonly name: string;
    readonly stat: string;
    readonly dimensions: Readonly<Record<string, string>>;
  };
  readonly expression?: string;
}

/** A KPI that something looks at, and what must be asked for it. */
export interface KpiQueries extends Looks {
  readonly kpi: string;
  readonly query: MetricQuery;
  /** The query and all that it refers to, what is referred to first. */
  readonly needed: readonly MetricQuery[];
  /** What stands in for missing data, in the order in which it is tried. */
  readonly rungs: readonly Rung[];
  readonly coverage: Kpi['coverage'];
  /** KPIs inside the expression whose last value stands in for missing ones, but not for longer than this. */
  readonly heldInputs: readonly { readonly id: string; readonly holdLastSeconds: number }[];
  /** Ids of the metrics inside the expression whose silence nothing fills: metric math would count it as 0 (silent-inputs.ts). */
  readonly unfilledInputs: readonly string[];
}

/** `<layer>_in_service` and `<layer>_desired` are published once a minute, and CloudWatch keeps them by the minute. */
const OWN_METRIC_PERIOD_SECONDS = 60;

/**
 * The queries for every KPI that something in the application looks at, in the order of the file. Two KPIs that ask the same share one query, named
 * after the first. Inside an expression:
 *
 * - all metrics are asked at one period, the longest of those that the expression refers to (CloudWatch does not say how it mixes periods);
 * - one stand-in holds as it does in a rule: `assume` becomes FILL(…, value), `holdLastSeconds` becomes FILL(…, REPEAT). Several, another KPI, or
 *   a value that decays fill nothing: the expression has its own `missing`;
 * - METRICS() stands for the metrics and pushed values of the file, not for whatever else shares the request.
 *
 * A KPI that cannot be asked (an expression that cannot be read, a name that is not there) is absent, and reads as missing.
 */
export function queriesOf(application: Application): readonly KpiQueries[] {
  const builder: Builder = { application, queries: new Map(), inputs: new Map(), expressions: new Map() };
  const found: KpiQueries[] = [];
  for (const [kpi, looks] of kpisLookedAt(application)) {
    const settings = application.kpis[kpi];
    const query = queryOf(builder, kpi, periodOf(builder, kpi));
    if (settings === undefined || query === undefined) continue;
    const needed = closureOf(builder, query);
    const heldInputs = needed.flatMap(({ id }) => builder.inputs.get(id)?.held ?? []);
    const unfilledInputs = query.expression === undefined ? [] : [...new Set(unfilledOf(builder, query))];
    const { missing, coverage } = settings;
    found.push({ kpi, query, needed, ...looks, rungs: rungsOf(missing), coverage, heldInputs, unfilledInputs });
  }
  return found;
}

interface Builder {
  readonly application: Application;
  /** By what they ask. */
  readonly queries: Map<string, MetricQuery>;
  /** What an expression refers to, by its id; `held` when it repeats the last value of a KPI. */
  readonly inputs: Map<string, Inputs>;
  /** By KPI; undefined for one that cannot be read. */
  readonly expressions: Map<string, Expression | undefined>;
}

interface Inputs {
  readonly queries: readonly MetricQuery[];
  readonly held: KpiQueries['heldInputs'];
  /** Those of the queries whose gaps stay gaps. */
  readonly unfilled: readonly MetricQuery[];
}

/** The period a KPI is measured at: its own, or for an expression the longest below it. */
function periodOf(builder: Builder, name: string): number {
  const kpi = builder.application.kpis[name];
  if (kpi === undefined) return OWN_METRIC_PERIOD_SECONDS;
  if (!('expression' in kpi)) return kpi.periodSeconds;
  const expression = expressionOf(builder, name, kpi.expression);
  const inputs = expression === undefined ? [] : referencedIds(expression);
  const longest = Math.max(0, ...inputs.map((input) => periodOf(builder, input)));
  return longest === 0 ? OWN_METRIC_PERIOD_SECONDS : longest;
}

function expressionOf(builder: Builder, name: string, text: string): Expression | undefined {
  if (builder.expressions.has(name)) return builder.expressions.get(name);
  const parsed = parseExpression(text);
  const expanded = parsed.kind === 'error' ? parsed : expandMetrics(parsed, measuredKpis(builder.application));
  const expression = expanded.kind === 'error' ? undefined : expanded;
  builder.expressions.set(name, expression);
  return expression;
}

function measuredKpis(application: Application): readonly string[] {
  return Object.entries(application.kpis).flatMap(([name, kpi]) => ('expression' in kpi ? [] : [name]));
}

function queryOf(builder: Builder, name: string, periodSeconds: number): MetricQuery | undefined {
  const kpi = builder.application.kpis[name];
  if (kpi === undefined) return ownQueryOf(builder, name, periodSeconds);
  const id = idFor(builder, name, periodSeconds);
  if ('expression' in kpi) {
    const expression = expressionOf(builder, name, kpi.expression);
    return expression && expressionQuery(builder, { id, expression, periodSeconds });
  }
  return shared(builder, { id, periodSeconds, metric: 'metric' in kpi ? kpi.metric : pushedMetric(builder, name) });
}

/** The KPI's name; with the period when an expression asks for it at another one. KPIs have no underscore, so ids cannot meet. */
function idFor(builder: Builder, name: string, periodSeconds: number): string {
  return periodOf(builder, name) === periodSeconds ? name : `${name}_${periodSeconds}`;
}

function pushedMetric(builder: Builder, name: string): NonNullable<MetricQuery['metric']> {
  const dimensions = { Application: builder.application.application };
  return { namespace: 'Concertina/Pushed', name, stat: 'Average', dimensions };
}

/** `<layer>_in_service` and `<layer>_desired`: our own metrics, which keep their last value until the next is published. */
function ownQueryOf(builder: Builder, name: string, periodSeconds: number): MetricQuery | undefined {
  const match = /^(?<layer>[^_]+)_(?<what>in_service|desired)$/.exec(name)?.groups;
  const layer = match?.['layer'];
  if (layer === undefined || builder.application.layers[layer] === undefined) return undefined;
  const metricName = match?.['what'] === 'desired' ? 'Desired' : 'InService';
  const dimensions = { Application: builder.application.application, Layer: layer };
  const id = idFor(builder, name, periodSeconds);
  const metric = { namespace: 'Concertina', name: metricName, stat: 'Average', dimensions };
  const raw = shared(builder, { id: `${id}_raw`, periodSeconds, metric });
  return filled(builder, { id, input: raw, filler: 'REPEAT', held: [] });
}

function expressionQuery(
  builder: Builder,
  of: { readonly id: string; readonly expression: Expression; readonly periodSeconds: number },
): MetricQuery | undefined {
  const { id, expression, periodSeconds } = of;
  const inputs = new Map<string, MetricQuery>();
  for (const name of referencedIds(expression)) {
    const input = inputOf(builder, name, periodSeconds);
    if (input === undefined) return undefined;
    inputs.set(name, input);
  }
  const text = renameIds(expression, (name) => inputs.get(name)?.id ?? name);
  const query = shared(builder, { id, periodSeconds, expression: text });
  const unfilled = unfilledIds(expression).flatMap((name) => inputs.get(name) ?? []);
  builder.inputs.set(query.id, { queries: [...inputs.values()], held: [], unfilled });
  return query;
}

/** What an expression refers to: the query of a KPI, its gaps filled as the KPI's `missing` says. */
function inputOf(builder: Builder, name: string, periodSeconds: number): MetricQuery | undefined {
  const input = queryOf(builder, name, periodSeconds);
  const [rung, ...others] = rungsOf(builder.application.kpis[name]?.missing ?? 'hold');
  if (input === undefined || rung === undefined || others.length > 0) return input;
  const id = idFor(builder, name, periodSeconds);
  if ('assume' in rung) {
    const filler = printExpression(numberOf(rung.assume));
    return filled(builder, { id: `${id}_assumed`, input, filler, held: [] });
  }
  if (!('holdLastSeconds' in rung) || rung.halfLifeSeconds !== undefined) return input;
  const held = [{ id: input.id, holdLastSeconds: rung.holdLastSeconds }];
  return filled(builder, { id: `${id}_held`, input, filler: 'REPEAT', held });
}

function numberOf(value: number): Expression {
  const number = { kind: 'number', value: Math.abs(value), position: 0 } as const;
  return value < 0 ? { kind: 'negation', operand: number, position: 0 } : number;
}

function filled(
  builder: Builder,
  of: {
    readonly id: string;
    readonly input: MetricQuery;
    readonly filler: string;
    readonly held: KpiQueries['heldInputs'];
  },
): MetricQuery {
  const { id, input, filler, held } = of;
  const expression = `FILL(${input.id}, ${filler})`;
  const query = shared(builder, { id, periodSeconds: input.periodSeconds, expression });
  builder.inputs.set(query.id, { queries: [input], held, unfilled: [] });
  return query;
}

/** The query that already asks the same, or this one. */
function shared(builder: Builder, query: MetricQuery): MetricQuery {
  const { metric, expression, periodSeconds } = query;
  const dimensions = metric && Object.entries(metric.dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  const key = JSON.stringify([periodSeconds, expression, metric?.namespace, metric?.name, metric?.stat, dimensions]);
  const known = builder.queries.get(key);
  if (known !== undefined) return known;
  builder.queries.set(key, query);
  return query;
}

function unfilledOf(builder: Builder, query: MetricQuery): readonly string[] {
  if (query.metric !== undefined) return [query.id];
  return builder.inputs.get(query.id)?.unfilled.flatMap((input) => unfilledOf(builder, input)) ?? [];
}

function closureOf(builder: Builder, query: MetricQuery): readonly MetricQuery[] {
  const inputs = builder.inputs.get(query.id)?.queries ?? [];
  return [...new Set([...inputs.flatMap((input) => closureOf(builder, input)), query])];
}
