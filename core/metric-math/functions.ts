import type { Series } from '../samples.ts';
import { type Order, pick, removeEmpty, slice, sort } from './arrays.ts';
import { type Column, eachColumn, emptyColumn, mapPoints, type Value, type World } from './columns.ts';
import { choose } from './condition.ts';
import type { Call, Expression, Word } from './expression.ts';
import { differences, fill, fromTime, runningSum, timeParts } from './over-time.ts';
import { reduce, type Statistic, statistics } from './statistics.ts';

/**
 * A function of metric math. `takes` lists its signatures in AWS's abbreviations S, TS and TS[]; ID is the id of a metric itself, TEXT a quoted
 * text, any other word a keyword. `run` gets the values of the arguments that are no keywords or texts, and relies on checkTypes for their
 * number and types.
 */
export interface MathFunction {
  readonly takes: readonly string[];
  readonly run: (values: readonly Value[], world: World, call: Call) => Value;
}

/** What CloudWatch offers but only AWS can evaluate: searches, learnt models, quotas, other services, code. */
export const notOffered: ReadonlySet<string> = new Set([
  'ANOMALY_DETECTION_BAND',
  'DB_PERF_INSIGHTS',
  'INSIGHT_RULE_METRIC',
  'LAMBDA',
  'SEARCH',
  'SERVICE_QUOTA',
]);

type Columns = readonly Column[];
type Single = number | Column;

const table: Readonly<Record<string, MathFunction>> = {
  ABS: pointwise(Math.abs),
  CEIL: pointwise(Math.ceil),
  FLOOR: pointwise(Math.floor),
  LOG: pointwise(Math.log),
  LOG10: pointwise(Math.log10),
  ...mapValues(statistics, reducing),
  DIFF: perSeries((column) => differences(column, (change) => change)),
  DIFF_TIME: perSeries((column, seconds) => differences(column, (_, periods) => periods * seconds)),
  RATE: perSeries((column, seconds) => differences(column, (change, periods) => change / (periods * seconds))),
  RUNNING_SUM: perSeries(runningSum),
  ...mapValues(timeParts, readingTime),
  TIME_SERIES: { takes: ['S -> TS'], run: ([value], world) => emptyColumn(world.grid).fill(value as number) },
  PERIOD: { takes: ['ID -> S'], run: (_, world, call) => periodSeconds(call, world) },
  METRICS: { takes: [' -> TS[]', 'TEXT -> TS[]'], run: (_, world, call) => metrics(call, world) },
  METRIC_COUNT: { takes: ['TS[] -> S'], run: ([array]) => (array as Columns).length },
  REMOVE_EMPTY: { takes: ['TS[] -> TS[]'], run: ([array]) => removeEmpty(array as Columns) },
  FIRST: { takes: ['TS[] -> TS'], run: ([array], world) => pick(array as Columns, 0, world.grid) },
  LAST: { takes: ['TS[] -> TS'], run: ([array], world) => pick(array as Columns, -1, world.grid) },
  SLICE: {
    takes: ['TS[], S -> TS[]', 'TS[], S, S -> TS[]'],
    run: ([array, start, end]) => slice(array as Columns, { start: start as number, end: end as number | undefined }),
  },
  SORT: {
    takes: ['TS[], AVG|MIN|MAX|SUM, ASC|DESC -> TS[]', 'TS[], AVG|MIN|MAX|SUM, ASC|DESC, S -> TS[]'],
    run: ([array, limit], _, call) => sort(array as Columns, orderOf(call, limit as number | undefined)),
  },
  FILL: {
    takes: ['TS, S|TS|REPEAT|LINEAR -> TS', 'TS[], S|TS|REPEAT|LINEAR -> TS[]'],
    run: ([input, filler], _, call) => {
      const by = (filler ?? wordAt(call, 1)) as Single | 'REPEAT' | 'LINEAR';
      return eachColumn(input as Column | Columns, (column) => fill(column, by));
    },
  },
  IF: {
    takes: ['TS, S|TS -> TS', 'TS, S|TS, S|TS -> TS', 'S, TS -> TS', 'S, TS, TS -> TS'],
    run: ([condition, yes, no], world) =>
      choose(condition as Single, { whenTrue: yes as Single, whenFalse: no as Single | undefined }, world.grid),
  },
};

/** All functions by name. Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html */
export const functions: ReadonlyMap<string, MathFunction> = new Map(Object.entries(table));

function pointwise(f: (point: number) => number): MathFunction {
  return { takes: ['TS -> TS', 'TS[] -> TS[]'], run: ([input]) => mapPoints(input as Value, f) };
}

function perSeries(f: (column: Column, periodSeconds: number) => Column): MathFunction {
  return {
    takes: ['TS -> TS', 'TS[] -> TS[]'],
    run: ([input], { grid }) => eachColumn(input as Column | Columns, (column) => f(column, grid.periodSeconds)),
  };
}

function reducing(statistic: Statistic): MathFunction {
  return {
    takes: ['TS -> S', 'TS[] -> TS'],
    run: ([input], { grid }) => reduce(input as Column | Columns, statistic, grid),
  };
}

function readingTime(part: (at: Date) => number): MathFunction {
  return { takes: ['TS -> TS'], run: (_, { grid }) => fromTime(grid, part) };
}

function mapValues<T>(
  record: Readonly<Record<string, T>>,
  f: (value: T) => MathFunction,
): Readonly<Record<string, MathFunction>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));
}

function periodSeconds({ args }: Call, { inputs }: World): number {
  const [metric] = args as readonly [Extract<Expression, { kind: 'id' }>];
  return (inputs.get(metric.id) as Series).periodSeconds;
}

function metrics(call: Call, { columns }: World): Columns {
  const part = call.args.length === 0 ? '' : wordAt(call, 0);
  return [...columns].filter(([id]) => id.includes(part)).map(([, column]) => column);
}

function orderOf(call: Call, limit: number | undefined): Order {
  return { by: wordAt(call, 1) as Order['by'], direction: wordAt(call, 2) as Order['direction'], limit };
}

function wordAt({ args }: Call, index: number): string {
  return (args[index] as Word).word;
}
