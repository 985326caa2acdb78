import type { StoredRecord } from './records.ts';

/** The name of a record within its application; sorts numbers by value (`slot#web#000017`). */
export function recordKey(record: StoredRecord): string {
  switch (record.kind) {
    case 'file':
    case 'head':
    case 'tick':
    case 'usage':
      return record.kind;
    case 'desired':
    case 'scaling':
    case 'shadow':
      return `${record.kind}#${record.layer}`;
    case 'revision':
      return `revision#${record.layer}#${padded(record.revision)}`;
    case 'slot':
      return `slot#${record.slot.layer}#${padded(record.slot.number)}`;
    case 'refusal':
      return `refusal#${record.type}#${record.zone}#${record.market}`;
    case 'observation':
      return `observation#${record.instance.instanceId}`;
    case 'probe':
      return `probe#${record.instanceId}`;
    case 'image':
      return `image#${record.imageId}`;
    case 'told':
    case 'acknowledgement':
    case 'targets':
    case 'hook-run':
      return `${record.kind}#${record.participant}`;
    case 'decision':
    case 'shadow-decision':
      return `${record.kind}#${String(record.decision.at).padStart(15, '0')}#${record.decision.layer}`;
  }
}

function padded(number: number): string {
  return String(number).padStart(9, '0');
}
