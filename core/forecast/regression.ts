import type { Regression } from './state.ts';

/** Beyond this mean variance the past has been forgotten faster than anything new was learnt; the covariance is scaled back. */
const mostMeanVariance = 10;

/** No knowledge beyond `weights`; a larger `ridge` holds them there longer. */
export function startRegression(weights: readonly number[], ridge: number): Regression {
  const size = weights.length;
  const covariance: number[] = [];
  for (let at = 0; at < size * size; at += 1) covariance.push(at % (size + 1) === 0 ? 1 / ridge : 0);
  return { weights, covariance };
}

/** The inner product: what the weights say about the inputs. */
export function dot(weights: readonly number[], inputs: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < weights.length; index += 1) sum += (weights[index] ?? 0) * (inputs[index] ?? 0);
  return sum;
}

/**
 * One step of recursive least squares with exponential forgetting (Haykin, Adaptive Filter Theory, ch. 10): `error` is what came less what was
 * predicted from `inputs`; `weight` is the trust in this observation, `memory` the share of the past that is kept per step.
 */
export function learn(
  regression: Regression,
  lesson: {
    readonly inputs: readonly number[];
    readonly error: number;
    readonly weight: number;
    readonly memory: number;
  },
): Regression {
  const { inputs, error, weight, memory } = lesson;
  const size = inputs.length;
  const { covariance } = regression;
  const gain: number[] = [];
  let spread = memory / Math.max(weight, 1e-12);
  for (let row = 0; row < size; row += 1) {
    let sum = 0;
    for (let column = 0; column < size; column += 1)
      sum += (covariance[row * size + column] as number) * (inputs[column] as number);
    gain.push(sum);
    spread += sum * (inputs[row] as number);
  }
  if (!(spread > 0) || !Number.isFinite(spread)) return regression;
  const weights: number[] = [];
  for (const old of regression.weights) weights.push(old + ((gain[weights.length] as number) / spread) * error);
  return { weights, covariance: shrinkCovariance(covariance, gain, { spread, memory }) };
}

/** It is symmetric, so each half is worked out once. Copies of arrays of fractions are made, because those stay as fast as they are. */
function shrinkCovariance(
  covariance: readonly number[],
  gain: readonly number[],
  { spread, memory }: { readonly spread: number; readonly memory: number },
): number[] {
  const size = gain.length;
  const next = covariance.slice();
  let trace = 0;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < row; column += 1) next[row * size + column] = next[column * size + row] as number;
    for (let column = row; column < size; column += 1) {
      const at = row * size + column;
      next[at] = ((covariance[at] as number) - ((gain[row] as number) * (gain[column] as number)) / spread) / memory;
    }
    trace += next[row * size + row] as number;
  }
  const excess = trace / (size * mostMeanVariance);
  if (excess > 1) for (let at = 0; at < next.length; at += 1) next[at] = (next[at] as number) / excess;
  return next;
}
