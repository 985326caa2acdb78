import { type Autoscaler, loadPerInstance, sloUtilisationRatio } from '../simulate.ts';
import { everySeconds, sizeForLoad } from './cadence.ts';
import { utilisationTargets } from './target-tracking.ts';

const secondsPerDecision = 60;
const secondsPerHour = 3600;
const percentile = 0.9;
const samplesPerHour = 730;
const errorsForCorrection = 5;
const errorsForReaction = 10;
const surplusOut = 1.05;

/**
 * Hist: for each hour of the day the histogram of the need seen in it; its 90th percentile, corrected by the mean error of the last decisions, is
 * provisioned; load above capacity in most of the last ten decisions is answered reactively. The hour looked up is that of now + boot time.
 * B. Urgaonkar et al., Agile Dynamic Provisioning of Multi-tier Internet Applications, TAAS 2008; constants as in A. Ali-Eldin's
 * https://github.com/ahmedaley/Autoscalers, Histogram.py.
 */
export const hist: Autoscaler = {
  name: 'Hist',
  settings: utilisationTargets,
  start: (world, setting) => {
    const perInstance = ((loadPerInstance(world) / sloUtilisationRatio) * setting) / 100;
    const hours = Array.from({ length: 24 }, () => new HourlyNeed(samplesPerHour));
    const errors: number[] = [];
    const hourOf = (seconds: number) => hours[Math.floor(seconds / secondsPerHour) % 24];
    return everySeconds(world, secondsPerDecision, (view, { from, to }, wanted) => {
      const needed = sizeForLoad(view.meanLoad(from, to), perInstance);
      hourOf(from * view.stepSeconds)?.add(needed);
      errors.push(wanted - needed);
      if (errors.length > errorsForReaction) errors.shift();
      if (errors.filter((error) => error < 0).length > errorsForReaction / 2) {
        errors.length = 0;
        return Math.ceil(surplusOut * needed);
      }
      const recent = errors.slice(-errorsForCorrection);
      const error = recent.length < errorsForCorrection ? 0 : mean(recent);
      const expected = hourOf(view.step * view.stepSeconds + world.bootSeconds)?.quantile(percentile) ?? wanted;
      return Math.ceil(expected - error > 0 ? expected - error : expected - error / 5);
    });
  },
};

/** The newest `most` needs of one hour of the day, kept sorted. */
class HourlyNeed {
  private readonly inOrder: number[] = [];
  private readonly sorted: number[] = [];
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  add(need: number): void {
    this.inOrder.push(need);
    this.sorted.splice(this.place(need), 0, need);
    if (this.inOrder.length > this.most) this.sorted.splice(this.place(this.inOrder.shift() ?? 0), 1);
  }

  quantile(share: number): number | undefined {
    return this.sorted[Math.floor(this.sorted.length * share)];
  }

  private place(need: number): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.sorted[middle] ?? 0) < need) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
