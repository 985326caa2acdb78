/** Bins of scaled errors, evenly spaced in asinh(1.5 z): fine near 0, from -11 to 65. */
const bins = 120;
const firstAsinh = -0.8 * 4.4;
const asinhPerBin = (2 * 4.4) / bins;
const memory = 1 - 1 / 20_000;
/** Before errors are known, and always a little: a heavy tail (Student's t with 4 degrees of freedom), worth this many errors. */
const priorCount = 20;
const priorWidth = 1.2;

export function startShape(): number[] {
  return new Array<number>(bins).fill(0);
}

/** Adds scaled errors of one tick; as they have much in common, together they are worth the root of their number. */
export function addErrors(shape: readonly number[], scaledErrors: readonly number[]): number[] {
  const next = shape.map((count) => count * memory);
  for (const error of scaledErrors) {
    const bin = Math.max(0, Math.min(bins - 1, Math.floor(position(error))));
    next[bin] = (next[bin] ?? 0) + 1 / Math.sqrt(scaledErrors.length);
  }
  return next;
}

/** The chance that a scaled error is larger than a value. */
export type Survival = (scaledError: number) => number;

/** The survival function of the errors so far; between bin edges the straight line. */
export function survivalOf(shape: readonly number[]): Survival {
  const above = new Float64Array(bins + 1);
  for (let edge = bins - 1; edge >= 0; edge -= 1) above[edge] = (above[edge + 1] ?? 0) + (shape[edge] ?? 0);
  const total = priorCount + (above[0] ?? 0);
  for (let edge = 0; edge <= bins; edge += 1)
    above[edge] = ((above[edge] ?? 0) + priorCount * priorSurvival(edgeOf(edge))) / total;
  return (scaledError) => {
    const at = position(scaledError);
    if (at <= 0) return 1;
    if (at >= bins) return (priorCount * priorSurvival(scaledError)) / total;
    const edge = Math.floor(at);
    return (above[edge] ?? 0) + ((above[edge + 1] ?? 0) - (above[edge] ?? 0)) * (at - edge);
  };
}

function position(scaledError: number): number {
  return (Math.asinh(scaledError * 1.5) - firstAsinh) / asinhPerBin;
}

function edgeOf(edge: number): number {
  return Math.sinh(firstAsinh + edge * asinhPerBin) / 1.5;
}

function priorSurvival(scaledError: number): number {
  const x = scaledError * priorWidth;
  const y = 1 + (x * x) / 4;
  return Math.max(0, 0.5 - ((3 / 8) * x * (1 - (x * x) / (12 * y))) / Math.sqrt(y));
}
