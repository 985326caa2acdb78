import { roundUp } from '../rounding.ts';

/** How many a step or an alarm adds to `base` instances: percentages are rounded up, at least one. */
export function amountToAdd(by: { readonly add: number } | { readonly addPercent: number }, base: number): number {
  return 'add' in by ? by.add : Math.max(1, roundUp((base * by.addPercent) / 100));
}
