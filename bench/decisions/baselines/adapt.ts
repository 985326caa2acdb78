import { type Autoscaler, loadPerInstance, sloUtilisationRatio } from '../simulate.ts';
import { everySeconds, sizeForLoad } from './cadence.ts';
import { utilisationTargets } from './target-tracking.ts';

const secondsPerDecision = 60;
const surplusOut = 1.1;
/** Negative rates are followed at a quarter, so that scale-in is slow. */
const shareIn = 1 / 4;
/** A new rate is estimated after as many steps as it takes to serve this share of the capacity. */
const servedShare = 0.05;

/**
 * Adapt: a hybrid controller. Load above capacity is answered at once with 1.1 times the need; beside it runs a rate
 * `R = mean capacity * (load - capacity) / overall mean capacity` that is estimated anew from time to time, added up, and carried out in whole
 * instances; scale-in never goes below the current need.
 * A. Ali-Eldin, J. Tordsson, E. Elmroth, An adaptive hybrid elasticity controller for cloud infrastructures, NOMS 2012; constants as in the
 * author's https://github.com/ahmedaley/Autoscalers, AKTE.py.
 */
export const adapt: Autoscaler = {
  name: 'Adapt',
  settings: utilisationTargets,
  start: (world, setting) => {
    const perInstance = ((loadPerInstance(world) / sloUtilisationRatio) * setting) / 100;
    let decisions = 0;
    let capacitySum = 0;
    let sinceEstimate = { decisions: 0, capacity: 0 };
    let rate = 0;
    let owed = 0;
    return everySeconds(world, secondsPerDecision, (view, { from, to }, wanted) => {
      const needed = sizeForLoad(view.meanLoad(from, to), perInstance);
      decisions += 1;
      capacitySum += wanted;
      sinceEstimate = { decisions: sinceEstimate.decisions + 1, capacity: sinceEstimate.capacity + wanted };
      const meanCapacity = sinceEstimate.capacity / sinceEstimate.decisions;
      if (sinceEstimate.decisions >= Math.ceil((servedShare * wanted) / meanCapacity)) {
        rate = (meanCapacity * (needed - wanted)) / (capacitySum / decisions);
        if (rate < 0) rate *= shareIn;
        sinceEstimate = { decisions: 0, capacity: 0 };
      }
      owed += rate;
      const whole = Math.trunc(owed);
      owed -= whole;
      if (needed > wanted) return Math.ceil(surplusOut * needed) + Math.max(0, whole);
      return whole < 0 ? Math.max(needed, wanted + whole) : wanted;
    });
  },
};
