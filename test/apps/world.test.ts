import { describe, expect, it } from 'vitest';
import type { Fleet, Ports } from '../../adapters/ports.ts';
import { runWorld } from '../../apps/local/run-world.ts';
import { isoFromInstant } from '../../core/amounts.ts';
import { makeTrace, makeWorld, smallApplication } from '../factories/demo-world.ts';

describe('a simulated world', { timeout: 60_000 }, () => {
  it('plays every stage: the fleet follows the load, everybody is told, no promise is broken', async () => {
    const world = makeWorld();

    const run = await runWorld(world);

    expect(world.check.violations).toEqual([]);
    expect([...world.diary.degraded]).toEqual([]);
    expect(run.settledAfterSeconds).toBeDefined();
    for (const stage of ['evaluate', 'reconcile', 'announce', 'observe', 'acknowledge']) {
      expect(world.invocations.count(stage), stage).toBeGreaterThan(10);
    }
    const { inService, desired } = run.history.layers.get('web') ?? { inService: [], desired: [] };
    expect(Math.max(...inService)).toBeGreaterThan(Math.max(1, inService[0] ?? 0));
    expect(Math.max(...desired)).toBeLessThanOrEqual(12);
    expect(world.diary.notices.acknowledged).toBeGreaterThan(5);
    expect(run.evaluations).toBeGreaterThanOrEqual(120);
  });

  it('repeats to the letter from its seed, and differs from another', async () => {
    const story = async (seed: number) => {
      const world = makeWorld({ seed, trace: makeTrace({ minutes: 40 }) });
      const told: string[] = [];
      world.table.onChange(({ key, after }) => told.push(`${world.clock.now()} ${key} ${JSON.stringify(after)}`));
      await runWorld(world);
      return told;
    };
    const [once, again, other] = [await story(3), await story(3), await story(4)];

    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
  });

  it('survives a load that stops, and one that never was', async () => {
    for (const loads of [
      { minutes: 30, peak: 0 },
      { minutes: 60, peak: 1 },
    ]) {
      const world = makeWorld({ trace: makeTrace(loads) });

      await runWorld(world);

      expect(world.check.violations).toEqual([]);
    }
  });

  it('says why a file is refused', async () => {
    const world = makeWorld({ application: { ...smallApplication, parameters: { site: { type: 'string' } } } });

    await expect(runWorld(world)).rejects.toThrow(/refused/);
  });
});

/** Ports with another fleet, whose methods may fall back on the right one. */
function withFleet(ports: Ports, change: (fleet: Fleet) => Partial<Fleet>): Ports {
  const { fleet } = ports;
  const right: Fleet = {
    launch: (request) => fleet.launch(request),
    terminate: (instanceIds) => fleet.terminate(instanceIds),
    list: (application) => fleet.list(application),
    find: (instanceId) => fleet.find(instanceId),
    passing: (instanceIds) => fleet.passing(instanceIds),
    zones: (subnetIds) => fleet.zones(subnetIds),
  };
  return { ...ports, fleet: { ...right, ...change(right) } };
}

const faults: Readonly<Record<string, { readonly promise: number; readonly plant: (ports: Ports) => Ports }>> = {
  'a launch under another token than the stored one': {
    promise: 1,
    plant: (ports) =>
      withFleet(ports, (fleet) => ({
        launch: (request) =>
          fleet.launch({ ...request, launch: { ...request.launch, token: `${request.launch.token}x` } }),
      })),
  },
  'every launch doubled': {
    promise: 1,
    plant: (ports) =>
      withFleet(ports, (fleet) => ({
        launch: async (request) => {
          await fleet.launch({ ...request, launch: { ...request.launch, token: 'again' } });
          return fleet.launch(request);
        },
      })),
  },
  'one slot more in each call than was intended': {
    promise: 1,
    plant: (ports) =>
      withFleet(ports, (fleet) => ({
        launch: (request) =>
          fleet.launch({ ...request, launch: { ...request.launch, count: request.launch.count + 1 } }),
      })),
  },
  'a sweep that ends what it sees': {
    promise: 3,
    plant: (ports) =>
      withFleet(ports, (fleet) => ({
        list: async (application) => {
          const listed = await fleet.list(application);
          const running = listed.filter(({ state }) => state === 'running').slice(2, 3);
          await fleet.terminate(running.map(({ instanceId }) => instanceId));
          return listed;
        },
      })),
  },
  'a topic that takes nothing': {
    promise: 5,
    plant: (ports) => ({
      ...ports,
      topic: { publish: async (notices) => notices.map((notice) => ({ notice, reason: 'Throttled' })) },
    }),
  },
  'terminations that never reach EC2': {
    promise: 6,
    plant: (ports) => withFleet(ports, () => ({ terminate: async () => undefined })),
  },
  'decisions that are not stored': {
    promise: 8,
    plant: (ports) => {
      const { table } = ports;
      return {
        ...ports,
        table: {
          applications: () => table.applications(),
          load: (application) => table.load(application),
          file: (application, version) => table.file(application, version),
          decisions: (application, query) => table.decisions(application, query),
          commit: (application, change) =>
            table.commit(application, { ...change, put: change.put.filter(({ kind }) => kind !== 'decision') }),
        },
      };
    },
  },
};

describe('a planted fault', { timeout: 60_000 }, () => {
  it.each(Object.keys(faults))('is caught: %s', async (name) => {
    const { promise, plant } = faults[name] ?? { promise: 0, plant: (ports: Ports) => ports };
    const world = makeWorld({ trace: makeTrace({ minutes: 45 }), around: plant });

    await runWorld(world);

    const found = world.check.violations.map((violation) => violation.promise);
    expect(found).toContain(promise);
    expect(world.check.violations[0]?.at).toMatch(/^2026-/);
    expect(isoFromInstant(world.clock.now())).toMatch(/^2026-/);
  });
});
