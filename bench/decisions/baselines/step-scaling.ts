import type { Autoscaler } from '../simulate.ts';
import { everySeconds } from './cadence.ts';
import { allBreach, utilisationTargets } from './target-tracking.ts';

const secondsPerDatapoint = 60;
const datapointsOut = 2;
const datapointsIn = 2;

/**
 * EC2 Auto Scaling step scaling with the steps of AWS's documented example, around one threshold that is swept: utilisation 0 to 10 points above
 * it adds nothing, 10 to 20 adds 10 %, more adds 30 %; below it likewise removes 0, 10 and 30 %. A change of less than one instance
 * is one; other fractions are rounded toward zero. What boots counts toward the capacity that is asked for, so that the same step is not
 * taken twice while instances warm up; scale-in waits until all are warm.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html (step adjustments; two evaluation periods in its alarm example)
 */
export const stepScaling: Autoscaler = {
  name: 'step scaling',
  settings: utilisationTargets,
  start: (world, setting) => {
    const threshold = setting / 100;
    return everySeconds(world, secondsPerDatapoint, (view, datapoint, wanted) => {
      const above = view.meanUtilisation(datapoint.from, datapoint.to) - threshold;
      if (allBreach(view, datapoint, { count: datapointsOut, breaches: (value) => value > threshold }))
        return Math.max(view.total, view.inService + change(view.inService, percentFor(above)));
      const isWarm = view.inService === view.total;
      if (isWarm && allBreach(view, datapoint, { count: datapointsIn, breaches: (value) => value < threshold }))
        return view.total - change(view.total, percentFor(-above));
      return wanted;
    });
  },
};

function percentFor(distance: number): number {
  if (distance < 0.1) return 0;
  return distance < 0.2 ? 10 : 30;
}

function change(capacity: number, percent: number): number {
  if (percent === 0) return 0;
  return Math.max(1, Math.floor((capacity * percent) / 100));
}
