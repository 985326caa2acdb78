/** Bins of scaled errors, evenly spaced in asinh(1.5 z): fine near 0, from -11 to 65. */
const bins = 120;
const firstAsinh = -0.8 * 4.4;
const asinhPerBin = (2 * 4.4) / bins;
const memory = 1 - 1 / 20_000;
/** Before errors are known, and always a little: a heavy tail (Student's t with 4 degrees of freedom), worth this many errors. */
const priorCount = 20;
const priorWidth = 1.2;

/** Calm, usual and restless times have shapes of their own: the jump out of a calm is larger, for its scale, than any within a restless time. */
const regimes = [-1, 0, 1];
/** How many errors of all times each of these shapes is mixed with. */
const sharedCount = 100;

/** No error counted yet: the prior alone. */
export function startShapes(): number[][] {
  return regimes.map(() => new Array<number>(bins).fill(0));
}

/** Adds scaled errors of one tick; as they have much in common, together they are worth the root of their number. */
export function addErrors(
  shapes: readonly (readonly number[])[],
  regime: number,
  scaledErrors: readonly number[],
): number[][] {
  return shapes.map((shape, index) => {
    const share = membership(regime, index) / Math.sqrt(scaledErrors.length);
    const next = shape.map((count) => count * memory);
    if (share > 0)
      for (const error of scaledErrors) {
        const bin = Math.max(0, Math.min(bins - 1, Math.floor(position(error))));
        next[bin] = (next[bin] ?? 0) + share;
      }
    return next;
  });
}

/** The chance that a scaled error is larger than a value. */
export type Survival = (scaledError: number) => number;

/** What is common to all regimes, so that each look-ahead's survival function is cheap. */
export function survivals(shapes: readonly (readonly number[])[]): (regime: number) => Survival {
  const above = shapes.map(countsAbove);
  const all = new Float64Array(bins + 1);
  for (const counts of above)
    for (let edge = 0; edge <= bins; edge += 1) all[edge] = (all[edge] ?? 0) + (counts[edge] ?? 0);
  const total = all[0] ?? 0;
  return (regime) => {
    const mixed = new Float64Array(bins + 1);
    for (const [index, counts] of above.entries()) {
      const share = membership(regime, index);
      if (share === 0 || total === 0) continue;
      const borrowed = sharedCount / total;
      const scale = share / ((counts[0] ?? 0) + sharedCount);
      for (let edge = 0; edge <= bins; edge += 1)
        mixed[edge] = (mixed[edge] ?? 0) + scale * ((counts[edge] ?? 0) + borrowed * (all[edge] ?? 0));
    }
    return withPrior(mixed, total / (total + priorCount));
  };
}

function countsAbove(shape: readonly number[]): Float64Array {
  const above = new Float64Array(bins + 1);
  for (let edge = bins - 1; edge >= 0; edge -= 1) above[edge] = (above[edge + 1] ?? 0) + (shape[edge] ?? 0);
  return above;
}

/** Between bin edges the straight line; `trust` is the share of what was seen against the prior. */
function withPrior(seen: Float64Array, trust: number): Survival {
  const above = seen.map((share, edge) => trust * share + (1 - trust) * (priorAtEdges[edge] ?? 0));
  return (scaledError) => {
    const at = position(scaledError);
    if (at <= 0) return 1;
    if (at >= bins) return (1 - trust) * priorSurvival(scaledError);
    const edge = Math.floor(at);
    return (above[edge] ?? 0) + ((above[edge + 1] ?? 0) - (above[edge] ?? 0)) * (at - edge);
  };
}

/** How much a regime belongs to the shape at `index`: straight lines between the three. */
function membership(regime: number, index: number): number {
  return Math.max(0, 1 - Math.abs(regime - (regimes[index] ?? 0)));
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

const priorAtEdges = Float64Array.from({ length: bins + 1 }, (_, edge) => priorSurvival(edgeOf(edge)));
