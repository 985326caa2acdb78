import type { Decision } from '../decision.ts';

/**
 * What kind of hold a decision is: equal for two holds that differ in numbers only. A hold is stored when this differs from the last one's: when
 * another rule has no data, when another limit applies, or when rules begin or cease to want a number.
 */
export function holdReason(decision: Pick<Decision, 'proposals' | 'limits' | 'degraded' | 'isStopped'>): string {
  const { proposals, limits, degraded = [], isStopped } = decision;
  let reason = proposals.some(({ kind }) => kind === 'want') ? 'wanted' : 'nothing wanted';
  for (const { kind, rule } of proposals) if (kind === 'stay') reason += `, no data for ${JSON.stringify(rule)}`;
  for (const { limit } of limits) reason += `, ${limit}`;
  for (const kpi of degraded) reason += `, degraded ${kpi}`;
  return isStopped === true ? `${reason}, stopped` : reason;
}
