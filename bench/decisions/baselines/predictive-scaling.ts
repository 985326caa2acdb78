import { type Autoscaler, loadPerInstance, sloUtilisationRatio, stepsOf, type View, type World } from '../simulate.ts';
import { sizeForLoad } from './cadence.ts';
import { startTargetTracking, utilisationTargets } from './target-tracking.ts';

const secondsPerHour = 3600;
const historyDays = 14;
/** Launches are brought forward by this much unless booting takes longer. */
const bufferSeconds = 300;

/**
 * A stand-in for EC2 predictive scaling, whose model is not public: hourly forecasts from up to 14 days of hourly loads (24 hours at least), here
 * the mean of the same hour on the same weekday and of the same hour yesterday; capacity for the hour's forecast at the target utilisation,
 * launched ahead of the hour, out only, on top of target tracking with the same target.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-predictive-scaling.html
 */
export const predictiveScaling: Autoscaler = {
  name: 'predictive scaling',
  settings: utilisationTargets,
  start: (world, setting) => {
    const target = setting / 100;
    const reactive = startTargetTracking(world, { target, lowRatio: 0.7 });
    const perInstance = (loadPerInstance(world) / sloUtilisationRatio) * target;
    const forecast = hourlyForecast(world);
    return (view) => Math.max(reactive(view), sizeForLoad(forecast(view), perInstance));
  },
};

/** The highest forecast of the hour that runs and the hour that the launches of now are for; 0 before a day is known. */
function hourlyForecast(world: World): (view: View) => number {
  const hourSteps = stepsOf(secondsPerHour, world.trace.stepSeconds);
  const aheadSteps = stepsOf(Math.max(bufferSeconds, world.bootSeconds), world.trace.stepSeconds);
  const cache = new Map<number, number>();
  const forHour = (view: View, hour: number) => {
    const known = cache.get(hour);
    if (known !== undefined) return known;
    const hours = [24, 7 * 24, historyDays * 24].map((back) => hour - back).filter((past) => past >= 0);
    const loads = hours.map((past) => view.meanLoad(past * hourSteps, (past + 1) * hourSteps));
    const mean = loads.length === 0 ? 0 : loads.reduce((sum, load) => sum + load, 0) / loads.length;
    cache.set(hour, mean);
    return mean;
  };
  return (view) => {
    const current = Math.floor(view.step / hourSteps);
    const next = Math.floor((view.step + aheadSteps) / hourSteps);
    return Math.max(forHour(view, current), forHour(view, next));
  };
}
