import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkLock } from '../../apps/audit/check-lock.ts';

const whole = { version: '1.0.0', license: 'MIT', integrity: 'sha512-x' };

describe('the audit of dependencies', () => {
  it('finds nothing in this project: exact versions, checksums, licences that we may use', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));

    const { problems, shipped } = checkLock(manifest, packages);

    expect(problems).toEqual([]);
    expect(shipped.get('Apache-2.0')).toBeGreaterThan(10);
  });

  it('finds a range, a missing checksum, a missing licence, and one that must not ship', () => {
    const manifest = { dependencies: { a: '^1.0.0', b: '1.0.0' }, devDependencies: { c: 'latest' } };
    const packages = {
      '': {},
      'node_modules/a': whole,
      'node_modules/b': { version: '1.0.0', license: 'MIT' },
      'node_modules/b/node_modules/d': { ...whole, license: 'MPL-2.0' },
      'node_modules/e': { version: '2.0.0', integrity: 'sha512-x' },
      'node_modules/f': { ...whole, license: 'MPL-2.0', dev: true },
      'node_modules/g': { ...whole, license: 'AGPL-3.0-only', dev: true },
    };

    expect(checkLock(manifest, packages).problems).toEqual([
      'a: ^1.0.0 is no exact version',
      'c: latest is no exact version',
      'b 1.0.0: no checksum',
      'd 1.0.0: licence MPL-2.0',
      'e 2.0.0: licence none stated',
      'g 1.0.0: licence AGPL-3.0-only',
    ]);
  });
});
