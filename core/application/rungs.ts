import type { MissingPolicy, Rung } from './kpi-schema.ts';

/** The stand-ins of a KPI, in the order in which they are tried; none for "hold". */
export function rungsOf(missing: MissingPolicy): readonly Rung[] {
  if (missing === 'hold') return [];
  return Array.isArray(missing) ? missing : [missing];
}
