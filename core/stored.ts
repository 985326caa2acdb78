import type {
  AcknowledgementRecord,
  DesiredRecord,
  FileRecord,
  HeadRecord,
  HookRunRecord,
  ImageRecord,
  ObservationRecord,
  ProbeRecord,
  RefusalRecord,
  RevisionRecord,
  ScalingRecord,
  ShadowRecord,
  SlotRecord,
  StoredRecord,
  TargetsRecord,
  TickRecord,
  ToldRecord,
  UsageRecord,
} from './records.ts';

/** Everything stored of one application but its past decisions: what one read of the table returns. */
export interface Stored {
  readonly application: string;
  readonly file: FileRecord | undefined;
  readonly head: HeadRecord | undefined;
  readonly tick: TickRecord | undefined;
  /** Of the whole account alone. */
  readonly usage: UsageRecord | undefined;
  /** By layer. */
  readonly desired: ReadonlyMap<string, DesiredRecord>;
  /** By layer. */
  readonly scaling: ReadonlyMap<string, ScalingRecord>;
  /** By layer. */
  readonly shadows: ReadonlyMap<string, ShadowRecord>;
  /** By `revisionKey`. */
  readonly revisions: ReadonlyMap<string, RevisionRecord>;
  /** In order of layer, then number. */
  readonly slots: readonly SlotRecord[];
  readonly refusals: readonly RefusalRecord[];
  /** By instance id. */
  readonly observations: ReadonlyMap<string, ObservationRecord>;
  /** By instance id. */
  readonly probes: ReadonlyMap<string, ProbeRecord>;
  /** By image id. */
  readonly images: ReadonlyMap<string, ImageRecord>;
  /** By participant. */
  readonly told: ReadonlyMap<string, ToldRecord>;
  /** By participant. */
  readonly acknowledgements: ReadonlyMap<string, AcknowledgementRecord>;
  /** By participant. */
  readonly targets: ReadonlyMap<string, TargetsRecord>;
  /** By participant. */
  readonly hookRuns: ReadonlyMap<string, HookRunRecord>;
}

/** `web@3`. */
export function revisionKey(of: { readonly layer: string; readonly revision: number }): string {
  return `${of.layer}@${of.revision}`;
}

/**
 * `before` with the records of some kinds read anew, from all records of the application. What is of another kind stays the same object, so that
 * what is derived from it need not be derived again.
 */
export function storedAfter(
  before: Stored,
  kinds: ReadonlySet<StoredRecord['kind']>,
  records: readonly StoredRecord[],
): Stored {
  const fresh = storedFromRecords(
    before.application,
    records.filter(({ kind }) => kinds.has(kind)),
  );
  const newer = (kind: StoredRecord['kind']): Stored => (kinds.has(kind) ? fresh : before);
  return {
    application: before.application,
    file: newer('file').file,
    head: newer('head').head,
    tick: newer('tick').tick,
    usage: newer('usage').usage,
    desired: newer('desired').desired,
    scaling: newer('scaling').scaling,
    revisions: newer('revision').revisions,
    slots: newer('slot').slots,
    refusals: newer('refusal').refusals,
    observations: newer('observation').observations,
    probes: newer('probe').probes,
    images: newer('image').images,
    told: newer('told').told,
    acknowledgements: newer('acknowledgement').acknowledgements,
    targets: newer('targets').targets,
    hookRuns: newer('hook-run').hookRuns,
    shadows: newer('shadow').shadows,
  };
}

/** Sorts the records of one application into their kinds. Decisions are left out. Records come in the order of their keys. */
export function storedFromRecords(application: string, records: Iterable<StoredRecord>): Stored {
  let file: FileRecord | undefined;
  let head: HeadRecord | undefined;
  let tick: TickRecord | undefined;
  let usage: UsageRecord | undefined;
  const desired = new Map<string, DesiredRecord>();
  const scaling = new Map<string, ScalingRecord>();
  const shadows = new Map<string, ShadowRecord>();
  const revisions = new Map<string, RevisionRecord>();
  const slots: SlotRecord[] = [];
  const refusals: RefusalRecord[] = [];
  const observations = new Map<string, ObservationRecord>();
  const probes = new Map<string, ProbeRecord>();
  const images = new Map<string, ImageRecord>();
  const told = new Map<string, ToldRecord>();
  const acknowledgements = new Map<string, AcknowledgementRecord>();
  const targets = new Map<string, TargetsRecord>();
  const hookRuns = new Map<string, HookRunRecord>();
  for (const record of records) {
    if (record.kind === 'slot') slots.push(record);
    else if (record.kind === 'observation') observations.set(record.instance.instanceId, record);
    else if (record.kind === 'desired') desired.set(record.layer, record);
    else if (record.kind === 'scaling') scaling.set(record.layer, record);
    else if (record.kind === 'shadow') shadows.set(record.layer, record);
    else if (record.kind === 'revision') revisions.set(revisionKey(record), record);
    else if (record.kind === 'told') told.set(record.participant, record);
    else if (record.kind === 'acknowledgement') acknowledgements.set(record.participant, record);
    else if (record.kind === 'targets') targets.set(record.participant, record);
    else if (record.kind === 'hook-run') hookRuns.set(record.participant, record);
    else if (record.kind === 'refusal') refusals.push(record);
    else if (record.kind === 'probe') probes.set(record.instanceId, record);
    else if (record.kind === 'image') images.set(record.imageId, record);
    else if (record.kind === 'file') file = record;
    else if (record.kind === 'head') head = record;
    else if (record.kind === 'tick') tick = record;
    else if (record.kind === 'usage') usage = record;
  }
  return {
    application,
    file,
    head,
    tick,
    usage,
    desired,
    scaling,
    shadows,
    revisions,
    slots,
    refusals,
    observations,
    probes,
    images,
    told,
    acknowledgements,
    targets,
    hookRuns,
  };
}
