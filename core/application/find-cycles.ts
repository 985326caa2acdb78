/** Which names each name refers to. A name without an entry refers to nothing. */
export type References = ReadonlyMap<string, readonly string[]>;

/** Every way in which following references comes back, each once, from its first name to just before it repeats: `a → b → a` is `[a, b]`. */
export function findCycles(references: References): readonly (readonly string[])[] {
  const cycles: (readonly string[])[] = [];
  const done = new Set<string>();
  for (const name of references.keys()) follow(name, []);
  return cycles;

  function follow(name: string, trail: readonly string[]): void {
    const start = trail.indexOf(name);
    if (start >= 0) cycles.push(trail.slice(start));
    if (start >= 0 || done.has(name)) return;
    for (const next of references.get(name) ?? []) follow(next, [...trail, name]);
    done.add(name);
  }
}

/** `a → b → a`. */
export function sayCycle(cycle: readonly string[]): string {
  return [...cycle, ...cycle.slice(0, 1)].join(' → ');
}
