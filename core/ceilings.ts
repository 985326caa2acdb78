import { mayRun, type Slot } from './instance-life.ts';
import { type UsageRecord, wholeAccount } from './records.ts';
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

/** What an application asks for: of each layer what is desired, or what may run, whichever is more. */
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

/** What these slots take: each that may have a machine, by the price of its own revision. */
export function usageOfSlots({ revisions }: Pick<Stored, 'revisions'>, slots: Iterable<Slot>): Usage {
  let [instances, hourlyUsd] = [0, 0];
  for (const slot of slots) {
    if (!mayRun(slot)) continue;
    instances += 1;
    hourlyUsd += revisions.get(revisionKey(slot))?.hourlyUsd ?? 0;
  }
  return { instances, hourlyUsd };
}

/** What is left for launches of one application: the ceilings without what the others hold and what its own slots take. Never below zero. */
export function roomFor(
  stored: Pick<Stored, 'application' | 'revisions' | 'slots'>,
  { ceilings, noted }: { readonly ceilings: Ceilings; readonly noted: UsageRecord | undefined },
): Usage {
  const others = Object.entries(noted?.taken ?? {}).filter(([name]) => name !== stored.application);
  const own = usageOfSlots(
    stored,
    stored.slots.map(({ slot }) => slot),
  );
  const { instances, hourlyUsd } = sumOf([own, ...others.map(([, usage]) => usage)]);
  return {
    instances: Math.max(0, ceilings.mostInstances - instances),
    hourlyUsd: Math.max(0, ceilings.mostHourlyUsd - hourlyUsd),
  };
}

/** How many instances at this price fit into what is left. */
export function fitting(room: Usage, hourlyUsd: number): number {
  return hourlyUsd === 0 ? room.instances : Math.min(room.instances, Math.floor(room.hourlyUsd / hourlyUsd + ROUNDING));
}

/** What an application takes, noted for the whole account; undefined when that is what is noted already. */
export function noteUsage(
  noted: UsageRecord | undefined,
  { application, usage }: { readonly application: string; readonly usage: Usage },
): UsageRecord | undefined {
  const before = noted?.taken[application] ?? nothing;
  const isSame = before.instances === usage.instances && Math.abs(before.hourlyUsd - usage.hourlyUsd) < ROUNDING;
  if (isSame) return undefined;
  const { [application]: _, ...others } = noted?.taken ?? {};
  const taken = usage.instances === 0 ? others : { ...others, [application]: usage };
  return { kind: 'usage', application: wholeAccount, version: (noted?.version ?? 0) + 1, taken };
}

const nothing: Usage = { instances: 0, hourlyUsd: 0 };
/** Sums of prices in another order differ in their last digits: in dollars, or in instances. */
const ROUNDING = 1e-9;
