import { adapt } from './baselines/adapt.ts';
import { fixedFleet } from './baselines/fixed.ts';
import { hist } from './baselines/hist.ts';
import { horizontalPodAutoscaler, keda } from './baselines/hpa.ts';
import { nomadTargetValue } from './baselines/nomad.ts';
import { predictiveScaling } from './baselines/predictive-scaling.ts';
import { react } from './baselines/react.ts';
import { reg } from './baselines/reg.ts';
import { stepScaling } from './baselines/step-scaling.ts';
import { targetTracking } from './baselines/target-tracking.ts';
import { perfectWithinBoot } from './clairvoyant.ts';
import { concertina } from './concertina.ts';
import type { Autoscaler } from './simulate.ts';

/** The bound of a perfect look-ahead over the boot time; no baseline, because it sees the future. */
export const perfectLookAhead: Autoscaler = {
  name: 'perfect look-ahead',
  settings: [0],
  start: (world) => perfectWithinBoot(world),
};

/** Whom ours is compared with. */
export const baselines: readonly Autoscaler[] = [
  targetTracking(0.7),
  targetTracking(0.9),
  stepScaling,
  predictiveScaling,
  horizontalPodAutoscaler,
  keda,
  nomadTargetValue,
  react,
  adapt,
  hist,
  reg,
  fixedFleet,
];

/** Everybody who is played: ours, those it is compared with, and the bound. */
export const everyAutoscaler: readonly Autoscaler[] = [concertina, ...baselines, perfectLookAhead];
