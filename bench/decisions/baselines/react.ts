import { type Autoscaler, loadPerInstance, sloUtilisationRatio } from '../simulate.ts';
import { everySeconds, sizeForLoad } from './cadence.ts';
import { utilisationTargets } from './target-tracking.ts';

const secondsPerDecision = 60;
const surplusOut = 1.2;
const slackIn = 1.1;

/**
 * React: purely reactive. Out by 1.2 times what is missing, and in to 1.2 times what is needed once even 1.1 times the load would fit.
 * T. Chieu et al., Dynamic Scaling of Web Applications in a Virtualized Cloud Computing Environment, ICEBE 2009; constants as in the experiments of
 * A. Ali-Eldin (https://github.com/ahmedaley/Autoscalers, Reactive.py) that A. Papadopoulos et al., PEAS, TOMPECS 2016, compare.
 */
export const react: Autoscaler = {
  name: 'React',
  settings: utilisationTargets,
  start: (world, setting) => {
    const perInstance = ((loadPerInstance(world) / sloUtilisationRatio) * setting) / 100;
    return everySeconds(world, secondsPerDecision, (view, { from, to }, wanted) =>
      reactiveSize(view.meanLoad(from, to) / perInstance, wanted),
    );
  },
};

/** `needed` may be fractional. */
export function reactiveSize(needed: number, current: number): number {
  const missing = sizeForLoad(needed, 1) - current;
  if (missing > 0) return current + Math.max(1, Math.floor(missing * surplusOut));
  if (needed * slackIn < current) return Math.min(current, Math.ceil(sizeForLoad(needed, 1) * surplusOut));
  return current;
}
