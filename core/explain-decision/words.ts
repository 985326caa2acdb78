import type { Decision, LimitName } from '../decision.ts';

/** Another answer to the same question, as a sentence begins: `Out to 9`, `Hold at 8`, `In to 7`; `Still 8` when it is the one that was given. */
export function answerWords(count: number, { from, to }: Pick<Decision, 'from' | 'to'>): string {
  if (count === to.count) return `Still ${count}`;
  if (count === from.count) return `Hold at ${count}`;
  return count > from.count ? `Out to ${count}` : `In to ${count}`;
}

/** Limits as people call them, in "without …". */
export const limitWords: Readonly<Record<LimitName, string>> = {
  min: 'min',
  max: 'max',
  limit: 'the limit by another layer',
  budget: 'the budget',
  ceiling: "the account's ceiling",
  cooldown: 'the cooldown',
  unhealthy: 'the failed instances',
  freeze: 'the freeze',
  stabilization: 'stabilisation',
  'step size': 'the step size',
  'asked again': 'asking whether it would grow again at once',
};
