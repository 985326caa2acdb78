/** One thing that was looked at on an implementation that is not ours. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** Who showed it: the implementation and its version. */
  readonly by: string;
  /** What was seen, or what went wrong. */
  readonly detail: string;
  readonly seconds: number;
}

/** A promise that no implementation at hand can show, and why. */
export interface Unproved {
  readonly name: string;
  readonly why: string;
}

/** What has been checked so far. */
export class Checks {
  readonly done: Check[] = [];
  readonly #tell: (check: Check) => void;

  constructor(tell: (check: Check) => void) {
    this.#tell = tell;
  }

  /** Runs one check; what it returns says what was seen, a throw fails it. Never throws itself: the checks after it still run. */
  async check(name: string, by: string, look: () => Promise<string>): Promise<boolean> {
    const start = Date.now();
    const seen = await look().then(
      (detail) => ({ ok: true, detail }),
      (error: unknown) => ({ ok: false, detail: sayFailure(error) }),
    );
    const check = { name, by, ...seen, seconds: (Date.now() - start) / 1000 };
    this.done.push(check);
    this.#tell(check);
    return check.ok;
  }
}

/** Ends the check that it is called in when `holds` is false, with what was found. */
export function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

/** Asks every 200 ms until there is an answer. Throws after `seconds`, naming what was waited for and the last error. */
export async function until<Found>(
  what: string,
  seconds: number,
  ask: () => Promise<Found | undefined | false>,
): Promise<Found> {
  const end = Date.now() + seconds * 1000;
  let last = '';
  for (;;) {
    try {
      const found = await ask();
      if (found !== undefined && found !== false) return found;
      last = '';
    } catch (error) {
      last = `: ${sayFailure(error)}`;
    }
    if (Date.now() >= end) throw new Error(`waited ${seconds} s for ${what}${last}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** An error in one line. */
export function sayFailure(error: unknown): string {
  return error instanceof Error ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}` : String(error);
}
