import { addSeconds, type Instant, instantFromIso, secondsBetween } from '../../../core/amounts.ts';
import { type EvaluationWindow, evaluateExpression } from '../../../core/metric-math/evaluate-expression.ts';
import type { Expression, ExpressionError } from '../../../core/metric-math/expression.ts';
import { parseExpression } from '../../../core/metric-math/parse-expression.ts';
import type { Series } from '../../../core/samples.ts';

/** Datapoints as AWS's documentation writes them: null stands for its "-", a missing one. */
export type Points = readonly (number | null)[];

/** A Saturday. */
export const start: Instant = instantFromIso('2026-11-21T08:00:00Z');

export function seriesOf(points: Points, periodSeconds = 60): Series {
  const samples = points.flatMap((value, index) =>
    value === null ? [] : [{ at: addSeconds(start, index * periodSeconds), value }],
  );
  return { periodSeconds, samples };
}

export function windowOf(count: number, periodSeconds = 60): EvaluationWindow {
  return { from: start, until: addSeconds(start, count * periodSeconds), periodSeconds };
}

export function inputsOf(metrics: Readonly<Record<string, Points>>): ReadonlyMap<string, Series> {
  return new Map(Object.entries(metrics).map(([id, points]) => [id, seriesOf(points)]));
}

/** Parses, or fails the test with the message. */
export function parsed(text: string): Expression {
  const expression = parseExpression(text);
  if (expression.kind === 'error') throw new Error(`${text}: ${expression.message} (at ${expression.position})`);
  return expression;
}

/** The error that a text is refused with, or a failed test. */
export function refusal(text: string): ExpressionError {
  const expression = parseExpression(text);
  if (expression.kind !== 'error') throw new Error(`${text} is accepted`);
  return expression;
}

/** Evaluates over as many one-minute periods as the longest metric has points. */
export function evaluated(expression: string | Expression, metrics: Readonly<Record<string, Points>>): Points {
  const count = Math.max(...Object.values(metrics).map(({ length }) => length), 0);
  const tree = typeof expression === 'string' ? parsed(expression) : expression;
  const result = evaluateExpression(tree, inputsOf(metrics), windowOf(count));
  if ('kind' in result) throw new Error(result.message);
  return pointsOf(result, count);
}

export function pointsOf(series: Series, count: number): Points {
  const points: (number | null)[] = Array.from({ length: count }, () => null);
  for (const { at, value } of series.samples) points[secondsBetween(start, at) / series.periodSeconds] = value;
  return points;
}
