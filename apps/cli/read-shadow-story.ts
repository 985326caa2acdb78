import type { Table } from '../../adapters/ports.ts';
import { addSeconds, type Instant, isBefore } from '../../core/amounts.ts';
import type { ShadowStory } from '../../core/decide-shadow/compare-shadow.ts';
import { revisionKey, type Stored } from '../../core/stored.ts';
import { readDecisions } from './read-decisions.ts';

/** Layers whose shadow rules have decided something that is still stored, in the order of their names. */
export function shadowedLayers({ shadows }: Stored): readonly string[] {
  return [...shadows.keys()].toSorted();
}

/** Everything that is stored of a layer and its shadow in [from, until), but not from before the shadow began. Undefined without a shadow. */
export async function readShadowStory(
  table: Pick<Table, 'decisions'>,
  stored: Stored,
  of: { readonly layer: string; readonly from: Instant; readonly until: Instant },
): Promise<ShadowStory | undefined> {
  const shadow = stored.shadows.get(of.layer);
  if (shadow === undefined) return undefined;
  const from = isBefore(of.from, shadow.since) ? shadow.since : of.from;
  const latest = addSeconds(shadow.decidedAt, 60);
  const until = isBefore(latest, of.until) ? latest : of.until;
  const time = { layer: of.layer, from, until: isBefore(from, until) ? until : from };
  const [live, onTrial] = await Promise.all([
    readDecisions(table, stored.application, time),
    readDecisions(table, stored.application, { ...time, of: 'shadow' }),
  ]);
  const desired = stored.desired.get(of.layer);
  const count = desired?.count ?? 0;
  const price = desired === undefined ? 0 : (stored.revisions.get(revisionKey(desired))?.hourlyUsd ?? 0);
  return {
    ...time,
    live,
    shadow: onTrial,
    standing: {
      live: { count, hourlyUsd: count * price },
      shadow: { count: shadow.fleet.count, hourlyUsd: shadow.fleet.count * price },
    },
    risk: shadow.risk,
  };
}
