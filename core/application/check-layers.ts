import { type Draft, type DraftLayer, readableItems } from './draft.ts';
import { didYouMean } from './nearest.ts';
import { placeholdersIn } from './placeholders.ts';
import { oneOfNames, type Path, type Problem, pathText, shown } from './problem.ts';

const takenPrefixes = ['concertina:', 'aws:'];

/** Layers: counts that fit together, tags that are free, parameters that exist. */
export function checkLayers(draft: Draft): readonly Problem[] {
  return readableItems(draft.layers).flatMap(([name, layer]) => {
    const path = ['layers', name];
    return [
      ...checkCount(layer, [...path, 'count']),
      ...checkShadowCount(layer, [...path, 'shadow', 'count']),
      ...checkQuorum(layer, [...path, 'stateful', 'keepInService']),
      ...checkUserData(layer, draft, [...path, 'launch', 'userData']),
      ...checkTags(layer, draft, [...path, 'launch', 'tags']),
    ];
  });
}

function checkCount({ count }: DraftLayer, path: Path): readonly Problem[] {
  if (count === undefined || count.min <= count.max) return [];
  return [{ path: pathText([...path, 'min']), found: shown(count.min), allowed: `at most ${count.max}, the "max"` }];
}

/** With the live bound for what the shadow does not state. */
function checkShadowCount({ count, shadow }: DraftLayer, path: Path): readonly Problem[] {
  const min = shadow?.count?.min ?? count?.min;
  const max = shadow?.count?.max ?? count?.max;
  if (shadow?.count === undefined || min === undefined || max === undefined || min <= max) return [];
  const { min: statedMin } = shadow.count;
  return statedMin === undefined
    ? [{ path: pathText([...path, 'max']), found: shown(max), allowed: `at least ${min}, the "min" of the layer` }]
    : [{ path: pathText([...path, 'min']), found: shown(min), allowed: `at most ${max}, the "max" of the shadow` }];
}

function checkQuorum({ count, stateful }: DraftLayer, path: Path): readonly Problem[] {
  const { keepInService } = stateful ?? {};
  if (count === undefined || keepInService === undefined || keepInService <= count.min) return [];
  return [
    { path: pathText(path), found: shown(keepInService), allowed: `at most ${count.min}, the "min" of the layer` },
  ];
}

function checkUserData({ launch }: DraftLayer, draft: Draft, path: Path): readonly Problem[] {
  return launch?.userData === undefined ? [] : checkPlaceholders(launch.userData, draft, path);
}

function checkTags({ launch }: DraftLayer, draft: Draft, path: Path): readonly Problem[] {
  return Object.entries(launch?.tags ?? {}).flatMap(([key, value]) => {
    const problems = value === undefined ? [] : checkPlaceholders(value, draft, [...path, key]);
    if (!takenPrefixes.some((prefix) => key.toLowerCase().startsWith(prefix))) return problems;
    const allowed = `a key that does not begin with ${takenPrefixes.map(shown).join(' or ')}`;
    return [{ path: pathText([...path, key]), found: `the key ${shown(key)}`, allowed }, ...problems];
  });
}

function checkPlaceholders(text: string, { parameters }: Draft, path: Path): readonly Problem[] {
  if (parameters === undefined) return [];
  const names = Object.keys(parameters);
  const unknown = placeholdersIn(text).filter(({ name }) => !Object.hasOwn(parameters, name));
  return unknown.map((placeholder) => ({
    path: pathText(path),
    found: shown(placeholder.text),
    allowed: `${oneOfNames('parameters', names)}, or $\${ for a plain \${`,
    ...didYouMean(placeholder.name, names),
  }));
}
