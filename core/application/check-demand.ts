import type { ReadInputs } from './check-fallbacks.ts';
import { checkReference } from './check-reference.ts';
import { type Draft, type DraftRule, readableItems } from './draft.ts';
import { type Path, type Problem, pathText, shown } from './problem.ts';

/** What the demand of a rule is made from: KPIs that exist, of the period of the rule's own, each counted once. */
export function checkDemand(draft: Draft, inputs: ReadInputs | undefined): readonly Problem[] {
  return readableItems(draft.layers).flatMap(([layer, { rules }]) =>
    rules.flatMap((rule, index) => {
      const path = ['layers', layer, 'rules', index, 'demand'];
      return rule?.demand === undefined ? [] : checkParts({ rule, demand: rule.demand, draft, inputs, path });
    }),
  );
}

interface Placed {
  readonly rule: DraftRule;
  readonly demand: NonNullable<DraftRule['demand']>;
  readonly draft: Draft;
  readonly inputs: ReadInputs | undefined;
  readonly path: Path;
}

function checkParts(placed: Placed): readonly Problem[] {
  const { rule, demand, draft, path } = placed;
  const counted = demand.plus.flatMap((kpi, index) => {
    const place = [...path, 'plus', index];
    const isCounted = kpi === rule.kpi || demand.plus.slice(0, index).includes(kpi);
    if (!isCounted) return checkPart(placed, kpi, place);
    return [{ path: pathText(place), found: shown(kpi), allowed: 'a KPI that is not counted already' }];
  });
  const backlog = demand.backlog === undefined ? [] : checkPart(placed, demand.backlog, [...path, 'backlog']);
  const signs = demand.saturatedWhen.flatMap(({ kpi }, index) =>
    checkReference({ kind: 'KPIs', name: kpi, among: draft.kpis, path: [...path, 'saturatedWhen', index, 'kpi'] }),
  );
  return [...counted, ...backlog, ...signs];
}

/** A part that is added to what was served must be of the same period, or the sum means nothing. */
function checkPart({ rule, draft, inputs }: Placed, kpi: string, path: Path): readonly Problem[] {
  const unknown = checkReference({ kind: 'KPIs', name: kpi, among: draft.kpis, path });
  if (unknown.length > 0 || inputs === undefined || rule.kpi === undefined) return unknown;
  const [own, other] = [[...inputs.periodsOf(rule.kpi)], [...inputs.periodsOf(kpi)]];
  if (own.length !== 1 || other.length !== 1 || own[0] === other[0]) return [];
  const message = `"${kpi}" has ${other.join()} s, "${rule.kpi}" ${own.join()} s`;
  return [{ path: pathText(path), found: shown(kpi), allowed: 'a KPI of the same periodSeconds', message }];
}
