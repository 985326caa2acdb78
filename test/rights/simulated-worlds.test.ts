import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ourTags } from '../../adapters/aws/ec2-instance.ts';
import { playScenario } from '../../apps/simulate/play-scenario.ts';
import { scenarioOf } from '../../apps/simulate/simulate-seeds.ts';
import { plainState } from './attempts.ts';
import { guardPorts } from './guard-ports.ts';
import { guardOf } from './guarded-world.ts';

describe('in simulated worlds with faults', () => {
  it.each([1, 2])(
    'seed %i asks for nothing that its functions may not do',
    async (seed) => {
      const scenario = scenarioOf(seed);
      const guard = guardOf(JSON.stringify(scenario.file));
      if (guard === undefined) throw new Error(`the file of seed ${seed} cannot be deployed`);
      const { application } = z.object({ application: z.string() }).parse(scenario.file);
      // Every machine in such a world is one of the application's.
      const state = { ...plainState, tagsOf: () => ({ [ourTags.application]: application }) };

      await playScenario(scenario, (ports, stage) => guardPorts(ports, { guard, stage, state }));

      expect([...guard.missing]).toEqual([]);
      expect(guard.answered).toBeGreaterThan(50);
    },
    120_000,
  );
});
