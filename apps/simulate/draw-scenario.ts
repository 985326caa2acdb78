import type { Dice } from '../../adapters/memory/dice.ts';
import { drawFaults } from './draw-faults.ts';
import { drawLayer } from './draw-layer.ts';
import { drawParticipants } from './draw-participants.ts';
import type { LoadPlan, Scenario } from './scenario.ts';

/** Most worlds come to over 400 runs of stages so, and few to many more. */
const faultRuns = 340;
const faultMinutes = { least: 3, most: 12 };
/** More levels than the longest faults have. */
const loadLevels = 8;

const layerNames = ['web', 'worker', 'db', 'cache'];

/** Everything that a world of this seed is made of. Faults of each kind are absent in some worlds, rare or frequent in others. */
export function drawScenario(seed: number, dice: Dice): Scenario {
  const layers = layerNames.slice(0, dice.happens(0.3) ? 4 : 3);
  const participants = drawParticipants(dice, layers);
  const queues = layers.filter(() => dice.happens(0.3));
  // One layer at the most may come down to nobody: together they are to have twenty.
  const small = dice.happens(0.35) ? layers[dice.below(layers.length)] : undefined;
  return {
    seed,
    file: {
      application: 'shop',
      kpis: {
        ...Object.fromEntries(layers.map((layer) => [`${layer}Load`, drawKpi(dice, layer)])),
        ...Object.fromEntries(queues.map((layer) => [`${layer}Queue`, { metric: metricOf('Queue', layer) }])),
      },
      layers: Object.fromEntries(
        layers.map((layer) => [
          layer,
          drawLayer(dice, layer, { hasQueue: queues.includes(layer), isLarge: layer !== small }),
        ]),
      ),
      participants: Object.fromEntries(participants.map(({ name, settings }) => [name, settings])),
      limits: dice.happens(0.3) ? [{ layer: 'web', atMost: 8, per: 'db' }] : [],
    },
    loads: layers.map((layer) => drawLoad(dice, layer, queues)),
    manners: Object.fromEntries(participants.flatMap(({ name, manner }) => (manner ? [[name, manner]] : []))),
    faultRuns,
    faultMinutes,
    ...drawFaults(dice, {
      layers,
      participants: participants.map(({ name }) => name),
      leastMinutes: faultMinutes.least,
    }),
  };
}

function drawKpi(dice: Dice, layer: string): object {
  const metric = metricOf('Load', layer);
  if (dice.happens(0.1)) return { metric, missing: { holdLastSeconds: 60 * (4 + dice.below(5)) } };
  return dice.happens(0.05) ? { metric, missing: { assume: 55 } } : { metric };
}

function metricOf(name: string, layer: string): object {
  return { namespace: 'Simulated', name, stat: 'Average', dimensions: { Layer: layer } };
}

function drawLoad(dice: Dice, layer: string, queues: readonly string[]): LoadPlan {
  return {
    layer,
    hasQueue: queues.includes(layer),
    levels: Array.from({ length: loadLevels }, (_, index) => (index === 0 ? dice.between(9, 13) : dice.between(0, 10))),
  };
}
