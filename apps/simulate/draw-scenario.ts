import type { Dice } from '../../adapters/memory/dice.ts';
import type { FaultRates } from '../../adapters/memory/faulty-ports.ts';
import type { FleetBehaviour } from '../../adapters/memory/fleet-behaviour.ts';

/** How a simulated participant answers its notices. */
export type Manner = 'prompt' | 'slow' | 'failing' | 'lying' | 'dead';

/** How often a message (event, tick, acknowledgement, metric) is lost, comes twice, or comes late and so out of order. */
export interface MessageRates {
  readonly lost: number;
  readonly twice: number;
  readonly late: number;
}

/** One simulated layer: how much load it carries over time, in instances' worth. */
export interface LoadPlan {
  readonly layer: string;
  /** A new level each few minutes. */
  readonly levels: readonly number[];
}

/** The whole world of one seed, before it moves. Printed when a promise is broken. */
export interface Scenario {
  readonly seed: number;
  /** The application file. */
  readonly file: object;
  readonly loads: readonly LoadPlan[];
  readonly manners: Readonly<Record<string, Manner>>;
  readonly faultMinutes: number;
  readonly calls: FaultRates;
  readonly messages: MessageRates;
  readonly fleet: Partial<FleetBehaviour>;
  /** Seconds by which a function's clock may be off, either way. */
  readonly clockSeconds: number;
  /** How often a second run of a stage starts while the first is under way. */
  readonly together: number;
  /** How often, a minute, somebody ends an instance by hand. */
  readonly endedByHand: number;
  /** How often, a minute, the file is applied again while everything moves, with another drain time. */
  readonly reapplied: number;
  readonly metricsMissing: number;
}

const layerNames = ['web', 'worker', 'db', 'cache'];
const faultMinutes = 12;
const levelMinutes = 2;

/** Everything that a world of this seed is made of. Faults of each kind are absent in some worlds, rare or frequent in others. */
export function drawScenario(seed: number, dice: Dice): Scenario {
  const layers = layerNames.slice(0, 3 + dice.below(2));
  const participants = drawParticipants(dice, layers);
  return {
    seed,
    file: {
      application: 'shop',
      kpis: Object.fromEntries(layers.map((layer) => [`${layer}Load`, kpiOf(layer)])),
      layers: Object.fromEntries(layers.map((layer) => [layer, drawLayer(dice, layer)])),
      participants: Object.fromEntries(participants.map(({ name, settings }) => [name, settings])),
      limits: dice.happens(0.3) ? [{ layer: 'web', atMost: 8, per: 'db' }] : [],
    },
    loads: layers.map((layer) => ({ layer, levels: drawLevels(dice) })),
    manners: Object.fromEntries(participants.map(({ name, manner }) => [name, manner])),
    faultMinutes,
    calls: {
      crashBefore: rate(dice, 0.02),
      crashAfter: rate(dice, 0.02),
      throttled: rate(dice, 0.03),
      answerLost: rate(dice, 0.03),
    },
    messages: { lost: rate(dice, 0.15), twice: rate(dice, 0.15), late: rate(dice, 0.2) },
    fleet: drawFleet(dice),
    clockSeconds: dice.happens(0.5) ? dice.between(0, 5) : 0,
    together: rate(dice, 0.3),
    endedByHand: rate(dice, 0.3),
    reapplied: rate(dice, 0.1),
    metricsMissing: rate(dice, 0.3),
  };
}

/** None at all in a third of the worlds. */
function rate(dice: Dice, most: number): number {
  return dice.happens(1 / 3) ? 0 : dice.between(0, most);
}

function kpiOf(layer: string): object {
  return { metric: { namespace: 'Simulated', name: 'Load', stat: 'Average', dimensions: { Layer: layer } } };
}

function drawLayer(dice: Dice, layer: string): object {
  const isStateful = layer === 'db';
  const min = isStateful ? 1 + dice.below(3) : dice.below(3);
  const max = Math.max(min, 1) + (isStateful ? 2 : 4) + dice.below(isStateful ? 2 : 10);
  const subnetIds = Array.from({ length: 1 + dice.below(3) }, (_, index) => `subnet-${index}`);
  return {
    image: { id: 'ami-0123456789abcdef0' },
    sizes: [{ type: 'm7g.large', hourlyUsd: 0.08 }],
    count: { min, max },
    launch: { subnetIds, spotPercent: dice.happens(0.4) ? 50 : 0 },
    readySeconds: 90 + dice.below(120),
    drainSeconds: dice.below(60),
    ...(isStateful && dice.happens(0.7) ? { stateful: { keepInService: min, oneAtATime: dice.happens(0.7) } } : {}),
    ...(layer === 'web' && dice.happens(0.3) ? { launchAfter: ['db'], drainBefore: ['db'] } : {}),
    rules: [{ name: 'keep the load near 60', kpi: `${layer}Load`, targetValue: 60 }],
    scaleIn: { stabilizationSeconds: 60 * dice.below(3), maxPercent: dice.happens(0.5) ? 100 : 34 },
  };
}

interface DrawnParticipant {
  readonly name: string;
  readonly manner: Manner;
  readonly settings: object;
}

/** One participant is dead for ever in every world, so that deadlines are always needed. */
function drawParticipants(dice: Dice, layers: readonly string[]): readonly DrawnParticipant[] {
  const manners: readonly Manner[] = ['prompt', 'slow', 'failing', 'lying'];
  const others = ['lb', 'cluster', 'audit'].slice(0, 1 + dice.below(3)).map((name) => ({
    name,
    manner: manners[dice.below(manners.length)] ?? 'prompt',
    settings: drawHearing(dice, layers),
  }));
  const dead = { hears: ['*'], acknowledge: { withinSeconds: 20 + dice.below(60) } };
  return [...others, { name: 'dead', manner: 'dead', settings: dead }];
}

function drawHearing(dice: Dice, layers: readonly string[]): object {
  const hears = dice.happens(0.4) ? ['*'] : [layers[dice.below(layers.length)] ?? '*'];
  if (dice.happens(0.2)) return { hears };
  return { hears, acknowledge: { withinSeconds: 20 + dice.below(100) } };
}

function drawLevels(dice: Dice): readonly number[] {
  return Array.from({ length: Math.ceil(faultMinutes / levelMinutes) }, () => dice.between(0, 9));
}

function drawFleet(dice: Dice): Partial<FleetBehaviour> {
  return {
    boot: { medianSeconds: 20 + dice.below(40), sigma: dice.between(0.1, 0.8) },
    failedBootRatio: rate(dice, 0.15),
    meanHoursToCrash: dice.happens(0.5) ? 0 : dice.between(0.5, 5),
    meanHoursToInterruption: dice.between(0.2, 3),
    shortage: dice.happens(0.5)
      ? { meanHoursBetween: 0, meanMinutes: 0 }
      : { meanHoursBetween: dice.between(0.1, 0.6), meanMinutes: dice.between(2, 10) },
    shownWithinSeconds: dice.between(0, 10),
    mostInstances: 5000,
  };
}
