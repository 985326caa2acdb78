import {
  type Autoscaler,
  type Controller,
  loadPerInstance,
  sloUtilisationRatio,
  type View,
  type World,
} from '../simulate.ts';
import { type Datapoint, everySeconds } from './cadence.ts';
import { utilisationTargets } from './target-tracking.ts';

const syncSeconds = 15;
const toleranceRatio = 0.1;
const stabilizationSeconds = 300;
const mostPodsPerPeriod = 4;

/**
 * Kubernetes Horizontal Pod Autoscaler v2 with its defaults: every 15 s `ceil(current * metric / target)` unless the ratio is within 0.1 of 1;
 * scale-in takes the highest recommendation of the last 300 s; at most 100 % or 4 pods more in 15 s, whichever is more; at most 100 % fewer.
 * Pods that are not ready are left out of the ratio, and count as idle when it says to grow. The metric is multiplied with the fleet it was
 * measured on, not with what has become ready since (the benefit of the doubt).
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/ (algorithm details; default behavior)
 */
export const horizontalPodAutoscaler: Autoscaler = {
  name: 'HPA',
  settings: utilisationTargets,
  start: (world, setting) => startHpa(world, (view, window) => byUtilisation(view, window, setting / 100)),
};

/**
 * KEDA scales through the HPA, with an external metric of type AverageValue: the wanted number is the whole load over the target per pod, which does
 * not depend on who is ready. Its own polling (30 s) and cool-down (300 s, to zero only) do not matter above one pod.
 * https://keda.sh/docs/latest/concepts/scaling-deployments/
 */
export const keda: Autoscaler = {
  name: 'KEDA',
  settings: utilisationTargets,
  start: (world, setting) => {
    const perPod = ((loadPerInstance(world) / sloUtilisationRatio) * setting) / 100;
    return startHpa(world, (view, { from, to }) => byAverageValue(view, view.meanLoad(from, to) / perPod));
  },
};

type Recommend = (view: View, window: Datapoint) => number;

function startHpa(world: World, recommend: Recommend): Controller {
  const secondsPerSync = Math.max(syncSeconds, world.trace.stepSeconds);
  const recommendations: number[] = [];
  return everySeconds(world, syncSeconds, (view, window, wanted) => {
    const recommendation = recommend(view, window);
    recommendations.push(recommendation);
    if (recommendations.length > stabilizationSeconds / secondsPerSync) recommendations.shift();
    if (recommendation <= wanted) return Math.min(wanted, Math.max(...recommendations));
    return Math.min(recommendation, growthLimit(wanted, secondsPerSync / syncSeconds));
  });
}

function growthLimit(current: number, periods: number): number {
  let limit = current;
  for (let period = 0; period < periods; period += 1) limit = Math.max(limit * 2, limit + mostPodsPerPeriod);
  return limit;
}

function byUtilisation(view: View, { from, to }: Datapoint, target: number): number {
  const ratio = view.meanUtilisation(from, to) / target;
  if (isTolerated(ratio)) return view.total;
  const measuredOn = view.meanInService(from, to);
  if (ratio < 1 || measuredOn >= view.total) return Math.max(1, Math.ceil(ratio * measuredOn - 1e-9));
  const ratioWithIdle = (ratio * measuredOn) / view.total;
  if (ratioWithIdle <= 1 + toleranceRatio) return view.total;
  return Math.ceil(ratioWithIdle * view.total - 1e-9);
}

function byAverageValue(view: View, pods: number): number {
  if (isTolerated(pods / view.total)) return view.total;
  return Math.max(1, Math.ceil(pods - 1e-9));
}

function isTolerated(ratio: number): boolean {
  return Math.abs(ratio - 1) <= toleranceRatio;
}
