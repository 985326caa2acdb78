import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runWorld } from '../../apps/local/run-world.ts';
import { playable } from '../../apps/local/trace.ts';
import { createWorld, type World } from '../../apps/local/world.ts';
import { readApplication } from '../../core/application/read-application.ts';

const text = readFileSync('examples/shop.json', 'utf8').replace(
  '"readySeconds": 120,',
  '"readySeconds": 120, "ready": { "http": { "port": 8080 } },',
);
const hours = 2;

/** The example under two waves of load, its web layer asked over HTTP; `seen` is called before each termination. */
function makeWorld(seen: (world: World, instanceIds: readonly string[]) => Promise<void> = async () => {}): World {
  const read = readApplication(text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const load = Array.from({ length: hours * 60 }, (_, minute) => 50 - 49 * Math.cos((minute / 60) * 2 * Math.PI));
  const world: World = createWorld({
    text,
    application: read.application,
    trace: playable('waves', 60, load),
    seed: 1,
    around: (ports, stage) => {
      if (stage !== 'reconcile') return ports;
      const { fleet } = ports;
      const terminate = async (instanceIds: readonly string[]): Promise<void> => {
        await seen(world, instanceIds);
        await fleet.terminate(instanceIds);
      };
      const others = ['launch', 'list', 'find', 'passing', 'zones'] as const;
      const rest = Object.fromEntries(others.map((name) => [name, Reflect.get(fleet, name).bind(fleet)]));
      return { ...ports, fleet: Object.assign(Object.create(fleet), rest, { terminate }) };
    },
  });
  return world;
}

async function targetsOf(world: World): Promise<ReadonlyMap<string, string>> {
  const { lb } = world.options.application.participants;
  const listed = await world.participantPortsOf('target-group').targetGroups.list(lb?.targetGroupArn ?? '');
  return 'targets' in listed ? listed.targets : new Map();
}

describe('target groups, hooks and probes in a simulated world', { timeout: 120_000 }, () => {
  it('keep up with the fleet: nobody is ended while the load balancer sends it traffic, and nobody dead is listed', async () => {
    const early: string[] = [];
    let seen = 0;
    const world = makeWorld(async (played, instanceIds) => {
      const targets = await targetsOf(played);
      for (const instanceId of instanceIds) {
        const isRunning = played.fleet.truthOf(instanceId)?.state === 'running';
        if (isRunning && targets.has(instanceId)) early.push(`${instanceId} is ${targets.get(instanceId)}`);
        seen += 1;
      }
    });

    const { settledAfterSeconds } = await runWorld(world);

    const stored = await world.table.load('shop');
    const inService = stored.slots.filter(({ slot }) => slot.layer === 'web' && slot.state === 'in-service');
    expect(settledAfterSeconds).toBeDefined();
    expect(world.check.violations).toEqual([]);
    expect(seen).toBeGreaterThan(20);
    expect(early).toEqual([]);
    expect([...(await targetsOf(world)).keys()].toSorted()).toEqual(
      inService.map(({ slot }) => slot.instanceId).toSorted(),
    );
    expect(stored.acknowledgements.get('db')?.runs?.length).toBeGreaterThan(0);
    expect(stored.probes.size).toBeGreaterThan(10);
  });
});
