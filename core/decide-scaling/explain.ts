import type { Decision, Outcome, Proposal } from '../decision.ts';
import type { Wish } from './safest.ts';

/** What a sentence is made of. */
export interface Explained extends Pick<Decision, 'layer' | 'from' | 'to' | 'outcome' | 'limits'> {
  readonly wish: Wish;
  readonly proposals: readonly Proposal[];
  readonly degraded?: readonly string[];
  readonly isStopped?: boolean | undefined;
  /** Of a layer that the file no longer has. */
  readonly vanished?: { readonly drain: boolean } | undefined;
}

/** One plain sentence: what happens, which rule wanted it, and every limit that changed it. */
export function explain(decision: Explained): string {
  const limits = decision.limits.map(({ because }) => because);
  const rest = `${revisionOf(decision)}${degradedOf(decision)}${stopOf(decision)}`;
  return `${headline(decision)}: ${[wishOf(decision), ...limits].join('; ')}${rest}.`;
}

const verbs: Readonly<Record<Outcome, string>> = { out: 'Scale out', in: 'Scale in', hold: 'Hold' };

function headline({ layer, from, to, outcome }: Explained): string {
  if (from.revision === 0 && outcome === 'out') return `Start ${layer} with ${to.count}`;
  if (outcome === 'hold') return `Hold ${layer} at ${to.count}`;
  return `${verbs[outcome]} ${layer} ${from.count} → ${to.count}`;
}

function wishOf({ wish, proposals, vanished }: Explained): string {
  if (vanished !== undefined)
    return `it is gone from the file, and its end was ${vanished.drain ? '' : 'not '}asked for`;
  if (wish.keptBy !== undefined) return `"${wish.keptBy.rule}" lets nobody go (${wish.keptBy.because})`;
  if (wish.wantedBy !== undefined) return `"${wish.wantedBy.rule}" wants ${wish.count} (${wish.wantedBy.because})`;
  return proposals.length === 0 ? 'it has no rules' : 'no rule wants another count';
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
