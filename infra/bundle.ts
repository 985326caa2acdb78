import { writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';

const stages = [
  ...(['apply', 'evaluate', 'observe', 'reconcile', 'announce', 'acknowledge'] as const),
  ...(['target-group', 'hook', 'probe'] as const),
];

/** A stage that runs on AWS: a folder in functions/ and a construct here. */
export type StageName = (typeof stages)[number];

/** The one file of a bundle; `.mjs` because Lambda has no package.json to say that it is a module. */
export const bundleFile = 'index.mjs';

/**
 * How a function becomes one file, the AWS SDK inside: what runs is what was tested, whatever SDK the Lambda runtime holds. ES modules and
 * `module` before `main`, so that unused exports are left out. bench/bundles.ts measures with the same options.
 */
export const bundleOptions = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

/** Where a stage's handler is, as an absolute path. */
export function handlerPath(stage: StageName): string {
  return resolve(import.meta.dirname, `../functions/${stage}/handler.ts`);
}

/** Bundles a stage at synth, in this process: no Docker, no network. The asset's hash is that of the bundle, so equal code deploys nothing. */
export function bundledCode(stage: StageName): Code {
  return Code.fromAsset(resolve(import.meta.dirname, `../functions/${stage}`), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('never-pulled'),
      local: {
        tryBundle(outputDir) {
          bundles ??= bundleAll();
          const code = bundles.get(stage);
          if (code === undefined) return false;
          writeFileSync(join(outputDir, bundleFile), code);
          return true;
        },
      },
    },
  });
}

let bundles: ReadonlyMap<string, Uint8Array> | undefined;

/** All stages in one go, when the first is asked for: four times as fast as one by one, for they share most of what is read. The bytes are the same. */
function bundleAll(): ReadonlyMap<string, Uint8Array> {
  const { outputFiles } = buildSync({
    ...bundleOptions,
    entryPoints: Object.fromEntries(stages.map((stage) => [`${stage}/index`, handlerPath(stage)])),
    outdir: 'bundles',
    write: false,
  });
  return new Map(outputFiles.map(({ path, contents }) => [basename(dirname(path)), contents]));
}
