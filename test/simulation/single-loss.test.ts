import { describe, expect, it } from 'vitest';
import { noFaults } from '../../adapters/memory/faulty-ports.ts';
import { calmFleet } from '../../adapters/memory/fleet-behaviour.ts';
import { moveWorld } from '../../apps/simulate/move-world.ts';
import { unsettled } from '../../apps/simulate/play-scenario.ts';
import type { Scenario } from '../../apps/simulate/scenario.ts';
import { type Loss, SimulatedWorld, start } from '../../apps/simulate/simulated-world.ts';
import { addSeconds, secondsBetween } from '../../core/amounts.ts';

/** The schedule of the evaluation and of the sweep. */
const schedulePeriodSeconds = 60;
const stepSeconds = 5;
/** The load changes at the start and here; both times everything has long settled before the next part. */
const partSeconds = 600;

const layers = { web: 3, worker: 4, db: 2 };

function layer(name: string): object {
  return {
    image: { id: 'ami-0123456789abcdef0' },
    sizes: [{ type: 'm7g.large', hourlyUsd: 0.08 }],
    count: { min: 1, max: 10 },
    launch: { subnetIds: ['subnet-0', 'subnet-1'] },
    drainSeconds: 10,
    rules: [{ name: 'keep the load near 60', kpi: `${name}Load`, targetValue: 60 }],
    scaleIn: { stabilizationSeconds: 0 },
  };
}

/** Nothing goes wrong here: loads rise, then fall by half; a load balancer, a hook and a subscriber of one's own are told. */
function calmScenario(): Scenario {
  const arn = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/lb/0123456789abcdef';
  const metric = (name: string) => ({
    metric: { namespace: 'Simulated', name: 'Load', stat: 'Average', dimensions: { Layer: name } },
  });
  const names = Object.keys(layers);
  const levels = (level: number) =>
    Array.from({ length: 10 }, (_, part) => (part < partSeconds / 120 ? level : level / 2));
  return {
    seed: 1,
    file: {
      application: 'shop',
      kpis: Object.fromEntries(names.map((name) => [`${name}Load`, metric(name)])),
      layers: Object.fromEntries(names.map((name) => [name, layer(name)])),
      participants: {
        lb: { hears: ['web'], targetGroupArn: arn, acknowledge: { withinSeconds: 300 } },
        cluster: { hears: ['db'], hook: { on: 'db', joined: 'rebalance' }, acknowledge: { withinSeconds: 300 } },
        audit: { hears: ['*'], acknowledge: { withinSeconds: 300 } },
      },
    },
    loads: Object.entries(layers).map(([name, level]) => ({ layer: name, hasQueue: false, levels: levels(level) })),
    manners: {},
    ...{ faultRuns: 0, faultMinutes: { least: 0, most: 0 } },
    calls: noFaults,
    messages: { lost: 0, twice: 0, late: 0 },
    metrics: { missing: 0, late: 0, outage: undefined },
    product: {
      ...{ healthySeconds: 10, drainSeconds: 10, unhealthy: 0, unreachable: 0, neverReady: 0 },
      ...{ commandFails: 0, commandSeconds: 2 },
    },
    fleet: calmFleet,
    ...{ refused: undefined, throttled: undefined, stopped: undefined, clockSeconds: 0 },
    clockJumps: { ratio: 0, seconds: 0 },
    hangs: { ratio: 0, seconds: 0 },
    ...{ together: 0, hidden: 0, endedByHand: 0, copiedByHand: 0, reapplied: 0 },
  };
}

interface Course {
  /** When the world was last not as it should end, in seconds from the start of each part. */
  readonly settledAfter: readonly number[];
  readonly violations: readonly string[];
  readonly messages: number;
  readonly runs: number;
  readonly machines: number;
}

/** Plays both parts; `ends` is what each should come to, as an undisturbed world has found out. */
async function play(ends: readonly string[], loss?: Loss): Promise<Course & { readonly ends: readonly string[] }> {
  const world = new SimulatedWorld(calmScenario(), { plant: (ports) => ports, loss });
  const runs = await moveWorld(world, loss);
  const settledAfter: number[] = [];
  const found: string[] = [];
  for (const part of [0, 1]) {
    let last = 0;
    const from = addSeconds(start, part * partSeconds);
    for (let second = stepSeconds; second <= partSeconds; second += stepSeconds) {
      await world.agenda.runUntil(addSeconds(from, second));
      const isThere = inService(world) === (ends[part] ?? inService(world));
      if (!isThere || (await unsettled(world)).length > 0) last = secondsBetween(from, world.clock.now());
    }
    settledAfter.push(last);
    found.push(inService(world));
  }
  const violations = world.check.violations.map(({ promise, what }) => `${promise}: ${what}`);
  const machines = world.fleet.truth().length;
  return { ends: found, settledAfter, violations, messages: world.messages.sent, runs: runs.runs, machines };
}

function inService({ check }: SimulatedWorld): string {
  const counts = Object.keys(layers).map(
    (name) => check.view.slotsOf(name).filter(({ state }) => state === 'in-service').length,
  );
  return counts.join(' ');
}

/** About so many positions of each kind are tried, spread over the whole course. */
const positions = 30;

describe('a world in which exactly one thing is lost', () => {
  it('converges at most one schedule period later than the one that loses nothing', async () => {
    const { ends } = await play([]);
    const calm = await play(ends);
    expect(calm.violations).toEqual([]);
    expect(Math.max(...calm.settledAfter)).toBeLessThan(partSeconds - 2 * schedulePeriodSeconds);
    const totals = { message: calm.messages, run: calm.runs, machine: calm.machines } as const;

    const late: string[] = [];
    for (const what of ['message', 'run', 'machine'] as const) {
      const stride = Math.max(1, Math.floor(totals[what] / positions));
      for (let position = 0; position < totals[what]; position += stride) {
        const lossy = await play(ends, { what, position });
        const delay = Math.max(...lossy.settledAfter.map((seconds, part) => seconds - (calm.settledAfter[part] ?? 0)));
        if (delay > schedulePeriodSeconds || lossy.violations.length > 0)
          late.push(`${what} ${position} of ${totals[what]}: ${delay} s, ${lossy.violations.join('; ')}`);
      }
    }

    expect(late).toEqual([]);
  }, 600_000);
});
