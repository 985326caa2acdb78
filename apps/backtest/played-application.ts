import { addSeconds, type Instant } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import type { ParameterValue } from '../../core/application/fill-parameters.ts';
import type { LaunchRequest } from '../../core/launch-call.ts';
import { pinRevision } from '../../core/pin-revision.ts';
import type { FileRecord, RevisionRecord, StoredRecord } from '../../core/records.ts';
import type { Machines } from './machines.ts';

/** An application as it is played: its file as applied, and what its layers are launched from. */
export interface PlayedApplication {
  readonly file: FileRecord;
  readonly revisions: ReadonlyMap<string, RevisionRecord>;
}

/** Applies a file at the start of the recording. Images have made-up ids, subnets are spread over three zones. */
export function applied(
  application: Application,
  { parameters, at }: { readonly parameters: Readonly<Record<string, ParameterValue>>; readonly at: Instant },
): PlayedApplication {
  const file: FileRecord = {
    kind: 'file',
    application: application.application,
    version: 1,
    file: application,
    parameters,
    vanished: {},
    appliedAt: at,
  };
  const zones = zonesOf(application);
  const revisions = new Map<string, RevisionRecord>();
  for (const [index, [layer, { image }]] of Object.entries(application.layers).entries()) {
    const imageId = 'id' in image ? image.id : `ami-0${String(index + 1).padStart(16, '0')}`;
    const revision = pinRevision({ file, layer, imageId, zones });
    if (revision !== undefined) revisions.set(layer, revision);
  }
  return { file, revisions };
}

/** Zone of each subnet. */
export function zonesOf({ layers }: Application): ReadonlyMap<string, string> {
  const subnetIds = new Set(Object.values(layers).flatMap(({ launch }) => launch.subnetIds));
  return new Map([...subnetIds].map((subnetId, index) => [subnetId, `zone-${'abc'[index % 3]}`]));
}

/** A fleet that stands has been in service for so long. */
const standingSeconds = 3600;

/**
 * The records of a fleet that is in service when the back-test begins, `counts` of each layer, spread over the zones. Its machines took the usual time
 * to come in service, so that rules which look ahead know it from the start.
 */
export function standingFleet(
  { file, revisions }: PlayedApplication,
  of: {
    readonly counts: ReadonlyMap<string, number>;
    readonly at: Instant;
    readonly joiningSecondsOf: (layer: string) => number;
    readonly machines: Machines;
  },
): readonly StoredRecord[] {
  const { application } = file;
  const nextSlotNumber: Record<string, number> = {};
  const records: StoredRecord[] = [];
  const inServiceAt = addSeconds(of.at, -standingSeconds);
  for (const [layer, revision] of revisions) {
    const count = of.counts.get(layer) ?? 0;
    nextSlotNumber[layer] = count + 1;
    const because = 'it stands when the back-test begins';
    records.push(revision);
    records.push({ kind: 'desired', application, version: 1, layer, count, revision: 1, because, decidedAt: of.at });
    for (let number = 1; number <= count; number += 1) {
      const subnet = revision.subnets[(number - 1) % revision.subnets.length] ?? { subnetId: '', zone: '' };
      const placement = { ...subnet, market: 'on-demand' } as const;
      const launch = { token: `standing ${layer} ${number}`, first: number, count: 1 };
      const request: LaunchRequest = { application, layer, launch, placement, revision };
      const instance = of.machines.standing(request, 0);
      const intendedAt = addSeconds(inServiceAt, -of.joiningSecondsOf(layer));
      const identity = {
        instanceId: instance.instanceId,
        ...(instance.privateIp && { privateIp: instance.privateIp }),
      };
      records.push({
        kind: 'slot',
        application,
        version: 1,
        slot: {
          layer,
          number,
          state: 'in-service',
          since: inServiceAt,
          intendedAt,
          revision: 1,
          placement,
          launch,
          ...identity,
          launchedAt: intendedAt,
          inServiceAt,
        },
      });
      records.push({
        kind: 'observation',
        application,
        version: 1,
        instance,
        firstSeenAt: intendedAt,
        missedSweeps: 0,
      });
    }
  }
  const tokenKey = '00'.repeat(32);
  records.push({
    kind: 'head',
    application,
    version: 1,
    bornAt: of.at,
    tokenKey,
    membershipVersion: 0,
    nextSlotNumber,
  });
  return [file, ...records];
}
