import { expect, onTestFinished } from 'vitest';
import type { MemoryFleet } from '../../adapters/memory/memory-fleet.ts';
import type { Ports } from '../../adapters/ports.ts';
import { playable, type Trace } from '../../apps/local/trace.ts';
import { createWorld, type World } from '../../apps/local/world.ts';
import { readApplication } from '../../core/application/read-application.ts';
import { guardedBy, guardOf } from '../rights/guarded-world.ts';

/** An application of a web layer and a worker layer behind it, small and quick to play. */
export const smallApplication = {
  application: 'small',
  kpis: {
    cpu: { metric: { namespace: 'CWAgent', name: 'cpu_usage_active', stat: 'Average', dimensions: { Layer: 'web' } } },
    p95Seconds: { metric: { namespace: 'AWS/ApplicationELB', name: 'TargetResponseTime', stat: 'p95' } },
    backlog: { pushed: true },
  },
  layers: {
    web: {
      image: { ssmParameter: '/small/web' },
      sizes: [{ type: 'm7g.large', hourlyUsd: 0.08 }],
      count: { min: 1, max: 12 },
      launch: { subnetIds: ['subnet-1a', 'subnet-1b'] },
      drainSeconds: 30,
      rules: [
        { name: 'keep cpu near 60', kpi: 'cpu', targetValue: 60 },
        { name: 'slow answers', kpi: 'p95Seconds', steps: [{ from: 0.5, add: 2 }] },
      ],
      scaleIn: { stabilizationSeconds: 120 },
    },
    worker: {
      image: { id: 'ami-0123456789abcdef0' },
      sizes: [{ type: 'c7g.large', hourlyUsd: 0.07 }],
      count: { min: 1, max: 6 },
      launch: { subnetIds: ['subnet-1a'], spotPercent: 50 },
      rules: [
        { name: 'one per two web', followLayer: 'web', ratio: 0.5 },
        { name: 'short queue', kpi: 'backlog', targetValue: 100 },
        { name: 'queue too old', alarm: 'small-queue-age', add: 1 },
      ],
    },
  },
  participants: { lb: { hears: ['web'], acknowledge: { withinSeconds: 60 } }, audit: { hears: ['*'] } },
};

/** Minutes of a load that rises to `peak` in the middle and falls again, with a little saw on it. */
export function makeTrace({ minutes = 120, peak = 100 } = {}): Trace {
  const loads = Array.from({ length: minutes }, (_, minute) => {
    const hill = Math.sin((Math.PI * minute) / minutes) ** 2;
    return Math.round(peak * (0.2 + 0.7 * hill + 0.1 * ((minute % 7) / 7)));
  });
  return playable('hill.csv', 60, loads);
}

/**
 * A world of the small application, standing still. Each call of each stage meets the policy that the stage's function would have if the application
 * were deployed; the test fails when a right is missing.
 */
export function makeWorld(
  of: {
    readonly seed?: number;
    readonly trace?: Trace;
    readonly application?: object;
    readonly around?: (ports: Ports, fleet: () => MemoryFleet) => Ports;
  } = {},
): World {
  const { seed = 1, trace = makeTrace(), application = smallApplication, around } = of;
  const text = JSON.stringify(application);
  const read = readApplication(text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  let world: World | undefined;
  const fleet = (): MemoryFleet => {
    if (world === undefined) throw new Error('the world is not there yet');
    return world.fleet;
  };
  const guard = guardOf(text);
  if (guard !== undefined) onTestFinished(() => expect([...guard.missing]).toEqual([]));
  const guarded = guard && guardedBy(guard, (instanceId) => fleet().truthOf(instanceId));
  world = createWorld({
    ...{ text, application: read.application, trace, seed },
    around: (ports, stage) => {
      const planted = around?.(ports, fleet) ?? ports;
      return guarded?.around(planted, stage) ?? planted;
    },
    ...(guarded === undefined ? {} : { aroundParticipants: guarded.aroundParticipants }),
  });
  return world;
}
