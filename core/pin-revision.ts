import { fillLaunch, parameterTexts } from './application/fill-parameters.ts';
import type { FileRecord, RevisionRecord } from './records.ts';

/** What one layer's next revision is made from. */
export interface PinRequest {
  readonly file: FileRecord;
  /** A layer of the file. */
  readonly layer: string;
  readonly imageId: string;
  /** Zone of each of the layer's subnets. A subnet without one is left out: nothing can be launched there. */
  readonly zones: ReadonlyMap<string, string>;
  /** The layer's revision of the highest number. */
  readonly latest?: RevisionRecord | undefined;
}

/** What instances are launched from, without its number. */
type Pinned = Omit<RevisionRecord, 'kind' | 'application' | 'version' | 'layer' | 'revision'>;

/**
 * Pins image, size and launch settings of a layer as the file states them now, parameters filled in. Returns `latest` itself when it says the
 * same, so that applying a file again makes no revision; else a new record, one number higher. Undefined for a layer that the file has not.
 */
export function pinRevision(request: PinRequest): RevisionRecord | undefined {
  const { file, layer, latest } = request;
  const pinned = pinnedFrom(request);
  if (pinned === undefined) return undefined;
  if (latest !== undefined && saysTheSame(latest, pinned)) return latest;
  const { application } = file;
  return { kind: 'revision', application, version: 1, layer, revision: (latest?.revision ?? 0) + 1, ...pinned };
}

function pinnedFrom({ file, layer, imageId, zones }: PinRequest): Pinned | undefined {
  const settings = file.file.layers[layer];
  const size = settings?.sizes[0];
  if (settings === undefined || size === undefined) return undefined;
  const { subnetIds, securityGroupIds, instanceProfile, spotPercent } = settings.launch;
  const { type, capacity, hourlyUsd } = size;
  return {
    imageId,
    type,
    capacity,
    hourlyUsd,
    subnets: subnetIds.flatMap((subnetId) => {
      const zone = zones.get(subnetId);
      return zone === undefined ? [] : [{ subnetId, zone }];
    }),
    securityGroupIds,
    ...(instanceProfile === undefined ? {} : { instanceProfile }),
    ...filledLaunch(file, layer),
    spotPercent,
  };
}

type Filled = ReturnType<typeof fillLaunch>;

/** By the identity of the file record, which nobody changes: user data may be long, and it is looked at every minute. */
const filledOf = new WeakMap<FileRecord, Map<string, Filled>>();

function filledLaunch(record: FileRecord, layer: string): Filled {
  const ofRecord = filledOf.get(record) ?? new Map<string, Filled>();
  filledOf.set(record, ofRecord);
  const { parameters, layers } = record.file;
  const launch = layers[layer]?.launch ?? { userData: '', tags: {} };
  const filled = ofRecord.get(layer) ?? fillLaunch(launch, parameterTexts(parameters, record.parameters));
  ofRecord.set(layer, filled);
  return filled;
}

function saysTheSame(latest: RevisionRecord, pinned: Pinned): boolean {
  return (
    latest.imageId === pinned.imageId &&
    latest.type === pinned.type &&
    latest.capacity === pinned.capacity &&
    latest.hourlyUsd === pinned.hourlyUsd &&
    latest.instanceProfile === pinned.instanceProfile &&
    latest.userData === pinned.userData &&
    latest.spotPercent === pinned.spotPercent &&
    isSameList(latest.subnets.flatMap(subnetTexts), pinned.subnets.flatMap(subnetTexts)) &&
    isSameList(latest.securityGroupIds, pinned.securityGroupIds) &&
    isSameTags(latest.tags, pinned.tags)
  );
}

function subnetTexts({ subnetId, zone }: Pinned['subnets'][number]): readonly string[] {
  return [subnetId, zone];
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}

/** In any order. */
function isSameTags(a: Pinned['tags'], b: Pinned['tags']): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
