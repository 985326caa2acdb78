import type { Draft } from '../../core/draft.ts';
import { recordKey } from '../../core/record-key.ts';
import type { SlotRecord, StoredRecord } from '../../core/records.ts';
import { revisionKey, type Stored, storedFromRecords } from '../../core/stored.ts';

/**
 * What the table would hold of one application, without its conditions: one writer alone never meets another. Every change makes a new `stored`, for
 * whoever remembers the last one; parts that did not change are the same.
 */
export class HeldRecords {
  #stored: Stored;

  constructor(application: string) {
    this.#stored = storedFromRecords(application, []);
  }

  get stored(): Stored {
    return this.#stored;
  }

  put(records: readonly StoredRecord[]): void {
    const next = draftOf(this.#stored);
    for (const record of records) change(next, record);
    this.#stored = next;
  }

  remove(records: readonly StoredRecord[]): void {
    const next = draftOf(this.#stored);
    for (const record of records) leaveOut(next, record);
    this.#stored = next;
  }
}

/** A copy to change; every field by name, for it is made at every step of a play. */
function draftOf(stored: Stored): Draft<Stored> {
  return {
    application: stored.application,
    file: stored.file,
    head: stored.head,
    tick: stored.tick,
    usage: stored.usage,
    desired: stored.desired,
    scaling: stored.scaling,
    shadows: stored.shadows,
    revisions: stored.revisions,
    slots: stored.slots,
    refusals: stored.refusals,
    observations: stored.observations,
    probes: stored.probes,
    images: stored.images,
    told: stored.told,
    acknowledgements: stored.acknowledgements,
    targets: stored.targets,
    hookRuns: stored.hookRuns,
  };
}

function change(stored: Draft<Stored>, record: StoredRecord): void {
  switch (record.kind) {
    case 'file':
      stored.file = record;
      break;
    case 'head':
      stored.head = record;
      break;
    case 'tick':
      stored.tick = record;
      break;
    case 'slot':
      stored.slots = withSlot(stored.slots, record);
      break;
    case 'desired':
      stored.desired = new Map(stored.desired).set(record.layer, record);
      break;
    case 'scaling':
      stored.scaling = new Map(stored.scaling).set(record.layer, record);
      break;
    case 'shadow':
      stored.shadows = new Map(stored.shadows).set(record.layer, record);
      break;
    case 'revision':
      stored.revisions = new Map(stored.revisions).set(revisionKey(record), record);
      break;
    case 'refusal':
      stored.refusals = [...stored.refusals.filter((known) => recordKey(known) !== recordKey(record)), record];
      break;
    case 'observation':
      stored.observations = new Map(stored.observations).set(record.instance.instanceId, record);
      break;
    case 'probe':
      stored.probes = new Map(stored.probes).set(record.instanceId, record);
      break;
    case 'image':
      stored.images = new Map(stored.images).set(record.imageId, record);
      break;
    case 'told':
      stored.told = new Map(stored.told).set(record.participant, record);
      break;
    case 'acknowledgement':
      stored.acknowledgements = new Map(stored.acknowledgements).set(record.participant, record);
      break;
    default:
    // Decisions are told to whoever counts them; what the participants of the product keep is not played.
  }
}

function leaveOut(stored: Draft<Stored>, record: StoredRecord): void {
  if (record.kind === 'slot') {
    const { layer, number } = record.slot;
    stored.slots = stored.slots.filter(({ slot }) => slot.layer !== layer || slot.number !== number);
  } else if (record.kind === 'refusal') {
    stored.refusals = stored.refusals.filter((known) => recordKey(known) !== recordKey(record));
  } else if (record.kind === 'observation') {
    const observations = new Map(stored.observations);
    observations.delete(record.instance.instanceId);
    stored.observations = observations;
    // Nobody asks whether a machine that has ended is ready; in the table such records expire.
    const probes = new Map(stored.probes);
    probes.delete(record.instance.instanceId);
    stored.probes = probes;
  }
}

/** In order of layer, then number. */
function withSlot(slots: readonly SlotRecord[], record: SlotRecord): readonly SlotRecord[] {
  const { layer, number } = record.slot;
  const index = slots.findIndex(({ slot }) => slot.layer > layer || (slot.layer === layer && slot.number >= number));
  if (index < 0) return [...slots, record];
  const isKnown = slots[index]?.slot.layer === layer && slots[index]?.slot.number === number;
  return slots.toSpliced(index, isKnown ? 1 : 0, record);
}
