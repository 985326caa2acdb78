import type { Draft } from './draft.ts';
import { isMember, type Slot, slotName } from './instance-life.ts';
import type { MemberInstance, Membership } from './notice.ts';
import { revisionKey, type Stored } from './stored.ts';

/** Every instance that peers know, layer by layer, at the version that is stored. Version 0 and no instance when nothing was applied. */
export function membershipOf(stored: Stored): Membership {
  const layers: Record<string, MemberInstance[]> = {};
  for (const layer of Object.keys(stored.file?.file.layers ?? {})) layers[layer] = [];
  for (const { slot } of stored.slots) {
    if (!isMember(slot)) continue;
    const list = layers[slot.layer] ?? [];
    list.push(memberOf(slot, stored));
    layers[slot.layer] = list;
  }
  return { version: stored.head?.membershipVersion ?? 0, layers };
}

/** An instance as participants see it. */
export function memberOf(slot: Slot, stored: Stored): MemberInstance {
  const revision = stored.revisions.get(revisionKey(slot));
  const member: Draft<MemberInstance> = {
    slot: slotName(slot),
    instanceId: slot.instanceId ?? '',
    zone: slot.placement.zone,
    type: revision?.type ?? '',
    capacity: revision?.capacity ?? 0,
    imageId: revision?.imageId ?? '',
    state: slot.state,
  };
  if (slot.privateIp !== undefined) member.privateIp = slot.privateIp;
  return member;
}

/**
 * A membership as JSON, byte for byte the same for one version: layers without instances are left out, for which layers there are changes
 * with the file and not with the version.
 */
export function membershipText({ version, layers }: Membership): string {
  const inhabited = Object.entries(layers).filter(([, instances]) => instances.length > 0);
  const inOrder = inhabited.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({ version, layers: Object.fromEntries(inOrder) });
}
