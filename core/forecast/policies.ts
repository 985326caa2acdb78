import { rounded } from './round.ts';
import type { Demand, Errors, Sizing } from './state.ts';

/** What policies are made from; all amounts of demand are square roots in units. */
export interface Clues {
  readonly demand: Demand;
  /** What the look-ahead expects. */
  readonly expected: number;
  /** What the season usually brings at that time; the level of the last hours where it is not known. */
  readonly usual: number;
  readonly errors: Errors;
  /** Demand in units that one instance carries. */
  readonly perInstance: number;
}

/** Demand below this share of what an instance carries is no guide to how much more may come. */
const grainRatio = 0.0025;
/** Until a look-ahead was compared, errors are taken to be this share of demand. */
const firstErrorRatio = 0.2;
/** Even headroom around what is expected: small, so that headroom for smooth loads is told apart (scores near 0 are counted in bins of 0.02). */
const evenWidth = 0.1;

/**
 * The ways of sizing a fleet that compete (choose-policy.ts). Each says where demand will be about, `middle`, and what its spread is proportional
 * to, `width`; the fleet is the one for `middle + q * width`, and the q that keeps the asked-for risk is learnt for each (tail.ts).
 *
 * With a middle of 0 it is the reactive autoscaler with its best target utilisation, at several speeds; with a width of 1 on a slow level it is
 * nearly a fixed fleet; around what is expected it looks ahead, with a headroom that is even or follows how large errors were lately.
 */
const policies: Readonly<Record<string, (clues: Clues & { readonly grain: number }) => Sizing>> = {
  'of now': ({ demand, grain }) => [0, Math.max(demand.now, smoothed(demand, 1)) + grain],
  'of minutes': ({ demand, grain }) => [0, Math.max(smoothed(demand, 1), smoothed(demand, 3)) + grain],
  'of an hour': ({ demand, grain }) => [0, Math.max(smoothed(demand, 2), smoothed(demand, 4)) + grain],
  'above hours': ({ demand }) => [smoothed(demand, 5), 1],
  fixed: () => [0, 1],
  'of the season': ({ usual }) => [usual, 1],
  expected: ({ expected }) => [expected, evenWidth],
  'expected, errors': ({ expected, errors, grain }) => [expected, Math.sqrt(errors.lately * errors.always) + 2 * grain],
  'expected, errors lately': ({ expected, errors, grain }) => [
    expected,
    errors.lately + 0.1 * errors.always + 2 * grain,
  ],
};

/** Their names, in the order of everything that is kept for each. */
export const policyNames: readonly string[] = Object.keys(policies);
const sizers = Object.values(policies);

/** What each policy says now. */
export function sizingsOf(clues: Clues): Sizing[] {
  const grain = grainRatio * Math.sqrt(clues.perInstance);
  const { demand, expected, usual, perInstance } = clues;
  const seen = { demand, expected, usual, perInstance, errors: withFirstErrors(clues.errors, demand.now), grain };
  const sizings: Sizing[] = [];
  for (const sizer of sizers) {
    const [middle, width] = sizer(seen);
    sizings.push([rounded(middle), Math.max(1e-6, rounded(width))]);
  }
  return sizings;
}

/** One of the smoothed demands, by its rate (look-ahead.ts). */
function smoothed({ smoothed: values, now }: Demand, rate: number): number {
  return values[rate] ?? now;
}

function withFirstErrors(errors: Errors, now: number): Errors {
  return errors.count > 0 ? errors : { count: 0, lately: firstErrorRatio * now, always: firstErrorRatio * now };
}
