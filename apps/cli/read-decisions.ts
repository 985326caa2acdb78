import type { DecisionQuery, Table } from '../../adapters/ports.ts';
import { type Instant, isBefore } from '../../core/amounts.ts';
import type { Decision } from '../../core/decision.ts';

/** What one query of a table returns at most. */
const mostAtOnce = 1000;

/**
 * All stored decisions of one layer in [from, until), oldest first, through any number of pages. Of one layer no two are of one instant, so a page
 * begins where the last ended.
 */
export async function readDecisions(
  table: Pick<Table, 'decisions'>,
  application: string,
  of: {
    readonly layer: string;
    readonly from: Instant;
    readonly until: Instant;
    readonly of?: NonNullable<DecisionQuery['of']>;
  },
): Promise<readonly Decision[]> {
  const found: Decision[] = [];
  let before = of.until;
  for (;;) {
    const query = { layer: of.layer, limit: mostAtOnce, before, of: of.of ?? 'live' };
    const page = await table.decisions(application, query);
    for (const { decision } of page) {
      if (isBefore(decision.at, of.from)) return found.toReversed();
      found.push(decision);
    }
    const oldest = page.at(-1);
    if (oldest === undefined || page.length < mostAtOnce) return found.toReversed();
    before = oldest.decision.at;
  }
}
