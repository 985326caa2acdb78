import type { Autoscaler, Controller, View, World } from '../simulate.ts';
import { type Datapoint, everySeconds } from './cadence.ts';

const secondsPerDatapoint = 60;
const datapointsOut = 3;
const datapointsIn = 15;

/** Target utilisation in percent that is swept for everybody who has one; within the SLO a fleet runs at 80. */
export const utilisationTargets: readonly number[] = [
  5, 6, 8, 10, 12, 15, 18, 20, 23, 26, 30, 34, 38, 42, 46, 50, 54, 58, 61, 64, 66, 68, 70, 72, 74, 76, 78, 80, 84, 90,
  95, 100,
];

/**
 * EC2 Auto Scaling target tracking on average CPU: out when three of three one-minute datapoints are above the target, in when fifteen of
 * fifteen are below `lowRatio` of it; both to the size that brings the metric back to the target, rounded up. What boots counts as capacity but
 * not in the metric, and scale-in waits while anything boots (instance warm-up = boot time, the best value for it).
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
 * The ratio: 0.7 is what the alarms of a CPU policy show, 0.9 what those of other metrics do.
 */
export function targetTracking(lowRatio: number): Autoscaler {
  return {
    name: lowRatio === 0.7 ? 'target tracking' : `target tracking ${Math.round(lowRatio * 100)} %`,
    settings: utilisationTargets,
    start: (world, setting) => startTargetTracking(world, { target: setting / 100, lowRatio }),
  };
}

/** The controller alone, for predictive scaling, which works on top of it. `target` is a ratio. */
export function startTargetTracking(world: World, aim: { target: number; lowRatio: number }): Controller {
  return everySeconds(world, secondsPerDatapoint, (view, datapoint, wanted) => {
    const fitting = sizeForTarget(view, datapoint, aim.target);
    if (allBreach(view, datapoint, { count: datapointsOut, breaches: (value) => value > aim.target }))
      return Math.max(view.total, fitting);
    const low = aim.target * aim.lowRatio;
    const isWarm = view.inService === view.total;
    if (isWarm && allBreach(view, datapoint, { count: datapointsIn, breaches: (value) => value < low }))
      return Math.min(view.total, fitting);
    return wanted;
  });
}

/** The metric is multiplied with the fleet it was measured on, not with what has booted since: AWS is given the benefit of the doubt. */
export function sizeForTarget(view: View, { from, to }: Datapoint, target: number): number {
  const busy = view.meanInService(from, to) * view.meanUtilisation(from, to);
  return Math.max(1, Math.ceil(busy / target - 1e-9));
}

/** Whether the newest `count` datapoints all breach; false while there are fewer. */
export function allBreach(
  view: View,
  newest: Datapoint,
  alarm: { readonly count: number; readonly breaches: (value: number) => boolean },
): boolean {
  const length = newest.to - newest.from;
  if (newest.to < alarm.count * length) return false;
  for (let back = 0; back < alarm.count; back += 1) {
    const to = newest.to - back * length;
    if (!alarm.breaches(view.meanUtilisation(to - length, to))) return false;
  }
  return true;
}
