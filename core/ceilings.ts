import { mayRun } from './instance-life.ts';
import { revisionKey, type Stored } from './stored.ts';

/** What all applications of an account may have together. Set where Concertina is deployed: no application file can lift it. */
export interface Ceilings {
  readonly mostInstances: number;
  /** By the prices that the application files state. */
  readonly mostHourlyUsd: number;
}

/** What machines take of the ceilings. */
export interface Usage {
  readonly instances: number;
  readonly hourlyUsd: number;
}

/** What an application takes: of each layer what is desired, or what may run, whichever is more. */
export function usageOf(stored: Stored): Usage {
  const running = new Map<string, number>();
  for (const { slot } of stored.slots) if (mayRun(slot)) running.set(slot.layer, (running.get(slot.layer) ?? 0) + 1);
  let [instances, hourlyUsd] = [0, 0];
  for (const layer of new Set([...stored.desired.keys(), ...running.keys()])) {
    const desired = stored.desired.get(layer);
    const count = Math.max(desired?.count ?? 0, running.get(layer) ?? 0);
    const revision = desired && stored.revisions.get(revisionKey(desired));
    instances += count;
    hourlyUsd += count * (revision?.hourlyUsd ?? 0);
  }
  return { instances, hourlyUsd };
}

/** Both together. */
export function sumOf(usages: Iterable<Usage>): Usage {
  let [instances, hourlyUsd] = [0, 0];
  for (const usage of usages) {
    instances += usage.instances;
    hourlyUsd += usage.hourlyUsd;
  }
  return { instances, hourlyUsd };
}
