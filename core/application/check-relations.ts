import { checkReference } from './check-reference.ts';
import { type Draft, readableItems } from './draft.ts';
import { findCycles, sayCycle } from './find-cycles.ts';
import { type Problem, pathText, shown } from './problem.ts';

/** What limits relate and what order names: layers that exist, and no order that waits for itself. */
export function checkRelations(draft: Draft): readonly Problem[] {
  return [...checkLimits(draft), ...checkOrder(draft, 'launchAfter'), ...checkOrder(draft, 'drainBefore')];
}

function checkOrder(draft: Draft, key: 'launchAfter' | 'drainBefore'): readonly Problem[] {
  const layers = readableItems(draft.layers);
  const unknown = layers.flatMap(([name, layer]) =>
    (layer[key] ?? []).flatMap((other, index) =>
      checkReference({ kind: 'layers', name: other, among: draft.layers, path: ['layers', name, key, index] }),
    ),
  );
  const references = new Map(
    layers.map(([name, layer]) => [name, (layer[key] ?? []).filter((other) => other !== undefined)]),
  );
  const cycles = findCycles(references).map((cycle) => ({
    path: pathText(['layers', cycle[0] ?? '', key]),
    found: sayCycle(cycle),
    allowed: 'layers that do not wait for this one',
  }));
  return [...unknown, ...cycles];
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
