import { isAtOrAfter } from '../amounts.ts';
import { isWanted, type Market, type Placement, type Slot } from '../instance-life.ts';
import type { LayerView } from './layer-view.ts';

/** Most instances that one call asks for: small enough that its rows fit one conditional write. */
export const MOST_PER_LAUNCH = 50;

/**
 * Where `count` new instances go: each to the zone that has the fewest of the layer, Spot as long as `spotPercent` allows. An offering that
 * EC2 refused is left out until its time to retry, then gets one instance as a probe: one for all layers together, and no other before that one has
 * its answer. May place fewer than asked.
 */
export function placeLaunches(
  slots: readonly Slot[],
  count: number,
  view: LayerView,
): readonly { readonly placement: Placement; readonly count: number }[] {
  const placed = new Map<string, { placement: Placement; count: number }>();
  const inZone = new Map(view.revision.subnets.map(({ zone }) => [zone, 0]));
  for (const slot of slots.filter(isWanted))
    inZone.set(slot.placement.zone, (inZone.get(slot.placement.zone) ?? 0) + 1);
  let spotLeft = spotAllowed(view) - slots.filter((slot) => isWanted(slot) && slot.placement.market === 'spot').length;
  for (let i = 0; i < count; i++) {
    const placement = bestPlacement({ view, inZone, placed, spotLeft });
    if (placement === undefined) break;
    const key = `${placement.subnetId} ${placement.market}`;
    placed.set(key, { placement, count: (placed.get(key)?.count ?? 0) + 1 });
    inZone.set(placement.zone, (inZone.get(placement.zone) ?? 0) + 1);
    if (placement.market === 'spot') spotLeft--;
  }
  return [...placed.values()];
}

function spotAllowed(view: LayerView): number {
  return Math.floor((view.desired.count * view.revision.spotPercent) / 100);
}

interface Choice {
  readonly view: LayerView;
  readonly inZone: ReadonlyMap<string, number>;
  readonly placed: ReadonlyMap<string, { readonly placement: Placement; readonly count: number }>;
  readonly spotLeft: number;
}

function bestPlacement(choice: Choice): Placement | undefined {
  const markets: readonly Market[] = choice.spotLeft > 0 ? ['spot', 'on-demand'] : ['on-demand'];
  for (const market of markets) {
    const open = choice.view.revision.subnets
      .map((subnet) => ({ ...subnet, market }))
      .filter((placement) => isOpen(placement, choice));
    const [first, ...rest] = open;
    if (first === undefined) continue;
    const load = (placement: Placement): number => choice.inZone.get(placement.zone) ?? 0;
    return rest.reduce<Placement>((best, next) => (load(next) < load(best) ? next : best), first);
  }
  return undefined;
}

function isOpen(placement: Placement, { view, placed }: Choice): boolean {
  const already = placed.get(`${placement.subnetId} ${placement.market}`)?.count ?? 0;
  if (already >= MOST_PER_LAUNCH) return false;
  const refusal = view.refusals.find(
    ({ type, zone, market }) => type === view.revision.type && zone === placement.zone && market === placement.market,
  );
  if (refusal === undefined) return true;
  const isPlaced = [...placed.values()].some((other) => isSameOffering(other.placement, placement));
  return isAtOrAfter(view.now, refusal.retryAt) && !isPlaced && !view.isProbed(placement);
}

function isSameOffering(a: Placement, b: Placement): boolean {
  return a.zone === b.zone && a.market === b.market;
}
