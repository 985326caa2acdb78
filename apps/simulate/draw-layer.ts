import type { Dice } from '../../adapters/memory/dice.ts';

/** The settings of one layer; `db` is stateful in most worlds. */
export function drawLayer(dice: Dice, layer: string, { hasQueue }: { readonly hasQueue: boolean }): object {
  const isStateful = layer === 'db';
  const min = isStateful ? 2 + dice.below(3) : dice.happens(0.2) ? dice.below(3) : 7 + dice.below(4);
  const max = Math.max(min, 1) + (isStateful ? 4 : 5) + dice.below(isStateful ? 3 : 5);
  const subnetIds = Array.from({ length: 1 + dice.below(3) }, (_, index) => `subnet-${index}`);
  const ready = drawReady(dice);
  // Status checks take a minute of their own.
  const leastReadySeconds = ready === 'status-checks' ? 150 : 90;
  return {
    image: { id: 'ami-0123456789abcdef0' },
    sizes: [{ type: 'm7g.large', hourlyUsd: 0.08 }],
    count: { min, max },
    launch: { subnetIds, spotPercent: [0, 0, 50, 100][dice.below(4)] },
    ready,
    readySeconds: leastReadySeconds + dice.below(120),
    drainSeconds: dice.happens(0.3) ? 0 : dice.below(30),
    ...(isStateful && dice.happens(0.7) ? { stateful: { keepInService: min, oneAtATime: dice.happens(0.7) } } : {}),
    ...(layer === 'web' && dice.happens(0.3) ? { launchAfter: ['db'], drainBefore: ['db'] } : {}),
    rules: [
      { name: 'keep the load near 60', kpi: `${layer}Load`, targetValue: 60 },
      ...(hasQueue ? [{ name: 'keep the queue near 60', kpi: `${layer}Queue`, targetValue: 60 }] : []),
    ],
    scaleIn: { stabilizationSeconds: 60 * dice.below(2), maxPercent: dice.happens(0.6) ? 100 : 50 },
  };
}

/** In most layers an instance is ready when it runs: the other ways need more looks. */
function drawReady(dice: Dice): object | string {
  const draw = dice.unit();
  if (draw < 0.7) return 'running';
  if (draw < 0.8) return 'status-checks';
  return draw < 0.9 ? 'signal' : { http: { port: 8080, path: '/ready' } };
}
