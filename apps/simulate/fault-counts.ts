/** How often each fault came over a run: a fault that never comes is none. */
export class FaultCounts {
  readonly #counts = new Map<string, number>();

  note(fault: string): void {
    this.#counts.set(fault, (this.#counts.get(fault) ?? 0) + 1);
  }

  /** By fault, in the order of their names. */
  counts(): FaultTally {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** How often each fault came. */
export type FaultTally = Readonly<Record<string, number>>;

/** All of them together. */
export function addTallies(tallies: readonly FaultTally[]): FaultTally {
  const sums: Record<string, number> = {};
  for (const tally of tallies) {
    for (const [fault, count] of Object.entries(tally)) sums[fault] = (sums[fault] ?? 0) + count;
  }
  return Object.fromEntries(Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1)));
}
