import { readFileSync } from 'node:fs';
import { ourTags } from '../../adapters/aws/ec2-instance.ts';
import type { FleetBehaviour } from '../../adapters/memory/fleet-behaviour.ts';
import { runWorld, type WorldRun } from '../../apps/local/run-world.ts';
import { playable } from '../../apps/local/trace.ts';
import { createWorld, type World } from '../../apps/local/world.ts';
import { readApplication } from '../../core/application/read-application.ts';
import { defaultCeilings } from '../../infra/concertina.ts';
import { ApplicationFileError } from '../../infra/read-applications.ts';
import { synthesize } from '../infra/synthesize.ts';
import type { AccountState } from './calls-of-commands.ts';
import { guardPorts } from './guard-ports.ts';
import { RightsGuard } from './rights-guard.ts';
import { account, DeployedTemplate } from './template.ts';

/** The example application, of which the template under test is made too. */
export const shop = readFileSync('examples/shop.json', 'utf8');

export interface GuardedWorldOptions {
  readonly guard: RightsGuard;
  readonly seed: number;
  readonly hours: number;
  readonly text?: string;
  readonly fleet?: Partial<FleetBehaviour>;
}

/** Plays hours of up and down in a simulated world in which every call of every stage meets the policy of that stage's function. */
export async function playGuarded({
  guard,
  seed,
  hours,
  text = shop,
  fleet,
}: GuardedWorldOptions): Promise<{ world: World; run: WorldRun }> {
  const read = readApplication(text);
  if (!read.ok) throw new Error(read.problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
  // Three waves, each from next to nothing to the peak and back.
  const load = Array.from(
    { length: hours * 60 },
    (_, minute) => 50 - 49 * Math.cos((minute / (hours * 20)) * 2 * Math.PI),
  );
  const around = guardedBy(guard, (id) => world.fleet.truthOf(id));
  const world: World = createWorld({
    text,
    application: read.application,
    trace: playable('waves', 60, load),
    seed,
    ceilings: defaultCeilings,
    ...around,
    ...(fleet === undefined ? {} : { fleet }),
  });
  return { world, run: await runWorld(world) };
}

const guards = new Map<string, RightsGuard | undefined>();

/** The policies of a stack that deploys this application; none when it cannot be deployed. Synthesised once for each text. */
export function guardOf(text: string): RightsGuard | undefined {
  if (!guards.has(text)) guards.set(text, makeGuard(text));
  return guards.get(text);
}

function makeGuard(text: string): RightsGuard | undefined {
  try {
    return new RightsGuard(
      new DeployedTemplate(synthesize({ applications: [{ from: 'the test', json: text }] }).toJSON()),
    );
  } catch (error) {
    if (error instanceof ApplicationFileError) return undefined;
    throw error;
  }
}

/** For the options `around` and `aroundParticipants` of a world: every port of every stage behind the guard. */
export function guardedBy(
  guard: RightsGuard,
  truthOf: World['fleet']['truthOf'],
): Required<Pick<World['options'], 'around' | 'aroundParticipants'>> {
  const state: AccountState = {
    imageOwner: () => account.id,
    rolesOf: (profile) => [profile],
    tagsOf: (instanceId) => {
      const instance = truthOf(instanceId);
      return instance === undefined
        ? {}
        : { [ourTags.application]: instance.application, [ourTags.layer]: instance.layer };
    },
  };
  return {
    around: (ports, stage) => guardPorts(ports, { guard, stage, state }),
    aroundParticipants: (ports, stage) => guardPorts(ports, { guard, stage, state }),
  };
}
