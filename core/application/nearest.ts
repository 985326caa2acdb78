import type { Problem } from './problem.ts';

/** A hint to the name that was probably meant, to be spread into a Problem; empty when none is near. */
export function didYouMean(name: string, among: Iterable<string>): Pick<Problem, 'message'> {
  const near = nearest(name, among);
  return near === undefined ? {} : { message: `did you mean ${JSON.stringify(near)}?` };
}

/** The name with the fewest edits, at most a third of its length and never all of it; capitals do not count. */
export function nearest(name: string, among: Iterable<string>): string | undefined {
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const candidate of among) {
    const allowedEdits = Math.max(1, Math.floor(candidate.length / 3));
    if (Math.abs(candidate.length - name.length) > allowedEdits) continue;
    const edits = editDistance({ from: name.toLowerCase(), to: candidate.toLowerCase() });
    if (edits <= allowedEdits && edits < candidate.length && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) {
      best = { name: candidate, edits };
    }
  }
  return best?.name;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance({ from, to }: { readonly from: string; readonly to: string }): number {
  let twoBefore: number[] = [];
  let before = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        at(before, column) + 1,
        at(current, column - 1) + 1,
        at(before, column - 1) + (isSame ? 0 : 1),
        isSwap ? at(twoBefore, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [twoBefore, before] = [before, current];
  }
  return at(before, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
