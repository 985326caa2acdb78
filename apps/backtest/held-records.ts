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
    for (const record of records) this.#stored = { ...this.#stored, ...changed(this.#stored, record) };
  }

  remove(records: readonly StoredRecord[]): void {
    for (const record of records) this.#stored = { ...this.#stored, ...without(this.#stored, record) };
  }
}

function changed(stored: Stored, record: StoredRecord): Partial<Stored> {
  switch (record.kind) {
    case 'file':
      return { file: record };
    case 'head':
      return { head: record };
    case 'tick':
      return { tick: record };
    case 'slot':
      return { slots: withSlot(stored.slots, record) };
    case 'desired':
      return { desired: new Map(stored.desired).set(record.layer, record) };
    case 'scaling':
      return { scaling: new Map(stored.scaling).set(record.layer, record) };
    case 'shadow':
      return { shadows: new Map(stored.shadows).set(record.layer, record) };
    case 'revision':
      return { revisions: new Map(stored.revisions).set(revisionKey(record), record) };
    case 'refusal':
      return { refusals: [...stored.refusals.filter((known) => recordKey(known) !== recordKey(record)), record] };
    case 'observation':
      return { observations: new Map(stored.observations).set(record.instance.instanceId, record) };
    case 'probe':
      return { probes: new Map(stored.probes).set(record.instanceId, record) };
    case 'image':
      return { images: new Map(stored.images).set(record.imageId, record) };
    case 'told':
      return { told: new Map(stored.told).set(record.participant, record) };
    case 'acknowledgement':
      return { acknowledgements: new Map(stored.acknowledgements).set(record.participant, record) };
    default:
      // Decisions are told to whoever counts them; what the participants of the product keep is not played.
      return {};
  }
}

function without(stored: Stored, record: StoredRecord): Partial<Stored> {
  if (record.kind === 'slot') {
    const { layer, number } = record.slot;
    return { slots: stored.slots.filter(({ slot }) => slot.layer !== layer || slot.number !== number) };
  }
  if (record.kind === 'refusal') {
    return { refusals: stored.refusals.filter((known) => recordKey(known) !== recordKey(record)) };
  }
  if (record.kind !== 'observation') return {};
  const observations = new Map(stored.observations);
  observations.delete(record.instance.instanceId);
  return { observations };
}

/** In order of layer, then number. */
function withSlot(slots: readonly SlotRecord[], record: SlotRecord): readonly SlotRecord[] {
  const { layer, number } = record.slot;
  const index = slots.findIndex(({ slot }) => slot.layer > layer || (slot.layer === layer && slot.number >= number));
  if (index < 0) return [...slots, record];
  const isKnown = slots[index]?.slot.layer === layer && slots[index]?.slot.number === number;
  return slots.toSpliced(index, isKnown ? 1 : 0, record);
}
