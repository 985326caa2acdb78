import { addSeconds, alignDown, type Instant } from '../amounts.ts';
import type { Sample, Series } from '../samples.ts';
import { type Column, columnFrom, combine, type Grid, mapPoints, type Value, type World } from './columns.ts';
import {
  type Call,
  type EvaluationError,
  type Expression,
  isWord,
  referencedIds,
  usesMetrics,
  visit,
} from './expression.ts';
import { functions, type MathFunction } from './functions.ts';
import { operators } from './operators.ts';

/** What to evaluate over: periods that start in [from, until), `from` aligned down to a period as CloudWatch does. */
export interface EvaluationWindow {
  readonly from: Instant;
  readonly until: Instant;
  readonly periodSeconds: number;
}

/** Most periods in one window: as many datapoints as one GetMetricData call returns. docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
export const MAX_PERIODS = 100_800;

/**
 * What CloudWatch would answer for a checked expression (`parseExpression`) over these inputs, missing datapoints absent. METRICS() stands for
 * all inputs, in their order. An unknown id, an input of a shorter period than the window's (CloudWatch would aggregate it, we cannot know how)
 * and a window without a sensible period are errors. Never throws.
 *
 * Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function evaluateExpression(
  expression: Expression,
  inputs: ReadonlyMap<string, Series>,
  window: EvaluationWindow,
): Series | EvaluationError {
  const grid = gridOf(window);
  if ('kind' in grid) return grid;
  const columns = columnsFor(expression, inputs, grid);
  if ('kind' in columns) return columns;
  const value = evaluate(expression, { grid, inputs, columns });
  if (value instanceof Float64Array) return { periodSeconds: grid.periodSeconds, samples: samplesOf(value, grid) };
  return error('an expression ends in one time series', expression.position);
}

function gridOf({ from, until, periodSeconds }: EvaluationWindow): Grid | EvaluationError {
  if (!(periodSeconds > 0)) return error(`a period lasts more than 0 seconds, found ${periodSeconds}`, 0);
  const startsAt = alignDown(from, periodSeconds);
  const count = Math.max(0, Math.ceil((until - startsAt) / (periodSeconds * 1000)));
  if (!(count <= MAX_PERIODS)) return error(`a window has at most ${MAX_PERIODS} periods, found ${count}`, 0);
  return { startsAt, periodSeconds, count };
}

function columnsFor(
  expression: Expression,
  inputs: ReadonlyMap<string, Series>,
  grid: Grid,
): ReadonlyMap<string, Column> | EvaluationError {
  const columns = new Map<string, Column>();
  const ids = usesMetrics(expression)
    ? new Set([...inputs.keys(), ...referencedIds(expression)])
    : referencedIds(expression);
  for (const id of ids) {
    const series = inputs.get(id);
    if (series === undefined) return error(`there is no metric or expression ${id}`, positionOf(expression, id));
    if (series.periodSeconds < grid.periodSeconds) {
      const message = `${id} has periods of ${series.periodSeconds} s, shorter than the ${grid.periodSeconds} s asked for`;
      return error(message, positionOf(expression, id));
    }
    columns.set(id, columnFrom(series, grid));
  }
  return columns;
}

function evaluate(expression: Expression, world: World): Value {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'id':
      return world.columns.get(expression.id) as Column;
    case 'array':
      return expression.items.flatMap((item) => evaluate(item, world) as Column | readonly Column[]);
    case 'negation':
      return mapPoints(evaluate(expression.operand, world), (point) => -point);
    case 'operation': {
      const { apply } = operators[expression.operator];
      return combine(evaluate(expression.left, world), evaluate(expression.right, world), apply);
    }
    case 'call':
      return evaluateCall(expression, world);
  }
}

function evaluateCall(call: Call, world: World): Value {
  const values: Value[] = [];
  for (const arg of call.args) {
    if (!isWord(arg)) values.push(evaluate(arg, world));
  }
  return (functions.get(call.name) as MathFunction).run(values, world, call);
}

function samplesOf(column: Column, { startsAt, periodSeconds }: Grid): readonly Sample[] {
  const samples: Sample[] = [];
  column.forEach((value, period) => {
    if (!Number.isNaN(value)) samples.push({ at: addSeconds(startsAt, period * periodSeconds), value });
  });
  return samples;
}

/** Where `id` first stands; 0 when only METRICS() brought it in. */
function positionOf(expression: Expression, id: string): number {
  let position: number | undefined;
  visit(expression, (part) => {
    if (part.kind === 'id' && part.id === id) position ??= part.position;
  });
  return position ?? 0;
}

function error(message: string, position: number): EvaluationError {
  return { kind: 'error', message, position };
}
