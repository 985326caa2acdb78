import { it } from 'vitest';

/** One behaviour of AWS, and whether an implementation shows it. */
export interface Probe {
  /** What AWS does. */
  readonly what: string;
  /** Whether the implementation did so too when this was written. */
  readonly expected: 'as AWS' | 'not as AWS';
  /** What here rests on it: what it proves when it is right, what goes without proof or around it when it is wrong. */
  readonly matters: string;
  /** Whether it does so now. A throw is neither: the probe itself is broken. */
  readonly isAsAws: () => Promise<boolean>;
}

/** Makes a test of each: a change in either direction fails, in words that say what to do about it. */
export function probesOf(implementation: string, probes: readonly Probe[]): void {
  for (const { what, expected, matters, isAsAws } of probes) {
    const name = expected === 'as AWS' ? what : `${what}: known not to`;
    it(name, async () => {
      const found = (await isAsAws()) ? 'as AWS' : 'not as AWS';
      if (found === expected) return;
      const change = expected === 'as AWS' ? 'no longer does' : 'now does';
      throw new Error(`AWS ${what}; ${implementation} ${change}. ${matters}`);
    });
  }
}

/** Whether a call succeeds. Throws when it fails with anything but one of these error names. */
export async function isAccepted(call: Promise<unknown>, ...refusals: readonly string[]): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof Error && refusals.includes(error.name)) return false;
    throw error;
  }
}
