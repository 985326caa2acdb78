import { isWithin, roundDown, roundUp } from '../rounding.ts';
import type { Dependence } from './kpi-dependence.ts';
import type { StepsRule, TargetValueRule } from './rule-schema.ts';

/** A rule whose KPI follows the load and the count in a known way. */
export interface TiedRule {
  readonly rule: TargetValueRule | StepsRule;
  /** Its place among the rules of the layer. */
  readonly index: number;
  readonly dependence: Dependence;
}

/** A layer under one load that does not change, all of whose instances serve: what decides where its count goes next. */
export interface SteadyLayer {
  readonly tied: readonly TiedRule[];
  /** What all other rules want together, at the least: fewer than this are never wanted. */
  readonly floor: number;
  readonly min: number;
  readonly max: number;
  /** No growth beyond this: other limits of the file. */
  readonly growthCap: number;
  /** The most that leave in one step, in percent of the count. */
  readonly maxPercent: number;
}

/** One rule's wish in a steady layer; undefined: no objection. */
export function steadyWish({ rule, dependence }: TiedRule, count: number, load: number): number | undefined {
  const value = kpiAt(dependence, count, load);
  return 'steps' in rule ? stepsWish(rule, count, value) : targetWish(rule, count, value);
}

/** The KPI's value with so many in service. */
export function kpiAt({ factor, power }: Dependence, count: number, load: number): number {
  return power === 0 ? factor * load : (factor * load) / count;
}

/**
 * The count after the next decision, as decide-scaling/ makes it once everything is measured with `count` in service: the largest wish, between
 * min and max, at most one step. Cooldowns and stabilisation only say when. The limit `asked again` is left out: rules that need it contradict
 * each other.
 */
export function nextCount(layer: SteadyLayer, count: number, load: number): number {
  let wish: number | undefined = layer.floor > count ? layer.floor : undefined;
  for (const tied of layer.tied) {
    const own = steadyWish(tied, count, load);
    if (own !== undefined) wish = Math.max(wish ?? layer.floor, own);
  }
  if (wish === undefined) return count;
  const bounded = Math.min(layer.max, Math.max(layer.min, wish));
  if (bounded > count) return Math.max(count, Math.min(bounded, layer.growthCap));
  const largestStep = Math.max(1, roundDown((count * layer.maxPercent) / 100));
  return Math.max(bounded, count - largestStep);
}

function targetWish({ targetValue, tolerancePercent }: TargetValueRule, count: number, value: number): number {
  const distance = (targetValue * tolerancePercent) / 100;
  if (isWithin(value, { target: targetValue, distance })) return count;
  return Math.max(0, roundUp((count * value) / targetValue));
}

function stepsWish({ steps }: StepsRule, count: number, value: number): number | undefined {
  let added: { readonly from: number; readonly amount: number } | undefined;
  let removed: { readonly below: number; readonly amount: number } | undefined;
  for (const step of steps) {
    if ('from' in step) {
      if (value < step.from || (added !== undefined && step.from <= added.from)) continue;
      const amount = 'add' in step ? step.add : Math.max(1, roundUp((count * step.addPercent) / 100));
      added = { from: step.from, amount };
    } else {
      if (value >= step.below || (removed !== undefined && step.below >= removed.below)) continue;
      const amount = 'remove' in step ? step.remove : Math.max(1, roundDown((count * step.removePercent) / 100));
      removed = { below: step.below, amount };
    }
  }
  if (added !== undefined) return count + added.amount;
  return removed === undefined ? undefined : Math.max(0, count - removed.amount);
}
