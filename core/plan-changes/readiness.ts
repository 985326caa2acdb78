import { type Slot, slotName } from '../instance-life.ts';
import type { ImageRecord, ObservationRecord } from '../records.ts';
import { revisionKey, type Stored } from '../stored.ts';
import type { LayerView } from './layer-view.ts';

/** Launches remembered of each image. */
const RING = 4;

/** Whether an instance that runs is ready, by what its layer asks for. */
export function isReady(
  { settings, stored }: { readonly settings: LayerView['settings']; readonly stored: Stored },
  observation: ObservationRecord | undefined,
): boolean {
  if (observation?.instance.state !== 'running') return false;
  const { ready } = settings;
  if (ready === 'running') return true;
  if (ready === 'status-checks') return observation.statusChecksPassedAt !== undefined;
  if (ready === 'signal') return observation.instance.saysReady;
  return stored.probes.has(observation.instance.instanceId);
}

/** The images whose launches ended well or badly in this plan, with the newest four launches of each. */
export function markImages(
  stored: Stored,
  { before, kept }: { readonly before: readonly Slot[]; readonly kept: readonly Slot[] },
): readonly ImageRecord[] {
  if (kept.length === 0) return [];
  const marked = new Map<string, ImageRecord>();
  for (const slot of kept) {
    if (slot.state !== 'joining' && slot.state !== 'failed') continue;
    const earlier = before.find(({ number, layer }) => number === slot.number && layer === slot.layer);
    if (earlier?.state !== 'booting') continue;
    const imageId = stored.revisions.get(revisionKey(slot))?.imageId;
    if (imageId === undefined) continue;
    const known = marked.get(imageId) ?? stored.images.get(imageId);
    const launch = { slot: slotName(slot), isReady: slot.state === 'joining', at: slot.since };
    marked.set(imageId, {
      kind: 'image',
      application: stored.application,
      version: (stored.images.get(imageId)?.version ?? 0) + 1,
      imageId,
      launches: [...(known?.launches ?? []), launch].slice(-RING),
    });
  }
  return [...marked.values()];
}
