import { type Autoscaler, stepsOf } from '../simulate.ts';
import { everySeconds } from './cadence.ts';
import { utilisationTargets } from './target-tracking.ts';

const evaluationSeconds = 10;
const cooldownSeconds = 300;
const threshold = 0.01;

/**
 * Nomad Autoscaler's target-value strategy: `factor = metric / target`, `new count = ceil(factor * count)`, nothing while the factor is within
 * 0.01 of 1, evaluated every 10 s, and no action for 5 min after one (agent defaults).
 * https://developer.hashicorp.com/nomad/docs/autoscaling/plugins/strategy/target-value
 */
export const nomadTargetValue: Autoscaler = {
  name: 'Nomad target-value',
  settings: utilisationTargets,
  start: (world, setting) => {
    const cooldownSteps = stepsOf(cooldownSeconds, world.trace.stepSeconds);
    let actedAt = Number.NEGATIVE_INFINITY;
    return everySeconds(world, evaluationSeconds, (view, { from, to }, wanted) => {
      if (view.step < actedAt + cooldownSteps) return wanted;
      const factor = view.meanUtilisation(from, to) / (setting / 100);
      if (Math.abs(factor - 1) <= threshold) return wanted;
      const count = targetValueCount(factor, view.meanInService(from, to));
      if (count !== wanted) actedAt = view.step;
      return count;
    });
  },
};

/** 10 instances at 80 % with a target of 70 %: 12. */
export function targetValueCount(factor: number, count: number): number {
  return Math.max(1, Math.ceil(factor * count - 1e-9));
}
