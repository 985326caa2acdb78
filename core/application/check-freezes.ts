import { checkReference } from './check-reference.ts';
import { type Draft, readableItems } from './draft.ts';
import type { Trouble } from './freeze-schema.ts';
import { type Path, type Problem, pathText, shown } from './problem.ts';

/** Freezes: names of their own, KPIs and layers that exist, and no layer that waits for its own failure. */
export function checkFreezes(draft: Draft): readonly Problem[] {
  return readableItems(draft.layers).flatMap(([layer, { scaleIn }]) => {
    const freezes = scaleIn?.freeze ?? [];
    return freezes.flatMap((freeze, index) => {
      if (freeze === undefined) return [];
      const path = ['layers', layer, 'scaleIn', 'freeze', index];
      const isNameTaken = freezes.slice(0, index).some((earlier) => earlier?.name === freeze.name);
      const allowed = 'a name that no other freeze of the layer has';
      return [
        ...(isNameTaken ? [{ path: pathText([...path, 'name']), found: shown(freeze.name), allowed }] : []),
        ...checkReference({ kind: 'KPIs', name: freeze.kpi, among: draft.kpis, path: [...path, 'kpi'] }),
        ...checkTrouble(freeze.while, { layer, draft, path: [...path, 'while'] }),
      ];
    });
  });
}

function checkTrouble(
  trouble: Trouble | undefined,
  { layer, draft, path }: { readonly layer: string; readonly draft: Draft; readonly path: Path },
): readonly Problem[] {
  if (trouble === undefined) return [];
  if ('kpi' in trouble)
    return checkReference({ kind: 'KPIs', name: trouble.kpi, among: draft.kpis, path: [...path, 'kpi'] });
  if (trouble.layer !== layer)
    return checkReference({ kind: 'layers', name: trouble.layer, among: draft.layers, path: [...path, 'layer'] });
  const message = 'failures of the layer itself are the matter of "maxUnhealthyPercent"';
  return [{ path: pathText([...path, 'layer']), found: shown(layer), allowed: 'another layer', message }];
}
