/** Six decimals, so that a number is short as JSON text; amounts here are near 1. */
export function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** Each of them rounded; an array that grows from nothing is read fastest later. */
export function allRounded(values: readonly number[]): number[] {
  const all: number[] = [];
  for (const value of values) all.push(rounded(value));
  return all;
}

/** The nearest value within the bounds. */
export function clamp(value: number, { least, most }: { readonly least: number; readonly most: number }): number {
  return Math.min(most, Math.max(least, value));
}
