/** Share of a number that arithmetic on doubles may be off by: far above the error of a few operations, far below any KPI's meaning. */
const SLACK = 1e-9;

/** The next whole number, but `6.000000000000001` is 6: 3 × 0.2 ÷ 0.1 must not cost an instance. */
export function roundUp(value: number): number {
  // `+ 0` makes 0 of −0.
  return Math.ceil(value - slackOf(value)) + 0;
}

/** The whole number below, but `5.999999999999999` is 6. */
export function roundDown(value: number): number {
  return Math.floor(value + slackOf(value));
}

function slackOf(value: number): number {
  return SLACK * Math.max(1, Math.abs(value));
}

/** Whether `value` lies within `distance` of `target`, all in one unit, edges included: 0.09 is 10 % below 0.1. */
export function isWithin(value: number, band: { readonly target: number; readonly distance: number }): boolean {
  return Math.abs(value - band.target) <= band.distance + SLACK * Math.abs(band.target);
}

/** For sentences, without the sign: chances below a thousandth of a percent are no longer told apart. */
export function shownPercent(percent: number): string {
  return percent > 0 && percent < 0.001 ? 'under 0.001' : shown(percent);
}

/** For sentences: at most four significant digits, whole numbers in full. Made for every decision, so ordinary sizes avoid `toPrecision`. */
export function shown(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size < 1 || size >= 10_000) return String(Number(value.toPrecision(4)));
  const scale = size < 10 ? 1000 : size < 100 ? 100 : size < 1000 ? 10 : 1;
  return String(Math.round(value * scale) / scale);
}
