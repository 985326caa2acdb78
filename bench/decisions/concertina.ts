import { instantFromMillis } from '../../core/amounts.ts';
import { startForecast, stepRisk } from '../../core/forecast/step-risk.ts';
import { type Autoscaler, loadPerInstance } from './simulate.ts';

/** Ours: the risk rule of the product, as it is deployed. The setting is the percent of time short that is asked for; there is nothing to tune. */
export const concertina: Autoscaler = {
  name: 'concertina',
  settings: [0.1, 0.5, 2],
  start: (world, setting) => {
    const rule = {
      periodSeconds: world.trace.stepSeconds,
      perInstance: loadPerInstance(world),
      shortfallPercent: setting,
      bootSeconds: world.bootSeconds,
    };
    let state = startForecast(rule);
    return (view) => {
      if (view.known === 0) return view.total;
      const newest = view.known - 1;
      const sample = { from: instantFromMillis(newest * view.stepSeconds * 1000), load: view.load(newest) };
      const at = instantFromMillis(view.step * view.stepSeconds * 1000);
      const step = stepRisk(state, { ...rule, at, sample, running: view.total });
      state = step.state;
      return step.answer.needed;
    };
  },
};
