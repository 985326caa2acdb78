import { checkReference } from './check-reference.ts';
import { type Draft, readableItems } from './draft.ts';
import type { References } from './find-cycles.ts';
import type { Rung } from './kpi-schema.ts';
import { type Path, type Problem, pathText, shown } from './problem.ts';
import { rungsOf } from './rungs.ts';

/** What is known of expressions; absent while they come back to themselves. */
export interface ReadInputs {
  readonly references: References;
  /** Periods of everything below a KPI. */
  readonly periodsOf: (kpi: string) => ReadonlySet<number>;
}

/** Stand-ins for missing data: KPIs that exist and can be there when this one is not, in an order in which each can be reached. */
export function checkFallbacks(draft: Draft, inputs: ReadInputs | undefined): readonly Problem[] {
  return readableItems(draft.kpis).flatMap(([kpi, { missing = 'hold' }]) => {
    const rungs = rungsOf(missing);
    const path = ['kpis', kpi, 'missing'];
    const placeOf = (index: number): Path => (Array.isArray(missing) ? [...path, index] : path);
    return rungs.flatMap((rung, index) => [
      ...checkReached(rung, { earlier: rungs.slice(0, index), path: placeOf(index) }),
      ...checkSubstitute(rung, { kpi, draft, inputs, path: [...placeOf(index), 'kpi'] }),
    ]);
  });
}

/** Below an assumed value nothing is ever tried, and a rung that an earlier one covers is none. */
function checkReached(
  rung: Rung,
  { earlier, path }: { readonly earlier: readonly Rung[]; readonly path: Path },
): readonly Problem[] {
  if (earlier.some((other) => 'assume' in other)) {
    const allowed = 'nothing below an assumed value, which is always there';
    return [{ path: pathText(path), found: shown(rung), allowed }];
  }
  if ('holdLastSeconds' in rung) {
    const held = Math.max(0, ...earlier.map((other) => ('holdLastSeconds' in other ? other.holdLastSeconds : 0)));
    if (rung.holdLastSeconds > held) return [];
    const allowed = `more than ${held}, for which an earlier rung holds the last value`;
    return [{ path: pathText([...path, 'holdLastSeconds']), found: shown(rung.holdLastSeconds), allowed }];
  }
  if (!('kpi' in rung) || !earlier.some((other) => 'kpi' in other && other.kpi === rung.kpi)) return [];
  return [{ path: pathText([...path, 'kpi']), found: shown(rung.kpi), allowed: 'a KPI that no earlier rung names' }];
}

interface Substitution {
  readonly kpi: string;
  readonly draft: Draft;
  readonly inputs: ReadInputs | undefined;
  readonly path: Path;
}

function checkSubstitute(rung: Rung, { kpi, draft, inputs, path }: Substitution): readonly Problem[] {
  if (!('kpi' in rung)) return [];
  const unknown = checkReference({ kind: 'KPIs', name: rung.kpi, among: draft.kpis, path });
  if (unknown.length > 0 || inputs === undefined) return unknown;
  const place = { path: pathText(path), found: shown(rung.kpi) };
  if (rung.kpi === kpi) return [{ ...place, allowed: 'another KPI' }];
  if (uses(rung.kpi, kpi, inputs.references)) {
    const message = `"${rung.kpi}" is made from "${kpi}", and missing whenever it is`;
    return [{ ...place, allowed: 'a KPI that is not made from this one', message }];
  }
  const [own, other] = [[...inputs.periodsOf(kpi)], [...inputs.periodsOf(rung.kpi)]];
  if (own.length !== 1 || other.length !== 1 || own[0] === other[0]) return [];
  const message = `"${rung.kpi}" has ${other.join()} s, "${kpi}" ${own.join()} s`;
  return [{ ...place, allowed: 'a KPI of the same periodSeconds', message }];
}

/** Whether an expression reads a KPI, directly or through others. Only asked where no expression comes back to itself. */
function uses(name: string, kpi: string, references: References): boolean {
  return (references.get(name) ?? []).some((input) => input === kpi || uses(input, kpi, references));
}
