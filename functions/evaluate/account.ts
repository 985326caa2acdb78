import type { Ports } from '../../adapters/ports.ts';
import { type Ceilings, sumOf, type Usage, usageOf } from '../../core/ceilings.ts';
import type { Evaluation } from '../../core/decide-layers.ts';

/** Histories read in one run, each taught for a second or two: well within the time that the function has. */
const MOST_HISTORY_TURNS = 4;

/**
 * What one run knows of the whole account: the kill switch, the ceilings, and what each application takes of them. Applications are decided at once,
 * but each decision is made in one go, and what it takes is noted before the next: one run never takes a place twice. Two runs at the same
 * moment may both decide for it; reconcile gives it to one of them (docs/decisions/0010-places-under-the-ceilings.md).
 */
export class Account {
  readonly isStopped: boolean;
  /** What could not be asked, in plain words. */
  readonly degraded: readonly string[];
  readonly #ceilings: Ceilings | undefined;
  readonly #taken: Map<string, Usage>;
  #historyTurns = MOST_HISTORY_TURNS;

  constructor(of: {
    readonly isStopped: boolean;
    readonly ceilings: Ceilings | undefined;
    readonly taken: ReadonlyMap<string, Usage>;
    readonly degraded: readonly string[];
  }) {
    this.isStopped = of.isStopped;
    this.degraded = of.degraded;
    this.#ceilings = of.ceilings;
    this.#taken = new Map(of.taken);
  }

  /** The ceilings, as the decision for this application needs them. */
  ceilingsFor(application: string): Evaluation['ceilings'] {
    if (this.#ceilings === undefined) return undefined;
    const others = [...this.#taken].filter(([name]) => name !== application).map(([, usage]) => usage);
    return { ...this.#ceilings, takenByOthers: sumOf(others) };
  }

  /** Whether an application may still teach a rule its history in this run: that is what costs time, once in the life of a rule. */
  takeHistoryTurn(): boolean {
    this.#historyTurns -= 1;
    return this.#historyTurns >= 0;
  }

  /** Notes what an application takes from now on. */
  note(application: string, usage: Usage): void {
    this.#taken.set(application, usage);
  }
}

/** Reads what `Account` knows. Never throws: what cannot be read is said, and decided without. */
export async function readAccount(
  ports: Pick<Ports, 'table' | 'killSwitch'>,
  {
    ceilings,
    applications,
  }: { readonly ceilings: Ceilings | undefined; readonly applications: () => Promise<readonly string[]> },
): Promise<Account> {
  const degraded: string[] = [];
  const ask = <Answer>(what: string, call: () => Promise<Answer>, otherwise: Answer): Promise<Answer> =>
    call().catch((error: unknown) => {
      degraded.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return otherwise;
    });
  const isStopped = await ask('kill switch', () => ports.killSwitch.isStopped(), false);
  const names = ceilings === undefined ? [] : await ask('applications', applications, []);
  // Of one application alone nothing is elsewhere.
  const asked = names.length < 2 ? [] : names;
  const usages = await Promise.all(
    asked.map((name) => ask(`what ${name} takes`, async () => usageOf(await ports.table.load(name)), nothing)),
  );
  const taken = new Map(asked.map((name, index) => [name, usages[index] ?? nothing]));
  return new Account({ isStopped, ceilings, taken, degraded });
}

const nothing: Usage = { instances: 0, hourlyUsd: 0 };
