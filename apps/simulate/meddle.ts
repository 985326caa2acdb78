import { addSeconds } from '../../core/amounts.ts';
import type { Instance } from '../../core/records.ts';
import type { SimulatedWorld } from './simulated-world.ts';

/**
 * EC2 and people, once a minute: a machine is not shown, one ends an instance by hand, one launches another like it, one applies the file again while
 * everything moves.
 */
export async function meddle(world: SimulatedWorld, applyFile: (file: object) => Promise<void>): Promise<void> {
  if (world.isCalm) return;
  const { dice, faults } = world;
  const { hidden, endedByHand, copiedByHand, reapplied, file } = world.scenario;
  if (hidden > 0 && dice.happens(hidden)) hideOne(world);
  if (dice.happens(endedByHand)) endOne(world);
  if (dice.happens(copiedByHand)) await copyOne(world);
  if (!dice.happens(reapplied)) return;
  faults.note('file applied again');
  await applyFile({ ...file, parameters: { applied: { type: 'number', default: dice.below(99) } } });
}

/** For less than what lies between two looks that count, and each machine once: no two looks may miss it. */
const mostHiddenSeconds = 19;

function hideOne(world: SimulatedWorld): void {
  const { agenda, clock, dice, faults, hidden } = world;
  const victim = runningOne(world);
  if (victim === undefined || hidden.has(victim.instanceId)) return;
  faults.note('machine not shown');
  hidden.set(victim.instanceId, { isNow: false });
  const from = addSeconds(clock.now(), dice.between(0, 60));
  agenda.at(from, () => void hidden.set(victim.instanceId, { isNow: true }));
  agenda.at(
    addSeconds(from, dice.between(5, mostHiddenSeconds)),
    () => void hidden.set(victim.instanceId, { isNow: false }),
  );
}

function runningOne({ fleet, dice }: SimulatedWorld): Instance | undefined {
  const running = fleet.truth().filter(({ state }) => state === 'running');
  return running[dice.below(running.length)];
}

function endOne(world: SimulatedWorld): void {
  const { fleet, faults } = world;
  const victim = runningOne(world);
  if (victim === undefined) return;
  faults.note('machine ended by hand');
  fleet.end(victim.instanceId);
}

/** The console's "launch more like this" takes the tags along. */
async function copyOne({ fleet, dice, faults, check, table, clock, strangers }: SimulatedWorld): Promise<void> {
  const serving = [...check.view.slots.values()].filter(({ state }) => state === 'in-service');
  const slot = serving[dice.below(serving.length)];
  const { revisions } = await table.load('shop');
  const revision = [...revisions.values()].find(({ layer }) => layer === slot?.layer);
  if (slot === undefined || revision === undefined) return;
  const { layer, number, placement } = slot;
  const launch = { token: `by hand at ${clock.now()}`, first: number, count: 1 };
  const { launched } = await fleet.launch({ application: 'shop', layer, launch, placement, revision });
  for (const { instanceId } of launched) strangers.add(instanceId);
  if (launched.length > 0) faults.note('machine copied by hand');
}
