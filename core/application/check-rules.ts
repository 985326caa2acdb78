import { checkCron } from './check-cron.ts';
import { checkReference } from './check-reference.ts';
import { type Draft, type DraftLayer, type DraftRule, readableItems } from './draft.ts';
import { findCycles, sayCycle } from './find-cycles.ts';
import { type Path, type Problem, pathText, shown } from './problem.ts';
import type { Step } from './rule-schema.ts';
import { stated } from './shadow-settings.ts';

/** Rules: what they name exists, what they say does not contradict itself, no layer follows itself. */
export function checkRules(draft: Draft): readonly Problem[] {
  const layers = readableItems(draft.layers);
  const placed = layers.flatMap(([layer, { rules, count }]) =>
    placeRules(rules, { layer, count, path: ['layers', layer] }),
  );
  const onTrial = layers.flatMap(([layer, item]) => placeShadowRules(layer, item));
  return [
    ...[...placed, ...onTrial].flatMap((rule) => checkRule(rule, draft)),
    ...checkFollowing(placed),
    ...onTrial.flatMap(checkFollowsItself),
  ];
}

interface PlacedRule {
  readonly rule: DraftRule;
  readonly layer: string;
  readonly count: DraftLayer['count'];
  readonly path: Path;
  /** Names of the rules before it in its layer. */
  readonly earlierNames: ReadonlySet<string | undefined>;
}

function placeRules(
  rules: readonly (DraftRule | undefined)[],
  { path, ...place }: Pick<PlacedRule, 'layer' | 'count' | 'path'>,
): readonly PlacedRule[] {
  return rules.flatMap((rule, index) => {
    if (rule === undefined) return [];
    const earlierNames = new Set(rules.slice(0, index).map((earlier) => earlier?.name));
    return [{ rule, ...place, path: [...path, 'rules', index], earlierNames }];
  });
}

/** Bounded as the live layer where the shadow does not say otherwise. */
function placeShadowRules(layer: string, { shadow, count }: DraftLayer): readonly PlacedRule[] {
  if (shadow === undefined) return [];
  const bounds = count === undefined ? undefined : stated(count, shadow.count);
  return placeRules(shadow.rules, { layer, count: bounds, path: ['layers', layer, 'shadow'] });
}

/** A shadow follows the other layers as they are live, so no chain of it can close but the shortest. */
function checkFollowsItself({ rule, layer, path }: PlacedRule): readonly Problem[] {
  if (rule.followLayer !== layer) return [];
  return [{ path: pathText([...path, 'followLayer']), found: shown(layer), allowed: 'another layer' }];
}

function checkRule(placed: PlacedRule, draft: Draft): readonly Problem[] {
  const { rule, path } = placed;
  return [
    ...checkName(placed),
    ...checkReference({ kind: 'KPIs', name: rule.kpi, among: draft.kpis, path: [...path, 'kpi'] }),
    ...checkReference({ kind: 'layers', name: rule.followLayer, among: draft.layers, path: [...path, 'followLayer'] }),
    ...checkPeriods(placed),
    ...checkSteps(rule.steps ?? [], [...path, 'steps']),
    ...checkCron(rule, path),
    ...checkLeast(placed, placed.rule.min, ['min']),
    ...checkLeast(placed, placed.rule.withoutData?.count, ['withoutData', 'count']),
  ];
}

function checkName({ rule, path, earlierNames }: PlacedRule): readonly Problem[] {
  if (rule.name === undefined || !earlierNames.has(rule.name)) return [];
  const allowed = 'a name that no other rule of the layer has';
  return [{ path: pathText([...path, 'name']), found: shown(rule.name), allowed }];
}

function checkPeriods({ rule, path }: PlacedRule): readonly Problem[] {
  const [needed = 0, of = 0] = (rule.periods ?? '').split(' of ').map(Number);
  if (needed <= of) return [];
  return [{ path: pathText([...path, 'periods']), found: shown(rule.periods), allowed: '"M of N" with M at most N' }];
}

/** No value may stand for two steps at once, nor ask for more and for fewer instances at one value of the KPI. */
function checkSteps(steps: readonly (Step | undefined)[], path: Path): readonly Problem[] {
  const froms = steps.flatMap((step) => (step !== undefined && 'from' in step ? [step.from] : []));
  const leastFrom = Math.min(...froms);
  return steps.flatMap((step, index) => {
    if (step === undefined) return [];
    const [key, value] = 'from' in step ? (['from', step.from] as const) : (['below', step.below] as const);
    const place = pathText([...path, index, key]);
    const isRepeated = steps
      .slice(0, index)
      .some((other) => other !== undefined && key in other && boundOf(other) === value);
    if (isRepeated)
      return [{ path: place, found: shown(value), allowed: `a "${key}" that no other step of the rule has` }];
    if (key === 'from' || value <= leastFrom) return [];
    const message = `between ${leastFrom} and ${value} the rule would add and remove at once`;
    return [
      { path: place, found: shown(value), allowed: `at most ${leastFrom}, the lowest "from" of the rule`, message },
    ];
  });
}

function boundOf(step: Step): number {
  return 'from' in step ? step.from : step.below;
}

function checkLeast({ count, path }: PlacedRule, least: number | undefined, key: Path): readonly Problem[] {
  if (least === undefined || count === undefined || least <= count.max) return [];
  const allowed = `at most ${count.max}, the "max" of the layer`;
  return [{ path: pathText([...path, ...key]), found: shown(least), allowed }];
}

function checkFollowing(rules: readonly PlacedRule[]): readonly Problem[] {
  const followed = new Map<string, string[]>();
  for (const { layer, rule } of rules) {
    if (rule.followLayer !== undefined) followed.set(layer, [...(followed.get(layer) ?? []), rule.followLayer]);
  }
  return findCycles(followed).map((cycle) => {
    const [first, next = first] = cycle;
    const closing = rules.find(({ layer, rule }) => layer === first && rule.followLayer === next);
    return {
      path: pathText([...(closing?.path ?? []), 'followLayer']),
      found: shown(next),
      allowed: 'a layer that does not follow back',
      message: `a cycle: ${sayCycle(cycle)}`,
    };
  });
}
