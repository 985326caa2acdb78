import { addSeconds, isBefore } from '../../core/amounts.ts';
import type { Violation } from '../local/check-promises.ts';
import type { FaultTally } from './fault-counts.ts';
import { LargestFleet } from './largest-fleet.ts';
import { moveWorld } from './move-world.ts';
import type { StageRuns } from './run-stages.ts';
import type { Scenario } from './scenario.ts';
import { type Plant, SimulatedWorld, start } from './simulated-world.ts';

/** What came of one world. */
export interface Played {
  /** Runs of stages. */
  readonly steps: number;
  readonly layers: number;
  /** Machines at once, at the most. */
  readonly instances: number;
  readonly violations: readonly Violation[];
  readonly faults: FaultTally;
}

/** Everything must have settled this long after the faults stop: boots, deadlines, back-offs and the sweep for orphans fit several times. */
const settlingSeconds = 3600;
/** How often somebody looks whether it is time to go on. */
const lookSeconds = 10;

/** Plays one world: first with faults, checking safety at every step, then without (one participant stays dead) until it settles. */
export async function playScenario(scenario: Scenario, plant: Plant = (ports) => ports): Promise<Played> {
  const world = new SimulatedWorld(scenario, { plant });
  const { agenda, clock, check, faults } = world;
  const largest = new LargestFleet();
  world.table.onChange((change) => largest.follow(change));
  const runs = await moveWorld(world, undefined);
  await runWithFaults(world, runs);
  world.calmDown();
  const end = addSeconds(clock.now(), settlingSeconds);
  while (isBefore(clock.now(), end) && (await unsettled(world)).length > 0) {
    await agenda.runUntil(addSeconds(clock.now(), lookSeconds));
  }
  check.requireSettled(await unsettledTargets(world));
  const layers = Object.keys(check.view.file?.layers ?? {}).length;
  const { runs: steps } = runs;
  return { steps, layers, instances: largest.most, violations: check.violations, faults: faults.counts() };
}

async function runWithFaults({ agenda, clock, scenario }: SimulatedWorld, runs: StageRuns): Promise<void> {
  const { faultRuns, faultMinutes } = scenario;
  const [least, most] = [addSeconds(start, faultMinutes.least * 60), addSeconds(start, faultMinutes.most * 60)];
  await agenda.runUntil(least);
  while (runs.runs < faultRuns && isBefore(clock.now(), most)) {
    await agenda.runUntil(addSeconds(clock.now(), lookSeconds));
  }
}

/** What keeps a world from being settled; empty when it is. */
export async function unsettled(world: SimulatedWorld): Promise<readonly string[]> {
  const found = world.check.unsettled();
  return found.length > 0 ? found : unsettledTargets(world);
}

/** Target groups hold who is in service, and nobody else. */
async function unsettledTargets({ check, product }: SimulatedWorld): Promise<readonly string[]> {
  const found: string[] = [];
  const { participants = {} } = check.view.file ?? {};
  for (const [name, { targetGroupArn }] of Object.entries(participants)) {
    if (targetGroupArn === undefined) continue;
    const registered = new Set(await product.registered(targetGroupArn));
    const members = new Set(check.view.instancesHeardBy(name));
    for (const id of members)
      if (!registered.has(id)) found.push(`${name} sends nothing to ${id}, which is in service`);
    for (const id of registered)
      if (!members.has(id)) found.push(`${name} still sends to ${id}, which is not in service`);
  }
  return found;
}
