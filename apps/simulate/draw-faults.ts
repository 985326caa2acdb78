import type { Dice } from '../../adapters/memory/dice.ts';
import type { FleetBehaviour } from '../../adapters/memory/fleet-behaviour.ts';
import type { MetricFaults, ProductFaults, Scenario, Span } from './scenario.ts';

/** What faults may happen to. */
export interface Breakable {
  readonly layers: readonly string[];
  readonly participants: readonly string[];
  /** The least that there are faults for: spans begin within it. */
  readonly leastMinutes: number;
}

/** Everything that goes wrong in a world, and how often. */
export type Faults = Omit<Scenario, 'seed' | 'file' | 'loads' | 'manners' | 'faultRuns' | 'faultMinutes'>;

/** Faults of each kind are absent in a third of the worlds or more. */
export function drawFaults(dice: Dice, { layers, participants, leastMinutes }: Breakable): Faults {
  const participant = participants[dice.below(participants.length)] ?? 'dead';
  const span = (ratio: number, most: number): Span | undefined => drawSpan(dice, { ratio, most, leastMinutes });
  const refused = span(0.25, 3);
  const throttled = span(0.25, 4);
  const clockJumps = { ratio: dice.happens(0.2) ? dice.between(0.01, 0.05) : 0, seconds: dice.between(20, 90) };
  return {
    calls: {
      crashBefore: rate(dice, 0.02),
      crashAfter: rate(dice, 0.02),
      throttled: rate(dice, 0.03),
      answerLost: rate(dice, 0.03),
    },
    messages: { lost: rate(dice, 0.15), twice: rate(dice, 0.15), late: rate(dice, 0.2) },
    metrics: drawMetrics(dice, layers, span(0.4, 7)),
    product: drawProduct(dice),
    fleet: drawFleet(dice),
    refused: refused && { ...refused, participant },
    throttled: throttled && { ...throttled, isBlind: dice.happens(0.4) },
    stopped: span(0.15, 4),
    clockSeconds: dice.happens(0.5) ? dice.between(0, 5) : 0,
    clockJumps,
    together: rate(dice, 0.7),
    hangs: { ratio: rate(dice, 0.06), seconds: dice.between(5, 60) },
    // Two looks count when they lie half a minute apart, by the clocks of those who look.
    hidden: clockJumps.ratio > 0 ? 0 : rate(dice, 0.6),
    endedByHand: rate(dice, 0.3),
    copiedByHand: dice.happens(0.3) ? dice.between(0, 0.2) : 0,
    reapplied: rate(dice, 0.1),
  };
}

/** None at all in a third of the worlds. */
function rate(dice: Dice, most: number): number {
  return dice.happens(1 / 3) ? 0 : dice.between(0, most);
}

function drawSpan(
  dice: Dice,
  of: { readonly ratio: number; readonly most: number; readonly leastMinutes: number },
): Span | undefined {
  const happens = dice.happens(of.ratio);
  const span = { fromMinute: dice.between(0, of.leastMinutes), minutes: dice.between(1, of.most) };
  return happens ? span : undefined;
}

function drawMetrics(dice: Dice, layers: readonly string[], outage: Span | undefined): MetricFaults {
  const layer = layers[dice.below(layers.length)] ?? 'web';
  return { missing: rate(dice, 0.3), late: rate(dice, 0.3), outage: outage && { ...outage, layer } };
}

function drawProduct(dice: Dice): ProductFaults {
  return {
    healthySeconds: dice.between(5, 40),
    drainSeconds: dice.between(0, 40),
    unhealthy: rate(dice, 0.2),
    unreachable: rate(dice, 0.2),
    neverReady: rate(dice, 0.2),
    commandFails: rate(dice, 0.3),
    commandSeconds: dice.between(1, 60),
  };
}

function drawFleet(dice: Dice): Partial<FleetBehaviour> {
  return {
    boot: { medianSeconds: 10 + dice.below(25), sigma: dice.between(0.1, 0.8) },
    failedBootRatio: rate(dice, 0.15),
    stuckBootRatio: rate(dice, 0.1),
    meanHoursToCrash: dice.happens(0.5) ? 0 : dice.between(0.5, 5),
    meanHoursToInterruption: dice.between(0.1, 2),
    shortage: dice.happens(0.5)
      ? { meanHoursBetween: 0, meanMinutes: 0 }
      : { meanHoursBetween: dice.between(0.1, 0.6), meanMinutes: dice.between(2, 10) },
    shownWithinSeconds: dice.between(0, 10),
    mostInstances: dice.happens(0.15) ? 20 + dice.below(6) : 5000,
  };
}
