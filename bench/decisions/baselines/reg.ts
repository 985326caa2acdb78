import { type Autoscaler, loadPerInstance, sloUtilisationRatio } from '../simulate.ts';
import { everySeconds, sizeForLoad } from './cadence.ts';
import { utilisationTargets } from './target-tracking.ts';

const secondsPerDecision = 60;
const pointsOfHistory = 60;
const surplusOut = 1.05;
const surplusIn = 1.2;

/**
 * Reg: out reactively to 1.05 times the load, in by a second-order regression over the last 60 decisions, to 1.2 times what it says for now.
 * W. Iqbal et al., Adaptive resource provisioning for read intensive multi-tier applications in the cloud, FGCS 2011; constants as in A. Ali-Eldin's
 * https://github.com/ahmedaley/Autoscalers, Regression.py.
 */
export const reg: Autoscaler = {
  name: 'Reg',
  settings: utilisationTargets,
  start: (world, setting) => {
    const perInstance = ((loadPerInstance(world) / sloUtilisationRatio) * setting) / 100;
    const needs: number[] = [];
    return everySeconds(world, secondsPerDecision, (view, { from, to }, wanted) => {
      const load = view.meanLoad(from, to) / perInstance;
      const needed = sizeForLoad(load, 1);
      needs.push(needed);
      if (needs.length > pointsOfHistory) needs.shift();
      if (wanted <= needed) return load > wanted ? Math.ceil(surplusOut * load) : wanted;
      const expected = Math.ceil(quadraticAtEnd(needs));
      return expected > 0 ? Math.min(wanted, Math.ceil(surplusIn * expected)) : wanted;
    });
  },
};

/**
 * The value that the least-squares parabola through equally spaced points has at the last one; the mean while there are fewer than three. With
 * x centred, the odd moments vanish and the normal equations fall apart into one for the slope and two for the rest.
 */
export function quadraticAtEnd(values: readonly number[]): number {
  const count = values.length;
  const half = (count - 1) / 2;
  let [x2, x4, y0, y1, y2] = [0, 0, 0, 0, 0];
  for (let index = 0; index < count; index += 1) {
    const x = index - half;
    const value = values[index] ?? 0;
    x2 += x * x;
    x4 += x * x * x * x;
    y0 += value;
    y1 += x * value;
    y2 += x * x * value;
  }
  if (count < 3) return y0 / Math.max(1, count);
  const curve = (count * y2 - x2 * y0) / (count * x4 - x2 * x2);
  const middle = (y0 - curve * x2) / count;
  return middle + (y1 / x2) * half + curve * half * half;
}
