import type { Decision } from '../decision.ts';

/**
 * What kind of hold a decision is: equal for two holds that differ in numbers only. A hold is stored when this differs from the last one's: when
 * another rule has no data, when another limit applies, or when rules begin or cease to want a number.
 */
export function holdReason(decision: Pick<Decision, 'proposals' | 'limits' | 'degraded' | 'isStopped'>): string {
  const staying = decision.proposals.filter(({ kind }) => kind === 'stay').map(({ rule }) => rule);
  const isWanted = decision.proposals.some(({ kind }) => kind === 'want');
  const parts = [
    isWanted ? 'wanted' : 'nothing wanted',
    ...staying.map((rule) => `no data for ${JSON.stringify(rule)}`),
    ...decision.limits.map(({ limit }) => limit),
    ...(decision.degraded ?? []).map((kpi) => `degraded ${kpi}`),
    ...(decision.isStopped === true ? ['stopped'] : []),
  ];
  return parts.join(', ');
}
