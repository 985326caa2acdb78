import type { Check, Unproved } from './check.ts';

/** Everything that was looked at. */
export interface Proof {
  readonly checks: readonly Check[];
  readonly unproved: readonly Unproved[];
}

/** Width of the first column. */
const nameWidth = 92;

/** The table for people: what was proved and by whom, what failed, what was not proved and why. */
export function sayProof({ checks, unproved }: Proof): string {
  const rows = checks.map(({ name, ok, by }) => `${ok ? 'proved' : 'FAILED'}  ${fitted(name)}  ${by}`);
  const failures = checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}\n    ${detail}`);
  const gaps = unproved.map(({ name, why }) => `not proved  ${name}\n    ${why}`);
  const count = checks.length - failures.length;
  const closing = `proof: ${count} passed, ${failures.length} failed`;
  return [rows.join('\n'), gaps.join('\n'), ...(failures.length === 0 ? [] : [failures.join('\n')]), closing].join(
    '\n\n',
  );
}

/** The same for programs, on one line. `unproved` counts `notProved`. */
export function jsonProof({ checks, unproved }: Proof): string {
  const passed = checks.filter(({ ok }) => ok).length;
  return JSON.stringify({
    checks,
    passed,
    failed: checks.length - passed,
    unproved: unproved.length,
    notProved: unproved,
  });
}

function fitted(name: string): string {
  return name.length > nameWidth ? `${name.slice(0, nameWidth - 1)}…` : name.padEnd(nameWidth);
}
