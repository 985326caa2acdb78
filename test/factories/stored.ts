import { addSeconds, type Instant, instantFromIso } from '../../core/amounts.ts';
import { type Application, applicationSchema } from '../../core/application/application-schema.ts';
import type { Slot } from '../../core/instance-life.ts';
import type {
  AcknowledgementRecord,
  DesiredRecord,
  Instance,
  ObservationRecord,
  RefusalRecord,
  RevisionRecord,
  StoredRecord,
  ToldRecord,
} from '../../core/records.ts';
import { type Stored, storedFromRecords } from '../../core/stored.ts';

/** The instant that tests of stored things happen at. */
export const noon: Instant = instantFromIso('2026-11-21T12:00:00Z');

/** `noon` and so many seconds. */
export function later(seconds: number): Instant {
  return addSeconds(noon, seconds);
}

/** An application of one layer `web` in two zones; participants as given. */
export function makeFile(overrides: { participants?: object; count?: object; layer?: object } = {}): Application {
  return applicationSchema.parse({
    application: 'shop',
    layers: {
      web: {
        image: { id: 'ami-0123456789abcdef0' },
        sizes: [{ type: 'm7g.large', hourlyUsd: 0.0816 }],
        count: { min: 1, max: 10, ...overrides.count },
        launch: { subnetIds: ['subnet-a', 'subnet-b'] },
        readySeconds: 120,
        drainSeconds: 60,
        ...overrides.layer,
      },
    },
    participants: overrides.participants ?? {},
  });
}

export function makeSlot(overrides: Partial<Slot> & { readonly number: number }): Slot {
  const { number } = overrides;
  const hasMachine = overrides.state !== 'intended' && overrides.state !== 'launching';
  return {
    layer: 'web',
    state: 'in-service',
    since: later(-600),
    intendedAt: later(-700),
    revision: 1,
    placement: { subnetId: 'subnet-a', zone: 'zone-a', market: 'on-demand' },
    launch: { token: `token-${number}`, first: number, count: 1 },
    ...(hasMachine ? { instanceId: `i-${number}`, launchedAt: later(-690) } : {}),
    ...(overrides.state === undefined || overrides.state === 'in-service' || overrides.state === 'leaving'
      ? { inServiceAt: later(-600 + number) }
      : {}),
    ...overrides,
  };
}

export function makeInstance(overrides: Partial<Instance> & { readonly slotNumber: number }): Instance {
  return {
    instanceId: `i-${overrides.slotNumber}`,
    application: 'shop',
    layer: 'web',
    revision: 1,
    state: 'running',
    type: 'm7g.large',
    imageId: 'ami-0123456789abcdef0',
    zone: 'zone-a',
    privateIp: `10.0.0.${overrides.slotNumber}`,
    launchedAt: later(-690),
    saysReady: false,
    isProtected: false,
    ...overrides,
  };
}

export function makeObservation(
  overrides: Partial<Omit<ObservationRecord, 'instance'>> & { readonly instance: Instance },
): ObservationRecord {
  return {
    kind: 'observation',
    application: 'shop',
    version: 1,
    firstSeenAt: later(-680),
    missedSweeps: 0,
    ...overrides,
  };
}

export function makeRevision(overrides: Partial<RevisionRecord> = {}): RevisionRecord {
  return {
    kind: 'revision',
    application: 'shop',
    version: 1,
    layer: 'web',
    revision: 1,
    imageId: 'ami-0123456789abcdef0',
    type: 'm7g.large',
    capacity: 1,
    hourlyUsd: 0.0816,
    subnets: [
      { subnetId: 'subnet-a', zone: 'zone-a' },
      { subnetId: 'subnet-b', zone: 'zone-b' },
    ],
    securityGroupIds: [],
    userData: '',
    tags: {},
    spotPercent: 0,
    ...overrides,
  };
}

export function makeRefusal(overrides: Partial<RefusalRecord> = {}): RefusalRecord {
  return {
    kind: 'refusal',
    application: 'shop',
    version: 1,
    type: 'm7g.large',
    zone: 'zone-a',
    market: 'on-demand',
    code: 'InsufficientInstanceCapacity',
    attempts: 1,
    refusedAt: later(-10),
    retryAt: later(50),
    expiresAt: later(20_000),
    ...overrides,
  };
}

export function makeTold(overrides: Partial<ToldRecord> = {}): ToldRecord {
  return {
    kind: 'told',
    application: 'shop',
    version: 1,
    participant: 'lb',
    membershipVersion: 5,
    sentAt: later(-30),
    attempts: 1,
    awaiting: [],
    expiredVersion: 0,
    ...overrides,
  };
}

export function makeAcknowledgement(overrides: Partial<AcknowledgementRecord> = {}): AcknowledgementRecord {
  return {
    kind: 'acknowledgement',
    application: 'shop',
    version: 1,
    participant: 'lb',
    membershipVersion: 5,
    at: later(-20),
    ...overrides,
  };
}

/** Everything stored of the application `shop`: its file, head, desired count and revision of `web`, and what is given. */
export function makeRecords(of: {
  readonly file?: Application;
  readonly desired?: number;
  readonly slots?: readonly Slot[];
  readonly membershipVersion?: number;
  readonly more?: readonly StoredRecord[];
}): readonly StoredRecord[] {
  const { file = makeFile(), desired = 2, slots = [], membershipVersion = 5, more = [] } = of;
  const base = { application: 'shop', version: 1 } as const;
  const web: DesiredRecord = {
    ...base,
    kind: 'desired',
    layer: 'web',
    count: desired,
    revision: 1,
    because: 'carry the load',
    decidedAt: later(-5),
  };
  return [
    { ...base, kind: 'file', file, parameters: {}, vanished: {}, appliedAt: later(-1000) },
    {
      ...base,
      kind: 'head',
      bornAt: later(-1000),
      tokenKey: 'ab'.repeat(32),
      membershipVersion,
      nextSlotNumber: { web: Math.max(0, ...slots.map(({ number }) => number)) + 1 },
    },
    web,
    makeRevision(),
    ...slots.map((slot) => ({ ...base, kind: 'slot' as const, slot })),
    ...more,
  ];
}

export function makeStored(of: Parameters<typeof makeRecords>[0]): Stored {
  return storedFromRecords('shop', makeRecords(of));
}
