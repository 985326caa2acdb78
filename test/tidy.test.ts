import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(path));
const product = files.filter((path) => !path.startsWith('test/') && !path.endsWith('.config.ts'));
const textOf = new Map(files.map((path) => [path, readFileSync(path, 'utf8')]));

/** Paths inside the tree that a file imports, types included. */
function importsOf(path: string): readonly string[] {
  const text = textOf.get(path) ?? '';
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
    normalize(join(dirname(path), match[1] ?? '')),
  );
}

/** Without those of types alone: they are gone when the code runs. */
function runtimeImportsOf(path: string): readonly string[] {
  const types = [...(textOf.get(path) ?? '').matchAll(/^import type [^;]*? from '(\.[^']+)'/gm)];
  const typed = new Set(types.map((match) => normalize(join(dirname(path), match[1] ?? ''))));
  return importsOf(path).filter((target) => !typed.has(target));
}

/** Packages that a file imports. */
function packagesOf(path: string): readonly string[] {
  const text = textOf.get(path) ?? '';
  return [...text.matchAll(/from '([^.'][^']*)'/g)].map((match) => match[1] ?? '');
}

function offenders(paths: readonly string[], isWrong: (path: string) => readonly string[]): readonly string[] {
  return paths.flatMap((path) => isWrong(path).map((what) => `${path}: ${what}`));
}

/** Which folder may import which: one way only, from effects to decisions. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  adapters: ['adapters', 'core'],
  functions: ['functions', 'adapters', 'core'],
  infra: ['infra', 'functions', 'adapters', 'core'],
  apps: ['apps', 'functions', 'adapters', 'core', 'infra'],
  proof: ['proof', 'test', 'apps', 'functions', 'adapters', 'core', 'infra'],
  examples: ['examples', 'core'],
  bench: ['bench', 'apps', 'functions', 'adapters', 'core', 'infra'],
};

/** The core reads as a pipeline: a stage imports only what stands before it. */
const corePipeline = [
  'once-per',
  'draft',
  'amounts',
  'rounding',
  'samples',
  'readings',
  'metric-math',
  'application',
  'forecast',
  'instance-life',
  'decision',
  'shadow',
  'notice',
  'hook-step',
  'records',
  'record-key',
  'vanished-layers',
  'launch-call',
  'stored',
  'slots-by-instance',
  'membership',
  'ceilings',
  'kpis-looked-at',
  'kpi-queries',
  'collect-metrics',
  'fall-back',
  'silent-inputs',
  'collect-history',
  'compute-kpis',
  'pin-revision',
  'note-observations',
  'awaiting-probes',
  'decide-scaling',
  'explain-decision',
  'decide-layers',
  'record-decision',
  'decide-shadow',
  'rule-tests',
  'plan-changes',
  'acknowledgement-token',
  'membership-link',
  'tell-participants',
  'read-runs',
  'receive-acknowledgement',
  'participants',
  'is-moving',
];

function coreStage(path: string): number {
  return corePipeline.indexOf((path.split('/')[1] ?? '').replace(/\.ts$/, ''));
}

describe('the tree', () => {
  it('imports one way only: core ← adapters ← functions ← infra, apps, bench', () => {
    const wrong = offenders(product, (path) => {
      const folder = path.split('/')[0] ?? '';
      return importsOf(path).filter((target) => !(mayImport[folder] ?? []).includes(target.split('/')[0] ?? ''));
    });

    expect(wrong).toEqual([]);
  });

  it('keeps the core a pipeline: every part imports only parts before it', () => {
    const core = product.filter((path) => path.startsWith('core/'));

    expect(core.filter((path) => coreStage(path) < 0)).toEqual([]);
    expect(offenders(core, (path) => importsOf(path).filter((target) => coreStage(target) > coreStage(path)))).toEqual(
      [],
    );
  });

  it('has no import cycles', () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      if (done.has(path) || trail.includes(path)) return;
      for (const target of runtimeImportsOf(path)) visit(target, [...trail, path]);
      done.add(path);
    };
    for (const path of product) visit(path, []);

    expect(cycles).toEqual([]);
  });

  it('imports AWS clients in adapters/aws only, but for the proof, which looks at what they did from outside', () => {
    const wrong = offenders(product, (path) =>
      path.startsWith('adapters/aws/') || path.startsWith('proof/')
        ? []
        : packagesOf(path).filter((name) => name.startsWith('@aws-sdk/')),
    );

    expect(wrong).toEqual([]);
  });

  it('names no folder for what it is not: utils, helpers, common, lib, src', () => {
    expect(files.filter((path) => /(^|\/)(utils?|helpers?|common|lib|src)(\/|\.ts$)/.test(path))).toEqual([]);
    expect(files.filter((path) => path.endsWith('/index.ts'))).toEqual([]);
  });
});

describe('the core', () => {
  it('has no clock, no chance, no I/O and nothing to wait for', () => {
    const forbidden =
      /\bDate\.now\b|new Date\(\)|Math\.random|\bprocess\.|\basync |\bawait |Promise<|\bfetch\(|console\./g;
    const core = product.filter((path) => path.startsWith('core/'));

    expect(offenders(core, (path) => withoutComments(textOf.get(path) ?? '').match(forbidden) ?? [])).toEqual([]);
  });

  it('imports no package but the schema library, cron and hashing', () => {
    const core = product.filter((path) => path.startsWith('core/'));

    expect([...new Set(core.flatMap(packagesOf))].toSorted()).toEqual(['croner', 'node:crypto', 'zod']);
  });
});

describe('every file', () => {
  it('is at most 300 lines long', () => {
    const long = files.filter((path) => (textOf.get(path) ?? '').split('\n').length > 301);

    expect(long.filter((path) => !path.startsWith('test/'))).toEqual([]);
  });

  it('has no default export, no placeholder and no silenced check', () => {
    const forbidden =
      /export default|\bTODO\b|\bFIXME\b|biome-ignore|@ts-(ignore|nocheck|expect-error)|\bas any\b(?! [a-z])|(it|test|describe)\.(skip|only|todo)\b/g;
    const wrong = offenders(
      files.filter((path) => path !== 'test/tidy.test.ts' && !path.endsWith('.config.ts')),
      (path) => (textOf.get(path) ?? '').match(forbidden) ?? [],
    );

    expect(wrong).toEqual([]);
  });

  it('explains every exported function, class, type and constant of the product', () => {
    const wrong = offenders(product, (path) => undocumented(textOf.get(path) ?? ''));

    expect(wrong).toEqual([]);
  });
});

describe('test names', () => {
  it('say what happens, never what should', () => {
    const tests = files.filter((path) => path.endsWith('.test.ts') && path !== 'test/tidy.test.ts');

    expect(
      offenders(
        tests,
        (path) =>
          (textOf.get(path) ?? '').match(/\b(it|test|describe)(\.each\([^)]*\))?\(['`"][^'`"]*\bshould\b/g) ?? [],
      ),
    ).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

/** Exports that no doc comment precedes. Types inferred from a schema say what they are by its descriptions. */
function undocumented(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const declares = /^export (?:async |abstract )?(?:function|class|const|interface|type) (\w+)/.exec(line);
    if (declares === null || line.includes('z.infer<') || /Schema\b/.test(declares[1] ?? '')) return [];
    const before = lines[index - 1] ?? '';
    return before.trim().endsWith('*/') ? [] : [`${declares[1]} has no doc comment`];
  });
}
