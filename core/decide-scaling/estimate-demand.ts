import { addSeconds, alignDown, type Instant } from '../amounts.ts';
import type { DemandSettings, SaturationSign } from '../application/demand-schema.ts';
import type { RiskRule } from '../application/rule-schema.ts';
import { freshSeconds } from '../collect-metrics.ts';
import { kpisOfRule } from '../kpis-looked-at.ts';
import { degradedBecause, type Reading } from '../readings.ts';
import { shown } from '../rounding.ts';
import type { LayerSituation } from './layer-situation.ts';
import { servedFor } from './served-for.ts';

/** What one period says of demand, in the unit of the rule's KPI. Undefined is what nobody knows. */
export interface DemandParts {
  readonly served: number;
  /** Asked for and not served, one a KPI of `plus`. */
  readonly shed: readonly (number | undefined)[];
  /** What waited at the end of the period before, and of this one. */
  readonly backlog: readonly [number | undefined, number | undefined];
  /** One a sign of `saturatedWhen`. */
  readonly signs: readonly (number | undefined)[];
  /** What those in service are meant to carry; 0 when it is not known how many they were. */
  readonly carried: number;
}

/** Demand in one period. */
export interface PeriodDemand {
  readonly load: number;
  /** The sign that showed the layer full, with its value; undefined when none did. */
  readonly fullBy: { readonly kpi: string; readonly value: number } | undefined;
}

/** Demand as of the newest readings of a rule. */
export interface Demand extends PeriodDemand {
  /** Start of the period; undefined when it teaches nothing: a part of it is a stand-in, or unknown. */
  readonly from: Instant | undefined;
  /** What is known, in words; empty when demand is what was measured. */
  readonly because: string;
}

/**
 * What was asked for, told from what was served: what was refused and by how much the backlog grew come on top (a backlog that shrinks takes
 * nothing away: it is work as well). A full layer serves what it can, whatever is asked: then demand is at least `growthFactor` times what it
 * serves, or is meant to carry when that is more. It grows with the fleet, so that demand twice over the capacity is met in two steps and ten
 * times over in six, and a plateau is never taken for the truth.
 */
export function demandIn(settings: DemandSettings | undefined, parts: DemandParts): PeriodDemand {
  const { served, shed, backlog, carried } = parts;
  const [before, after] = backlog;
  const grown = before === undefined || after === undefined ? 0 : Math.max(0, after - before);
  let asked = served + grown;
  for (const refused of shed) asked += Math.max(0, refused ?? 0);
  const fullBy = settings && fullSign(settings.saturatedWhen, parts.signs);
  if (settings === undefined || fullBy === undefined) return { load: asked, fullBy: undefined };
  return { load: Math.max(asked, settings.growthFactor * Math.max(served, carried)), fullBy };
}

/** Demand of a rule now; undefined when its KPI has no value at all. */
export function estimateDemand(rule: RiskRule, situation: LayerSituation): Demand | undefined {
  const reading = situation.readings.get(rule.kpi);
  if (reading?.value === undefined) return undefined;
  const parts = partsNow(rule, reading.value, situation);
  const demand = demandIn(rule.demand, parts);
  const isWhole = kpisOfRule(rule).every((kpi) => kpi === rule.kpi || isKnown(situation.readings.get(kpi)));
  const from = isWhole ? periodOf(reading, situation.now) : undefined;
  return { load: demand.load, fullBy: demand.fullBy, from, because: reasonOf(rule, demand, reading.value) };
}

function partsNow(rule: RiskRule, served: number, situation: LayerSituation): DemandParts {
  const { readings, revision } = situation;
  const { plus = [], backlog, saturatedWhen = [] } = rule.demand ?? {};
  const reading = readings.get(rule.kpi);
  const { fewest } = reading === undefined ? { fewest: 0 } : servedFor(reading, situation);
  const waiting = backlog === undefined ? [] : (readings.get(backlog)?.recent ?? []);
  return {
    served,
    shed: plus.map((kpi) => readings.get(kpi)?.value),
    backlog: [waiting.at(-2), waiting.at(-1)],
    signs: saturatedWhen.map(({ kpi }) => readings.get(kpi)?.value),
    carried: fewest * rule.perCapacityUnit * revision.capacity,
  };
}

/** A value that was measured, or that silence stands for. */
function isKnown(reading: Reading | undefined): boolean {
  return reading !== undefined && degradedBecause(reading) === undefined;
}

/**
 * The period that a reading teaches of. A value that silence stands for is of the newest period that no late datapoint can still fill; any
 * other stand-in is of none.
 */
function periodOf(reading: Reading, now: Instant): Instant | undefined {
  if (reading.source === 'measured' && reading.onlyOut === undefined) return reading.at;
  if (reading.source !== 'assumed' || reading.onlyOut !== undefined) return undefined;
  const { periodSeconds } = reading;
  return addSeconds(alignDown(addSeconds(now, -freshSeconds(periodSeconds)), periodSeconds), -periodSeconds);
}

function fullSign(signs: readonly SaturationSign[], values: readonly (number | undefined)[]): PeriodDemand['fullBy'] {
  for (const [index, sign] of signs.entries()) {
    const value = values[index];
    if (value !== undefined && ('above' in sign ? value > sign.above : value < sign.below))
      return { kpi: sign.kpi, value };
  }
  return undefined;
}

function reasonOf(rule: RiskRule, { load, fullBy }: PeriodDemand, served: number): string {
  if (fullBy !== undefined) {
    return `full by ${fullBy.kpi} ${shown(fullBy.value)}, so ${rule.kpi} ${shown(served)} hides a demand of at least ${shown(load)}`;
  }
  return load === served ? '' : `${rule.kpi} ${shown(served)}, but demand ${shown(load)}`;
}
