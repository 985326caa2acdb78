import type { Step, StepsRule } from '../application/rule-schema.ts';
import type { Proposal } from '../decision.ts';
import { roundDown, shown } from '../rounding.ts';
import { amountToAdd } from './amount-to-add.ts';
import { desiredCount, type LayerSituation } from './layer-situation.ts';

import { servedFor, valueAt } from './served-for.ts';

/**
 * Takes the step furthest out that applies in M of the newest N periods; a step that adds goes before one that removes.
 *
 * - Adding counts from the fewest in service during the N periods, so it is repeated only when all of them were measured with what was added.
 *   Those on their way count, so up to the desired count nothing is added. Percentages are rounded up, at least one.
 * - Removing counts from the most in service during the N periods, and keeps everyone whom they did not measure. Percentages are rounded down,
 *   at least one. Periods that something else stands in for do not count.
 * - No step: no objection (agree), unless periods without data could have reached a step that adds (stay).
 */
export function proposeSteps(rule: StepsRule, situation: LayerSituation): Proposal {
  const reading = situation.readings.get(rule.kpi);
  if (reading?.value === undefined) return { rule: rule.name, kind: 'stay', because: `no data for ${rule.kpi}` };
  const { least, periods } = windowOf(rule);
  const values = newest(reading.recent, periods);
  const desired = desiredCount(situation);
  const { fewest, most } = servedFor(reading, situation, periods);
  const found = `${rule.kpi} ${shown(reading.value)}`;
  const adding = furthestAdding(rule, values, least);
  if (adding !== undefined) {
    const count = fewest + amountToAdd(adding, fewest);
    const rest = count < desired ? `; ${desired} are asked for already` : '';
    const because = `${found}, ${inPeriods(rule)}from ${shown(adding.from)} up: ${fewest} + ${amountOf(adding)} = ${count}${rest}`;
    return { rule: rule.name, kind: 'want', count: Math.max(count, desired), because };
  }
  const unknown = values.filter((value) => value === undefined).length;
  if (rule.steps.some((step) => 'from' in step && unknown > 0 && timesReached(step, values) + unknown >= least)) {
    return { rule: rule.name, kind: 'stay', because: `${found}, but no data in ${unknown} of ${periods} periods` };
  }
  const removing = furthestRemoving(rule, newest(reading.recentTrusted ?? reading.recent, periods), least);
  if (removing === undefined) return { rule: rule.name, kind: 'agree', because: `${found}: no step applies` };
  const base = Math.max(desired, most);
  const left = Math.max(0, base - amountToRemove(removing, most));
  const count = Math.min(desired, left);
  const rest = left > desired ? `; ${desired} are desired already` : '';
  const because = `${found}, ${inPeriods(rule)}below ${shown(removing.below)}: ${base} − ${amountOf(removing)} = ${left}${rest}`;
  return { rule: rule.name, kind: 'want', count, because };
}

/** Whether the rule, asked again with `count` in service and the same load, would at once add. */
export function stepsGrowAt(rule: StepsRule, situation: LayerSituation, count: number): boolean {
  const reading = situation.readings.get(rule.kpi);
  if (reading?.value === undefined) return false;
  const { least, periods } = windowOf(rule);
  const { most } = servedFor(reading, situation, periods);
  const values = newest(reading.recent, periods).map((value) => value && valueAt(value, { served: most, count }));
  return furthestAdding(rule, values, least) !== undefined;
}

type Adding = Extract<Step, { readonly from: number }>;
type Removing = Extract<Step, { readonly below: number }>;
type Values = readonly (number | undefined)[];

interface Window {
  readonly least: number;
  readonly periods: number;
}

/** By the identity of the rule: it is asked for several times in each evaluation. */
const windows = new WeakMap<StepsRule, Window>();

/** "2 of 3": at least 2 of the newest 3 periods. */
function windowOf(rule: StepsRule): Window {
  const known = windows.get(rule);
  if (known !== undefined) return known;
  const [least = 1, periods = 1] = rule.periods.split(' of ').map(Number);
  const window = { least, periods };
  windows.set(rule, window);
  return window;
}

/** Exactly `periods` values, newest last. */
function newest(recent: Values, periods: number): Values {
  if (recent.length === periods) return recent;
  return Array.from({ length: periods }, (_, index) => recent[recent.length - periods + index]);
}

function furthestAdding(rule: StepsRule, values: Values, least: number): Adding | undefined {
  let furthest: Adding | undefined;
  for (const step of rule.steps) {
    if (!('from' in step) || timesReached(step, values) < least) continue;
    if (furthest === undefined || step.from > furthest.from) furthest = step;
  }
  return furthest;
}

function furthestRemoving(rule: StepsRule, values: Values, least: number): Removing | undefined {
  let furthest: Removing | undefined;
  for (const step of rule.steps) {
    if (!('below' in step) || timesReached(step, values) < least) continue;
    if (furthest === undefined || step.below < furthest.below) furthest = step;
  }
  return furthest;
}

function timesReached(step: Step, values: Values): number {
  const isReached = (value: number | undefined) =>
    value !== undefined && ('from' in step ? value >= step.from : value < step.below);
  return values.filter(isReached).length;
}

function amountToRemove(step: Removing, base: number): number {
  return 'remove' in step ? step.remove : Math.max(1, roundDown((base * step.removePercent) / 100));
}

function amountOf(step: Step): string {
  if ('add' in step) return String(step.add);
  if ('remove' in step) return String(step.remove);
  return `${shown('addPercent' in step ? step.addPercent : step.removePercent)} %`;
}

function inPeriods(rule: StepsRule): string {
  return rule.periods === '1 of 1' ? '' : `${rule.periods} periods `;
}
