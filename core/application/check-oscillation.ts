import { shown as shownNumber } from '../rounding.ts';
import type { Application } from './application-schema.ts';
import { findOscillation, type Oscillation } from './find-oscillation.ts';
import { dependenceOf, type KpiScene, measuredBy } from './kpi-dependence.ts';
import { lowestCount, mostCount } from './layer-bounds.ts';
import type { Layer } from './layer-schema.ts';
import { type Path, type Problem, pathText } from './problem.ts';
import type { Rule } from './rule-schema.ts';
import { kpiAt, type SteadyLayer, steadyWish, type TiedRule } from './steady-count.ts';

/** What the check looks at: the layers and KPIs that could be read. */
export type OscillationScene = KpiScene & Pick<Application, 'limits' | 'budget'>;

/** One rule set of one layer: its rules as they would decide, and where they stand in the file. */
export interface RuleSet {
  readonly layer: string;
  readonly settings: Layer;
  /** Of the list of rules. */
  readonly path: Path;
}

/**
 * Rules that undo each other: under some constant load one adds what another takes away, for ever. Only rules whose KPIs provably measure one load
 * are compared (kpi-dependence.ts); all others are taken to be content. Cooldowns, stabilisation and small steps slow an oscillation and do not
 * end it, so they are no excuse.
 */
export function checkOscillation(scene: OscillationScene, ruleSet: RuleSet): readonly Problem[] {
  return groupsOf(scene, ruleSet).flatMap((tied) => {
    const steady = steadyLayer(scene, ruleSet, tied);
    if (steady === undefined) return [];
    const found = findOscillation(steady);
    return found === undefined ? [] : [problemOf(ruleSet, steady, found)];
  });
}

/** Rules by the load that they look at; a group without an average per instance comes to rest at min or max. */
function groupsOf(scene: OscillationScene, { layer, settings }: RuleSet): readonly (readonly TiedRule[])[] {
  const groups = new Map<string, TiedRule[]>();
  settings.rules.forEach((rule, index) => {
    if (!('targetValue' in rule) && !('steps' in rule)) return;
    const dependence = dependenceOf(scene, layer, rule.kpi);
    if (dependence === undefined || (dependence.power !== 0 && dependence.power !== -1)) return;
    groups.set(dependence.load, [...(groups.get(dependence.load) ?? []), { rule, index, dependence }]);
  });
  return [...groups.values()].filter((tied) => tied.some(({ dependence }) => dependence.power === -1));
}

/** Undefined when nobody can say what the other rules of the layer want meanwhile. */
function steadyLayer(scene: OscillationScene, ruleSet: RuleSet, tied: readonly TiedRule[]): SteadyLayer | undefined {
  const { layer, settings } = ruleSet;
  const tiedRules = new Set<Rule>(tied.map(({ rule }) => rule));
  const measured = new Set(tied.flatMap(({ rule }) => [...measuredBy(scene, rule.kpi)]));
  const others = settings.rules.filter((rule) => !tiedRules.has(rule));
  if (others.some((rule) => isEntangled(scene, rule, measured) || isNeverQuiet(rule))) return undefined;
  const { min, max } = settings.count;
  return {
    tied,
    floor: lowestCount(scene, layer, settings),
    min,
    max,
    growthCap: mostCount(scene, layer, settings),
    maxPercent: settings.scaleIn.maxPercent,
  };
}

/** Looks at the same metric in a way that is not understood. */
function isEntangled(scene: KpiScene, rule: Rule, measured: ReadonlySet<string>): boolean {
  return 'kpi' in rule && [...measuredBy(scene, rule.kpi)].some((metric) => measured.has(metric));
}

/** Steps that leave no value at which the rule is content. */
function isNeverQuiet(rule: Rule): boolean {
  if (!('steps' in rule)) return false;
  const froms = rule.steps.flatMap((step) => ('from' in step ? [step.from] : []));
  const belows = rule.steps.flatMap((step) => ('below' in step ? [step.below] : []));
  return Math.max(...belows) >= Math.min(...froms);
}

function problemOf({ path, settings }: RuleSet, steady: SteadyLayer, { load, counts }: Oscillation): Problem {
  const [lowest = 0, second = 0] = counts;
  const beforeLast = counts.at(-2) ?? second;
  const adding = boldest(steady, lowest, load);
  const removing = boldest(steady, beforeLast, load);
  const rules = adding.index === removing.index ? [adding] : [adding, removing];
  const names = rules.map(({ index }) => JSON.stringify(settings.rules[index]?.name)).join(' and ');
  const steps = [
    saidAt(adding, { count: lowest, load, next: second }),
    saidAt(removing, { count: beforeLast, load, next: lowest }),
  ];
  return {
    path: rules.map(({ index }) => pathText([...path, index])).join(' and '),
    found: rules.length === 1 ? `${names}, which undoes itself` : `${names}, which undo each other`,
    allowed: 'rules that leave some count alone under every constant load',
    message: `${said(counts)} for ever under one constant load: ${steps.join('; ')}. Cooldowns and stabilization slow it and do not end it${cure(removing, beforeLast, load)}`,
  };
}

/** The rule whose wish is the layer's. */
function boldest({ tied }: SteadyLayer, count: number, load: number): TiedRule {
  const wishes = tied.map((rule) => steadyWish(rule, count, load) ?? -1);
  const winner = tied[wishes.indexOf(Math.max(...wishes))];
  if (winner === undefined) throw new RangeError('an oscillation without a rule that wants it');
  return winner;
}

function saidAt(
  { rule, dependence }: TiedRule,
  of: { readonly count: number; readonly load: number; readonly next: number },
): string {
  const value = shownNumber(kpiAt(dependence, of.count, of.load));
  return `with ${of.count} in service ${rule.kpi} is ${value} and ${JSON.stringify(rule.name)} makes it ${of.next}`;
}

const mostCountsSaid = 6;

/** `2 → 6 → 2`; a long way is shortened in its middle. */
function said(counts: readonly number[]): string {
  if (counts.length <= mostCountsSaid) return counts.join(' → ');
  return [...counts.slice(0, 3), '…', ...counts.slice(-2)].join(' → ');
}

/** Where a "below" would have to stand, when that is what removes. */
function cure({ rule, dependence }: TiedRule, count: number, load: number): string {
  if (!('steps' in rule)) return '';
  return `; with a "below" of at most ${roundedDown(kpiAt(dependence, count, load))} it would rest at ${count}`;
}

/** To four significant digits, never up. */
function roundedDown(value: number): number {
  const digit = 10 ** (Math.floor(Math.log10(value)) - 3);
  return Number((Math.floor(value / digit) * digit).toPrecision(4));
}
