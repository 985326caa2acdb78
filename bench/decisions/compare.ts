import type { Row } from './sweep.ts';

/** One point of a curve of cost against risk. */
export interface Point {
  readonly tauUPercent: number;
  readonly ratioToClairvoyant: number;
  readonly setting: number;
  readonly actions: number;
}

/** How a baseline, allowed its best target in hindsight, stands at a risk that ours reached. */
export interface Standing {
  readonly autoscaler: string;
  /** Cost relative to the optimum at that risk; undefined where no target of it reaches so low a risk. */
  readonly ratioToClairvoyant: number | undefined;
  readonly actions: number | undefined;
}

/** The points that no other point of the same autoscaler beats in both, by rising risk and falling cost. */
export function frontier(rows: readonly Row[]): Point[] {
  const byRisk = [...rows].sort((a, b) => a.tauUPercent - b.tauUPercent || a.ratioToClairvoyant - b.ratioToClairvoyant);
  const best: Point[] = [];
  for (const row of byRisk) {
    const cheapest = best.at(-1)?.ratioToClairvoyant ?? Number.POSITIVE_INFINITY;
    if (row.ratioToClairvoyant < cheapest) best.push(row);
  }
  return best;
}

/**
 * Cost at a given risk. Between two points the straight line, as if the baseline had a target between the swept ones (in its favour: a mix of
 * two targets in time would cost just that). To the right of the last point its cost stays; to the left of the first there is none.
 */
export function costAtRisk(
  curve: readonly Point[],
  tauUPercent: number,
): { ratio: number; actions: number } | undefined {
  const right = curve.findIndex((point) => point.tauUPercent > tauUPercent);
  const left = curve[right < 0 ? curve.length - 1 : right - 1];
  if (left === undefined) return undefined;
  const next = right < 0 ? undefined : curve[right];
  if (next === undefined) return { ratio: left.ratioToClairvoyant, actions: left.actions };
  const share = (tauUPercent - left.tauUPercent) / (next.tauUPercent - left.tauUPercent);
  return {
    ratio: left.ratioToClairvoyant + share * (next.ratioToClairvoyant - left.ratioToClairvoyant),
    actions: left.actions + share * (next.actions - left.actions),
  };
}

/** All baselines at the risk of one of our rows, cheapest first; those that cannot reach it come last. */
export function ranking(rows: readonly Row[], tauUPercent: number): Standing[] {
  const names = [...new Set(rows.map((row) => row.autoscaler))];
  const standings = names.map((autoscaler) => {
    const cost = costAtRisk(frontier(rows.filter((row) => row.autoscaler === autoscaler)), tauUPercent);
    return { autoscaler, ratioToClairvoyant: cost?.ratio, actions: cost?.actions };
  });
  const order = (standing: Standing) => standing.ratioToClairvoyant ?? Number.POSITIVE_INFINITY;
  return standings.sort((a, b) => order(a) - order(b));
}
