import type { Proposal } from '../decision.ts';

/** What all rules of a layer come to. */
export interface Wish {
  readonly count: number;
  /** The proposal that wants this many; absent when nobody wants a number, or when fewer are wanted than a `stay` allows. */
  readonly wantedBy?: Extract<Proposal, { readonly kind: 'want' }>;
  /** Present when a rule's `stay` keeps the count from falling. */
  readonly keptBy?: Extract<Proposal, { readonly kind: 'stay' }>;
}

/**
 * The safest of all proposals: the largest wish. A `stay` is a wish for the present count, an `agree` none at all; when nobody wants a number,
 * the present count stands. Of equal wishes the first in the file is named.
 */
export function safest(proposals: readonly Proposal[], present: number): Wish {
  let wantedBy: Wish['wantedBy'];
  let keptBy: Wish['keptBy'];
  for (const proposal of proposals) {
    if (proposal.kind === 'stay') keptBy ??= proposal;
    else if (proposal.kind === 'want' && proposal.count > (wantedBy?.count ?? -1)) wantedBy = proposal;
  }
  if (wantedBy === undefined) return keptBy === undefined ? { count: present } : { count: present, keptBy };
  if (keptBy !== undefined && wantedBy.count < present) return { count: present, keptBy };
  return { count: wantedBy.count, wantedBy };
}
