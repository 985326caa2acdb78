import { expect, it } from 'vitest';
import { memberOf, membershipOf, membershipText } from '../../core/membership.ts';
import { makeFile, makeSlot, makeStored } from '../factories/stored.ts';

it('lists whom peers know by layer, also of a layer that vanished, and nobody else', () => {
  const slots = [
    makeSlot({ number: 1, privateIp: '10.0.0.1' }),
    makeSlot({ number: 2, state: 'booting' }),
    makeSlot({ layer: 'old', number: 1, state: 'leaving' }),
  ];

  const { version, layers } = membershipOf(makeStored({ slots }));

  expect(version).toBe(5);
  expect(layers).toMatchObject({
    web: [{ slot: 'web-1', privateIp: '10.0.0.1', type: 'm7g.large' }],
    old: [{ slot: 'old-1' }],
  });
  expect(layers['web']).toHaveLength(1);
});

it('is empty, at version 0, before anything was applied', () => {
  expect(membershipOf({ ...makeStored({}), file: undefined, head: undefined })).toEqual({ version: 0, layers: {} });
});

it('shows an instance whose revision is unknown without what only the revision says', () => {
  const { instanceId: _, ...unknown } = makeSlot({ number: 1, revision: 9 });

  expect(memberOf(unknown, makeStored({ file: makeFile() }))).toMatchObject({
    instanceId: '',
    type: '',
    capacity: 0,
    imageId: '',
  });
});

it('is the same text for one version, whichever layers the file names', () => {
  const { version, layers } = membershipOf(makeStored({ slots: [makeSlot({ number: 1 })] }));
  const web = layers['web'] ?? [];

  expect(membershipText({ version, layers: { web, db: [], cache: web } })).toBe(
    membershipText({ version, layers: { cache: web, web } }),
  );
});
