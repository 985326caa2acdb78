import { type Controller, stepsOf, type View, type World } from '../simulate.ts';

/** The newest complete datapoint: published steps [from, to). */
export interface Datapoint {
  readonly from: number;
  readonly to: number;
}

/**
 * Runs `decide` once per `seconds` (once a step when steps are longer) on the newest datapoint of that length, and holds its answer in
 * between. Starts with the fleet that is there.
 */
export function everySeconds(
  world: World,
  seconds: number,
  decide: (view: View, datapoint: Datapoint, wanted: number) => number,
): Controller {
  const length = Math.max(1, stepsOf(seconds, world.trace.stepSeconds));
  let wanted = 0;
  return (view) => {
    wanted ||= view.total;
    if (view.step % length === 0 && view.known >= length)
      wanted = Math.max(1, decide(view, { from: view.known - length, to: view.known }, wanted));
    return wanted;
  };
}

/** Instances that bring `load` to `targetRatio` utilisation, rounded up. */
export function sizeForLoad(load: number, perInstanceAtTarget: number): number {
  return Math.max(1, Math.ceil(load / perInstanceAtTarget - 1e-9));
}
