/** Where the answer to a value becomes another. */
export interface Turn {
  /** In the unit of the value, rounded for people: away from the value that was, so that what is said of it is true. */
  readonly edge: number;
  /** Whether the other answer is given at the edge itself, too. */
  readonly isInclusive: boolean;
  readonly count: number;
}

/** How a value moves away from what it was. */
export type Direction = 'up' | 'down';

/** Nearer than this, as a share, two values are one: ten times the slack of the rules' own comparisons. */
const SAME = 1e-8;
const MOST_BISECTIONS = 200;

/**
 * The nearest value in one direction that is answered by another count; undefined when there is none as far as ten million times the size of
 * `from`, or down to 0. Found by bisection between values of one answer and another, so it is exact for any answer that rises with the value. `marks` are
 * values at which rules change their mind: with them it is exact for answers that go up and down, too.
 */
export function findTurn(
  answer: (value: number) => number,
  {
    from,
    direction,
    marks,
  }: { readonly from: number; readonly direction: Direction; readonly marks: readonly number[] },
): Turn | undefined {
  const before = answer(from);
  let same = from;
  for (const point of pointsFrom(from, direction, marks)) {
    if (answer(point) === before) {
      same = point;
      continue;
    }
    return roundedTurn(answer, bisect(answer, { same, other: point, before }), { direction, before });
  }
  return undefined;
}

function pointsFrom(from: number, direction: Direction, marks: readonly number[]): readonly number[] {
  const unit = Math.max(Math.abs(from), ...marks.map(Math.abs), 1e-9);
  const steps = Array.from({ length: 32 }, (_, index) => unit * 2 ** (index - 8));
  const around = marks.flatMap((mark) => [mark, mark * (1 + 1e-6), mark * (1 - 1e-6)]);
  if (direction === 'up') {
    return [...around, ...steps.map((step) => from + step)].filter((point) => point > from).toSorted((a, b) => a - b);
  }
  const lowest = from >= 0 ? 0 : Number.NEGATIVE_INFINITY;
  const points = [...around, ...steps.map((step) => from - step), ...(from >= 0 ? [0] : [])];
  return points.filter((point) => point < from && point >= lowest).toSorted((a, b) => b - a);
}

/** The value nearest to `same` that is answered otherwise. */
function bisect(
  answer: (value: number) => number,
  of: { readonly same: number; readonly other: number; readonly before: number },
): number {
  let { same, other } = of;
  for (let count = 0; count < MOST_BISECTIONS; count += 1) {
    const middle = (same + other) / 2;
    if (middle === same || middle === other) break;
    if (answer(middle) === of.before) same = middle;
    else other = middle;
  }
  return other;
}

function roundedTurn(
  answer: (value: number) => number,
  exact: number,
  { direction, before }: { readonly direction: Direction; readonly before: number },
): Turn {
  const count = answer(exact);
  const plain = Number(exact.toPrecision(6));
  if (Math.abs(plain - exact) <= SAME * Math.abs(exact)) {
    const atEdge = answer(plain);
    if (atEdge !== before) return { edge: plain, isInclusive: true, count: atEdge };
    // Beyond the slack of the rules' comparisons, where an answer may stand for a billionth only.
    const beyond = plain + (direction === 'up' ? 10 : -10) * SAME * Math.abs(plain);
    return { edge: plain, isInclusive: false, count: answer(beyond) };
  }
  for (const digits of [4, 6, 9]) {
    const edge = roundedAway(exact, { digits, direction });
    if (answer(edge) === count) return { edge, isInclusive: true, count };
  }
  return { edge: exact, isInclusive: true, count };
}

/** To so many significant digits, whole numbers in full. */
function roundedAway(
  value: number,
  { digits, direction }: { readonly digits: number; readonly direction: Direction },
): number {
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value) || 1)));
  const scale = 10 ** Math.min(places, 300);
  return (direction === 'up' ? Math.ceil(value * scale) : Math.floor(value * scale)) / scale;
}
