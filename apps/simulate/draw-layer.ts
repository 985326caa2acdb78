import type { Dice } from '../../adapters/memory/dice.ts';

/** The settings of one layer; `db` is stateful in most worlds. */
export function drawLayer(
  dice: Dice,
  layer: string,
  { hasQueue, isLarge }: { readonly hasQueue: boolean; readonly isLarge: boolean },
): object {
  const isStateful = layer === 'db';
  const min = isStateful ? 2 + dice.below(3) : isLarge ? 7 + dice.below(3) : dice.below(3);
  const hasQuorum = isStateful && dice.happens(0.7);
  // One at a time takes a minute or two each: with little room worlds settle in time.
  const oneAtATime = hasQuorum && dice.happens(0.3);
  const max = Math.max(min, 1) + (isStateful ? (oneAtATime ? 2 : 4) : 4) + dice.below(isStateful ? 2 : 4);
  const subnetIds = Array.from({ length: 1 + dice.below(3) }, (_, index) => `subnet-${index}`);
  const ready = drawReady(dice);
  // Status checks take a minute of their own.
  const leastReadySeconds = ready === 'status-checks' ? 120 : 60;
  return {
    image: { id: 'ami-0123456789abcdef0' },
    sizes: [{ type: 'm7g.large', hourlyUsd: 0.08 }],
    count: { min, max },
    launch: { subnetIds, spotPercent: [0, 0, 50, 100][dice.below(4)] },
    ready,
    readySeconds: leastReadySeconds + dice.below(60),
    drainSeconds: dice.happens(0.3) ? 0 : dice.below(30),
    ...(hasQuorum ? { stateful: { keepInService: min, oneAtATime } } : {}),
    ...(layer === 'web' && dice.happens(0.3) ? { launchAfter: ['db'], drainBefore: ['db'] } : {}),
    ...(dice.happens(0.5) ? { maxUnhealthyPercent: 5 + dice.below(20) } : {}),
    ...(dice.fork(`shadow/${layer}`).happens(0.15) ? { shadow: shadowOf(layer) } : {}),
    rules: [
      { name: 'keep the load near 60', kpi: `${layer}Load`, targetValue: 60 },
      ...(hasQueue ? [{ name: 'keep the queue near 60', kpi: `${layer}Queue`, targetValue: 60 }] : []),
    ],
    scaleIn: { stabilizationSeconds: 60 * dice.below(2), maxPercent: dice.happens(0.6) ? 100 : 50 },
  };
}

/** Rules that only watch: whatever they decide, nobody does. */
function shadowOf(layer: string): object {
  return { rules: [{ name: 'keep the load near 30', kpi: `${layer}Load`, targetValue: 30 }] };
}

/** In most layers an instance is ready when it runs: the other ways need more looks. */
function drawReady(dice: Dice): object | string {
  const draw = dice.unit();
  if (draw < 0.7) return 'running';
  if (draw < 0.8) return 'status-checks';
  return draw < 0.9 ? 'signal' : { http: { port: 8080, path: '/ready' } };
}
