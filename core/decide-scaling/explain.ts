import type { AppliedLimit, Decision, Outcome, Proposal } from '../decision.ts';
import type { Wish } from './safest.ts';

/** What a sentence is made of. */
export interface Explained extends Pick<Decision, 'layer' | 'from' | 'to' | 'outcome' | 'limits'> {
  readonly wish: Wish;
  readonly proposals: readonly Proposal[];
  readonly degraded?: readonly string[];
  readonly isStopped?: boolean | undefined;
}

/** One plain sentence: what happens, which rule wanted it, and every limit that changed it. */
export function explain(decision: Explained): string {
  return `${headline(decision)}: ${[wishOf(decision), ...decision.limits.map(limitOf)].join('; ')}${revisionOf(decision)}${degradedOf(decision)}${stopOf(decision)}.`;
}

const verbs: Readonly<Record<Outcome, string>> = { out: 'Scale out', in: 'Scale in', hold: 'Hold' };

function headline({ layer, from, to, outcome }: Explained): string {
  if (outcome === 'hold') return `Hold ${layer} at ${to.count}`;
  return `${verbs[outcome]} ${layer} ${from.count} → ${to.count}`;
}

function wishOf({ wish, proposals }: Explained): string {
  if (wish.keptBy !== undefined) return `"${wish.keptBy.rule}" lets nobody go (${wish.keptBy.because})`;
  if (wish.wantedBy !== undefined) return `"${wish.wantedBy.rule}" wants ${wish.count} (${wish.wantedBy.because})`;
  return proposals.length === 0 ? 'it has no rules' : 'no rule wants another count';
}

function limitOf({ limit, before, after, because }: AppliedLimit): string {
  return `${limit} makes ${before} ${after} (${because})`;
}

function revisionOf({ from, to }: Explained): string {
  if (from.revision === to.revision || from.revision === 0) return '';
  return `; new instances are of revision ${to.revision}, not ${from.revision}`;
}

function degradedOf({ degraded = [] }: Explained): string {
  return degraded.length === 0 ? '' : `; degraded: ${degraded.join(', ')}`;
}

function stopOf({ isStopped }: Explained): string {
  return isStopped === true ? '; nothing is launched or terminated while the kill switch is thrown' : '';
}
