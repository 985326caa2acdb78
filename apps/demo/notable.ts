import type { Move } from '../local/diary.ts';

/**
 * The decisions worth reading: of each kind (layer, direction, deciding rule, limits) the largest, and of those the largest. In order of
 * time.
 */
export function notableMoves(moves: readonly Move[], most: number): readonly Move[] {
  const largest = new Map<string, Move>();
  for (const move of moves) {
    // The very first decision grows a layer from nothing: that says little.
    if (move.from === 0) continue;
    const key = kindOf(move);
    const known = largest.get(key);
    if (known === undefined || stride(move) > stride(known)) largest.set(key, move);
  }
  const bySize = [...largest.values()].sort((a, b) => stride(b) - stride(a) || a.at - b.at);
  return bySize.slice(0, most).sort((a, b) => a.at - b.at);
}

function kindOf({ layer, outcome, because, limits }: Move): string {
  const [, rule = ''] = /"([^"]+)"/.exec(because) ?? [];
  return [layer, outcome, rule, ...limits].join('|');
}

function stride({ from, to }: Move): number {
  return Math.abs(to - from);
}
