import type { Application } from './application/application-schema.ts';
import { didYouMean } from './application/nearest.ts';
import { oneOfNames, type Problem, shown } from './application/problem.ts';
import type { FileRecord } from './records.ts';

/** A new application file, and the layers whose end was asked for by name. */
export interface NewFile {
  readonly application: Application;
  readonly drainLayers: readonly string[];
}

/** What is stored of the file before. */
export type EarlierFile = Pick<FileRecord, 'file' | 'vanished'> | undefined;

/**
 * Layers that the new file no longer has, as they last were. Each stays as it is until its end is asked for by name, and once asked for stays
 * asked for. A layer that is in the file again is no longer here.
 */
export function vanishedLayers({ application, drainLayers }: NewFile, earlier: EarlierFile): FileRecord['vanished'] {
  const layers = new Map(Object.entries(earlier?.vanished ?? {}));
  for (const [name, layer] of Object.entries(earlier?.file.layers ?? {})) layers.set(name, { layer, drain: false });
  const vanished = [...layers].filter(([name]) => !Object.hasOwn(application.layers, name));
  return Object.fromEntries(
    vanished.map(([name, { layer, drain }]) => [name, { layer, drain: drain || drainLayers.includes(name) }]),
  );
}

/** Names of layers to drain that are still in the file, or were never in it. */
export function checkDrainLayers(newFile: NewFile, earlier: EarlierFile): readonly Problem[] {
  const vanished = Object.keys(vanishedLayers(newFile, earlier));
  const strangers = newFile.drainLayers.filter((name) => !vanished.includes(name));
  return strangers.map((name) => {
    const path = `--drain-layer ${name}`;
    if (Object.hasOwn(newFile.application.layers, name)) {
      return {
        path,
        found: `${shown(name)}, which is still in the file`,
        allowed: 'a layer that the file no longer has',
      };
    }
    const allowed = oneOfNames('layers that vanished from the file', vanished);
    return { path, found: shown(name), allowed, ...didYouMean(name, vanished) };
  });
}
