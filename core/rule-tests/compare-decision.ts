import type { Decision, Proposal } from '../decision.ts';
import type { Expectation } from './tests-schema.ts';

/** One thing in which a decision is not as expected, in words. */
export interface Mismatch {
  /** `count`, `limits`, `proposals["keep cpu near 60"]` … */
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

/** Everything in which a decision is not as expected, in the order in which a test states it. */
export function compareDecision(expected: Expectation, decision: Decision): readonly Mismatch[] {
  const { outcome, count, limits, because = [], proposals = {} } = expected;
  const applied = decision.limits.map(({ limit }) => limit);
  const texts = typeof because === 'string' ? [because] : because;
  return [
    ...differs('outcome', outcome, decision.outcome),
    ...differs('count', count, decision.to.count),
    ...differs('limits', limits && listed(limits), listed(applied)),
    ...texts.flatMap((text) => (decision.because.includes(text) ? [] : [missing(text, decision)])),
    ...Object.entries(proposals).flatMap(([rule, wish]) => {
      const proposal = decision.proposals.find((candidate) => candidate.rule === rule);
      return differs(`proposals[${JSON.stringify(rule)}]`, wish, sayProposal(proposal));
    }),
  ];
}

function differs(what: string, expected: string | number | undefined, got: string | number): readonly Mismatch[] {
  return expected === undefined || expected === got ? [] : [{ what, expected: String(expected), got: String(got) }];
}

function missing(text: string, { because }: Decision): Mismatch {
  return { what: 'because', expected: `a sentence with ${JSON.stringify(text)}`, got: because };
}

function listed(limits: readonly string[]): string {
  return limits.length === 0 ? 'none' : limits.join(', ');
}

function sayProposal(proposal: Proposal | undefined): number | string {
  if (proposal === undefined) return 'nothing';
  return proposal.kind === 'want' ? proposal.count : proposal.kind;
}
