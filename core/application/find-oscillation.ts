import { nextCount, type SteadyLayer, type TiedRule } from './steady-count.ts';

/** A load under which a layer never comes to rest. */
export interface Oscillation {
  /** In the unit of the load that the rules' KPIs are tied to. */
  readonly load: number;
  /** Counts in the order in which they follow each other, the lowest first and last. */
  readonly counts: readonly number[];
}

/** Decisions looked at before the search gives up: a quarter of a second. A file of ordinary rules takes some ten thousand. */
const mostDecisions = 1_000_000;
/** So much above a threshold that arithmetic on doubles cannot fall below it again, and less than what rounding forgives (rounding.ts). */
const justAbove = 1 + 1e-11;

/**
 * Looks for a constant load under which the count goes round in a circle. What an instance carries falls as the count rises, so there is a count up
 * to which the layer grows and one above which it shrinks. Growth beyond what the load needs comes from steps alone, and the lower the load at
 * which a step still applies, the lower the KPI afterwards: so it is enough to look at the loads at which some step just applies at some count.
 */
export function findOscillation(layer: SteadyLayer): Oscillation | undefined {
  const budget = { left: mostDecisions };
  const thresholds = layer.tied.flatMap(growthThresholds);
  for (let count = Math.max(1, layer.min); count < layer.max; count += 1) {
    for (const loadOfOne of thresholds) {
      const found = circleFrom(layer, { count, load: loadOfOne * count * justAbove }, budget);
      if (found !== undefined) return found;
      if (budget.left <= 0) return undefined;
    }
  }
  return undefined;
}

/** The loads at which a rule's steps just apply to a single instance. */
function growthThresholds({ rule, dependence }: TiedRule): readonly number[] {
  if (dependence.power === 0 || !('steps' in rule)) return [];
  return rule.steps.flatMap((step) => ('from' in step && step.from > 0 ? [step.from / dependence.factor] : []));
}

function circleFrom(
  layer: SteadyLayer,
  { count, load }: { readonly count: number; readonly load: number },
  budget: { left: number },
): Oscillation | undefined {
  const next = (from: number): number => {
    budget.left -= 1;
    return nextCount(layer, from, load);
  };
  if (next(count) <= count) return undefined;
  const seenAt = new Map<number, number>();
  const path: number[] = [];
  for (let at = count; budget.left > 0; ) {
    const first = seenAt.get(at);
    if (first !== undefined) return { load, counts: fromLowest(path.slice(first)) };
    seenAt.set(at, path.length);
    path.push(at);
    const following = next(at);
    if (following === at) return undefined;
    at = following;
  }
  return undefined;
}

function fromLowest(circle: readonly number[]): readonly number[] {
  const lowest = circle.indexOf(Math.min(...circle));
  return [...circle.slice(lowest), ...circle.slice(0, lowest + 1)];
}
