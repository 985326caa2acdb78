import { Dice } from '../../adapters/memory/dice.ts';
import type { Violation } from '../local/check-promises.ts';
import { drawScenario } from './draw-scenario.ts';
import { addTallies, type FaultTally } from './fault-counts.ts';
import { type Played, playScenario } from './play-scenario.ts';
import type { Scenario } from './scenario.ts';
import type { Plant } from './simulated-world.ts';

/** A promise that a seed's world broke. */
export interface BrokenPromise {
  readonly seed: number;
  /** Number of the promise in the design; 0 when the world itself could not be played. */
  readonly promise: number;
  /** Virtual time, ISO 8601. */
  readonly step: string;
  readonly text: string;
}

/** What came of some seeds. */
export interface Simulated {
  readonly seeds: number;
  /** Runs of stages in all worlds; likewise layers, and machines of each world when it had most. */
  readonly steps: number;
  readonly layers: number;
  readonly instances: number;
  /** Worlds of the size that the simulation aims at: three layers, twenty machines at once, 400 runs. */
  readonly fullWorlds: number;
  readonly violations: readonly BrokenPromise[];
  /** How often each fault came. */
  readonly faults: FaultTally;
}

/** The world of a seed. */
export function scenarioOf(seed: number): Scenario {
  return drawScenario(seed, new Dice(`simulate/${seed}`));
}

/** Plays the worlds of `seeds` one after the other. `onSeed` is told after each. Never throws: a world that cannot be played is a violation. */
export async function simulateSeeds(
  seeds: Iterable<number>,
  { onSeed = () => undefined, plant }: { readonly onSeed?: (seed: number) => void; readonly plant?: Plant } = {},
): Promise<Simulated> {
  const violations: BrokenPromise[] = [];
  let faults: FaultTally = {};
  let [played, steps, layers, instances, fullWorlds] = [0, 0, 0, 0, 0];
  for (const seed of seeds) {
    try {
      const result = await playScenario(scenarioOf(seed), plant);
      steps += result.steps;
      layers += result.layers;
      instances += result.instances;
      if (isFull(result)) fullWorlds += 1;
      faults = addTallies([faults, result.faults]);
      violations.push(...result.violations.map((violation) => brokenIn(seed, violation)));
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      violations.push({ seed, promise: 0, step: '', text });
    }
    played += 1;
    onSeed(seed);
  }
  return { seeds: played, steps, layers, instances, fullWorlds, violations, faults };
}

function isFull({ steps, layers, instances }: Played): boolean {
  return layers >= 3 && instances >= 20 && steps >= 400;
}

function brokenIn(seed: number, { promise, at, what }: Violation): BrokenPromise {
  return { seed, promise, step: at, text: what };
}
