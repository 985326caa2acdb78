import { didYouMean } from './nearest.ts';
import { oneOfNames, type Path, type Problem, pathText, shown } from './problem.ts';

/** A name that points into a collection of the file. Nothing is said when the collection cannot be read. */
export function checkReference(reference: {
  readonly kind: string;
  readonly name: string | undefined;
  readonly among: Readonly<Record<string, unknown>> | undefined;
  readonly path: Path;
}): readonly Problem[] {
  const { kind, name, among, path } = reference;
  if (name === undefined || among === undefined || Object.hasOwn(among, name)) return [];
  const names = Object.keys(among);
  return [{ path: pathText(path), found: shown(name), allowed: oneOfNames(kind, names), ...didYouMean(name, names) }];
}
