import type { Layer } from '../../core/application/layer-schema.ts';
import { oncePer } from '../../core/once-per.ts';
import { pinRevision } from '../../core/pin-revision.ts';
import type { FileRecord, RevisionRecord } from '../../core/records.ts';
import { revisionKey, type Stored } from '../../core/stored.ts';
import type { Answers } from './gather.ts';

/** The revision of each layer, and the layers that have none. */
export interface ChosenRevisions {
  /** By layer of the file. */
  readonly revisions: ReadonlyMap<string, RevisionRecord>;
  /** Layers that cannot start, because their image or a zone is unknown and nothing is pinned yet. */
  readonly unpinned: readonly string[];
}

/** The newest revision of each layer. */
export function latestRevisions({ revisions }: Stored): ReadonlyMap<string, RevisionRecord> {
  return newestOf(revisions);
}

const newestOf = oncePer((revisions: Stored['revisions']): ReadonlyMap<string, RevisionRecord> => {
  const latest = new Map<string, RevisionRecord>();
  for (const record of revisions.values()) {
    if (record.revision > (latest.get(record.layer)?.revision ?? 0)) latest.set(record.layer, record);
  }
  return latest;
});

/**
 * The revision to be desired of each layer: a new one when what the file says now differs from the newest, else the one that is desired. What
 * could not be looked up stays as it is pinned.
 */
export function chooseRevisions(
  stored: Stored,
  file: FileRecord,
  of: { readonly latest: ReadonlyMap<string, RevisionRecord>; readonly answers: Answers },
): ChosenRevisions {
  const revisions = new Map<string, RevisionRecord>();
  const unpinned: string[] = [];
  for (const [layer, settings] of Object.entries(file.file.layers)) {
    const latest = of.latest.get(layer);
    const imageId = imageFor(settings, of.answers, latest);
    const pinned = isPinned(latest, { file, imageId, answers: of.answers })
      ? latest
      : pin(layer, file, { ...of, imageId });
    const desired = stored.desired.get(layer);
    const standing = desired && stored.revisions.get(revisionKey(desired));
    const revision = pinned === latest ? (standing ?? latest) : pinned;
    if (revision === undefined) unpinned.push(layer);
    else revisions.set(layer, revision);
  }
  return { revisions, unpinned };
}

/** The file record that a revision was last found to be pinned from, when the zones were those of the revision itself. */
const pinnedFrom = new WeakMap<RevisionRecord, FileRecord>();

/** Most evaluations find what the one before them found: neither record has changed, and nothing else was asked. */
function isPinned(
  latest: RevisionRecord | undefined,
  of: { readonly file: FileRecord; readonly imageId: string | undefined; readonly answers: Answers },
): boolean {
  if (latest === undefined || of.answers.zones.size > 0 || of.imageId !== latest.imageId) return false;
  return pinnedFrom.get(latest) === of.file;
}

function pin(
  layer: string,
  file: FileRecord,
  of: {
    readonly latest: ReadonlyMap<string, RevisionRecord>;
    readonly imageId: string | undefined;
    readonly answers: Answers;
  },
): RevisionRecord | undefined {
  const latest = of.latest.get(layer);
  const settings = file.file.layers[layer];
  const { imageId } = of;
  if (settings === undefined || imageId === undefined) return latest;
  const zones = zonesFor(settings, of.answers, latest);
  if (!settings.launch.subnetIds.every((id) => zones.has(id))) return latest;
  const pinned = pinRevision({ file, layer, imageId, zones, latest });
  if (latest !== undefined && pinned === latest && of.answers.zones.size === 0) pinnedFrom.set(latest, file);
  return pinned;
}

function imageFor({ image }: Layer, answers: Answers, latest: RevisionRecord | undefined): string | undefined {
  return 'id' in image ? image.id : (answers.images.get(image.ssmParameter) ?? latest?.imageId);
}

function zonesFor(
  { launch }: Layer,
  answers: Answers,
  latest: RevisionRecord | undefined,
): ReadonlyMap<string, string> {
  const known = latest?.subnets.map(({ subnetId, zone }) => [subnetId, zone] as const) ?? [];
  const asked = launch.subnetIds.flatMap((id) => {
    const zone = answers.zones.get(id);
    return zone === undefined ? [] : [[id, zone] as const];
  });
  return new Map([...known, ...asked]);
}
