import { firstScoredStep, neededInstances, type Run, type World } from './simulate.ts';

/** The SPEC RG Cloud elasticity metrics of one run, over its scored steps. */
export interface Score {
  /** Share of time with fewer in service than needed. */
  readonly tauUPercent: number;
  /** Mean of max(needed - in service, 0) / needed. */
  readonly thetaUPercent: number;
  /** Mean of max(in service - needed, 0) / needed. */
  readonly thetaOPercent: number;
  readonly billedInstanceHours: number;
  /** Changes of the wanted number. */
  readonly actions: number;
}

/** `needed` may be handed in when many runs of one world are scored. */
export function score(world: World, run: Run, needed: Int32Array = neededInstances(world)): Score {
  const from = firstScoredStep(world.trace);
  const steps = needed.length - from;
  let short = 0;
  let missing = 0;
  let idle = 0;
  let billed = 0;
  let actions = 0;
  for (let step = from; step < needed.length; step += 1) {
    const need = needed[step] ?? 1;
    const gap = need - (run.inService[step] ?? 0);
    if (gap > 0) short += 1;
    missing += Math.max(gap, 0) / need;
    idle += Math.max(-gap, 0) / need;
    billed += run.billed[step] ?? 0;
    actions += run.acted[step] ?? 0;
  }
  return {
    tauUPercent: (100 * short) / steps,
    thetaUPercent: (100 * missing) / steps,
    thetaOPercent: (100 * idle) / steps,
    billedInstanceHours: (billed * world.trace.stepSeconds) / 3600,
    actions,
  };
}
