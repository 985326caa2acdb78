/** What a lock file says of one package. */
interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

/** A package.json, as far as it is looked at. */
interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** What is wrong, one line each, and what there is: packages by licence, those that ship and those that only build and test. */
export interface LockReport {
  readonly problems: readonly string[];
  readonly shipped: ReadonlyMap<string, number>;
  readonly development: ReadonlyMap<string, number>;
}

/** Licences of what is inside a deployed bundle or needed to deploy it: all let us ship under Apache-2.0. Of two we take the freer. */
const mayShip = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT OR Apache-2.0',
  '(MIT OR GPL-3.0-or-later)',
]);
/** Of tools that are run here and never passed on; weak copyleft binds only those who change and pass on. */
const mayBuild = new Set([...mayShip, 'MPL-2.0', '(MIT AND Zlib)', 'Python-2.0', 'CC-BY-4.0', 'CC0-1.0']);

/**
 * Looks whether every dependency is one exact version with a checksum, under a licence that we may use. `packages` is that part of a
 * package-lock.json, version 3.
 */
export function checkLock(manifest: Manifest, packages: Readonly<Record<string, LockedPackage>>): LockReport {
  const shipped = new Map<string, number>();
  const development = new Map<string, number>();
  const problems = [...loose(manifest.dependencies), ...loose(manifest.devDependencies)];
  for (const [path, locked] of Object.entries(packages)) {
    if (path === '' || locked.link === true) continue;
    const name =
      `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)} ${locked.version ?? ''}`.trim();
    const isDevelopment = locked.dev === true;
    const licence = locked.license ?? 'none stated';
    const counts = isDevelopment ? development : shipped;
    counts.set(licence, (counts.get(licence) ?? 0) + 1);
    if (!(isDevelopment ? mayBuild : mayShip).has(licence)) problems.push(`${name}: licence ${licence}`);
    // What a package carries inside itself is covered by the checksum of that package.
    if (locked.integrity === undefined && !isBundled(path, packages)) problems.push(`${name}: no checksum`);
  }
  return { problems, shipped, development };
}

function loose(dependencies: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.entries(dependencies).flatMap(([name, range]) =>
    /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range) ? [] : [`${name}: ${range} is no exact version`],
  );
}

function isBundled(
  path: string,
  packages: Readonly<Record<string, LockedPackage & { readonly inBundle?: boolean }>>,
): boolean {
  return packages[path]?.inBundle === true;
}
