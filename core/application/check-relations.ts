import { checkReference } from './check-reference.ts';
import { type Draft, readableItems } from './draft.ts';
import { type Problem, pathText, shown } from './problem.ts';

/** What participants hear and what limits relate: layers that exist, and two of them. */
export function checkRelations(draft: Draft): readonly Problem[] {
  return [...checkHearing(draft), ...checkLimits(draft)];
}

function checkHearing(draft: Draft): readonly Problem[] {
  return readableItems(draft.participants).flatMap(([name, { hears = [] }]) =>
    hears.flatMap((layer, index) => {
      const path = ['participants', name, 'hears', index];
      return layer === '*' ? [] : checkReference({ kind: 'layers', name: layer, among: draft.layers, path });
    }),
  );
}

function checkLimits({ limits, layers }: Draft): readonly Problem[] {
  return limits.flatMap((limit, index) => {
    if (limit === undefined) return [];
    const path = ['limits', index];
    const toItself = {
      path: pathText([...path, 'per']),
      found: shown(limit.per),
      allowed: 'another layer than the one that waits',
    };
    return [
      ...checkReference({ kind: 'layers', name: limit.layer, among: layers, path: [...path, 'layer'] }),
      ...checkReference({ kind: 'layers', name: limit.per, among: layers, path: [...path, 'per'] }),
      ...(limit.per !== undefined && limit.layer === limit.per ? [toItself] : []),
    ];
  });
}
