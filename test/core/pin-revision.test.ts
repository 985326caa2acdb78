import { describe, expect, it } from 'vitest';
import { type PinRequest, pinRevision } from '../../core/pin-revision.ts';
import type { FileRecord, RevisionRecord } from '../../core/records.ts';
import { makeApplication, makeLayer } from '../factories/application.ts';
import { noon } from '../factories/stored.ts';

const launch = {
  subnetIds: ['subnet-a', 'subnet-b'],
  securityGroupIds: ['sg-1'],
  instanceProfile: 'shop-web',
  userData: 'serve ${siteName} with ${password}',
  tags: { site: '${siteName}', team: 'web' },
  spotPercent: 20,
};
const zones = new Map([
  ['subnet-a', 'zone-a'],
  ['subnet-b', 'zone-b'],
]);

function fileWith(layer: object = {}, parameters: FileRecord['parameters'] = { siteName: 'books' }): FileRecord {
  const file = makeApplication({
    parameters: {
      siteName: { type: 'string', default: 'shop' },
      password: { secretArn: 'arn:aws:secretsmanager:eu-central-1:1:secret:p' },
    },
    layers: { web: makeLayer({ launch, ...layer }) },
  });
  return { kind: 'file', application: 'shop', version: 1, file, parameters, vanished: {}, appliedAt: noon };
}

function pin(overrides: Partial<PinRequest> = {}): RevisionRecord {
  const revision = pinRevision({ file: fileWith(), layer: 'web', imageId: 'ami-00000001', zones, ...overrides });
  if (revision === undefined) throw new Error('nothing pinned');
  return revision;
}

it('pins image, size and launch settings, parameters filled in', () => {
  expect(pin()).toEqual({
    kind: 'revision',
    application: 'shop',
    version: 1,
    layer: 'web',
    revision: 1,
    imageId: 'ami-00000001',
    type: 'm7g.large',
    capacity: 1,
    hourlyUsd: 0.1,
    subnets: [
      { subnetId: 'subnet-a', zone: 'zone-a' },
      { subnetId: 'subnet-b', zone: 'zone-b' },
    ],
    securityGroupIds: ['sg-1'],
    instanceProfile: 'shop-web',
    userData: 'serve books with arn:aws:secretsmanager:eu-central-1:1:secret:p',
    tags: { site: 'books', team: 'web' },
    spotPercent: 20,
  });
});

it('takes defaults for parameters that were not set', () => {
  expect(pin({ file: fileWith({}, {}) }).tags['site']).toBe('shop');
});

it('leaves out a subnet whose zone is unknown', () => {
  expect(pin({ zones: new Map([['subnet-b', 'zone-b']]) }).subnets).toEqual([{ subnetId: 'subnet-b', zone: 'zone-b' }]);
});

it('has nothing to pin for a layer that is not in the file', () => {
  expect(pinRevision({ file: fileWith(), layer: 'db', imageId: 'ami-00000001', zones })).toBeUndefined();
});

describe('against the latest revision', () => {
  const latest: RevisionRecord = { ...pin(), revision: 7, version: 1 };

  it('is the latest itself when nothing differs, whoever applied the file again', () => {
    expect(pin({ latest })).toBe(latest);
    expect(pin({ latest, file: { ...fileWith(), version: 9 } })).toBe(latest);
    expect(pin({ latest: { ...latest, tags: { team: 'web', site: 'books' } } }).revision).toBe(7);
  });

  it.each<[string, Partial<PinRequest>]>([
    ['the image', { imageId: 'ami-00000002' }],
    ['the type', { file: fileWith({ sizes: [{ type: 'm7g.xlarge', hourlyUsd: 0.1 }] }) }],
    ['the capacity', { file: fileWith({ sizes: [{ type: 'm7g.large', hourlyUsd: 0.1, capacity: 2 }] }) }],
    ['the price', { file: fileWith({ sizes: [{ type: 'm7g.large', hourlyUsd: 0.2 }] }) }],
    ['a parameter', { file: fileWith({}, { siteName: 'toys' }) }],
    ['the user data', { file: fileWith({ launch: { ...launch, userData: 'other' } }) }],
    ['a tag', { file: fileWith({ launch: { ...launch, tags: { site: 'books', team: 'db' } } }) }],
    ['the number of tags', { file: fileWith({ launch: { ...launch, tags: { site: 'books', team: 'web', a: 'b' } } }) }],
    ['the profile', { file: fileWith({ launch: { ...launch, instanceProfile: undefined } }) }],
    ['the security groups', { file: fileWith({ launch: { ...launch, securityGroupIds: ['sg-2'] } }) }],
    ['the share of Spot', { file: fileWith({ launch: { ...launch, spotPercent: 0 } }) }],
    ['the order of subnets', { file: fileWith({ launch: { ...launch, subnetIds: ['subnet-b', 'subnet-a'] } }) }],
    ['a zone', { zones: new Map([...zones, ['subnet-b', 'zone-c']]) }],
  ])('is one number higher when %s differs', (_, overrides) => {
    expect(pin({ latest, ...overrides })).toMatchObject({ revision: 8, version: 1 });
  });
});
