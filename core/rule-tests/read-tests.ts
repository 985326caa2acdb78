import type { Application } from '../application/application-schema.ts';
import { checkReference } from '../application/check-reference.ts';
import { findProblems } from '../application/find-problems.ts';
import type { Layer } from '../application/layer-schema.ts';
import { didYouMean } from '../application/nearest.ts';
import { oneOfNames, type Path, type Problem, pathText, shown } from '../application/problem.ts';
import { readJson } from '../application/read-json.ts';
import { shadowSettings } from '../application/shadow-settings.ts';
import { kpisOfLayer } from '../kpis-looked-at.ts';
import { type RuleTest, type RuleTestStep, testsSchema } from './tests-schema.ts';

/** Tests that fit their application, or everything that is wrong with their file. */
export type ReadTests =
  | { readonly ok: true; readonly tests: readonly RuleTest[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a file of rule tests: JSON, the schema, then that what it names is in the application. All problems of each of these at once. */
export function readTests(text: string, application: Application): ReadTests {
  const json = readJson(text);
  if (!json.ok) return { ok: false, problems: [json.problem] };
  const problems = [...json.repeatedKeys, ...findProblems(testsSchema, json.value)];
  if (problems.length > 0) return { ok: false, problems };
  const { tests } = testsSchema.parse(json.value);
  const strangers = tests.flatMap((test, index) => checkTest(test, { application, tests, path: ['tests', index] }));
  return strangers.length > 0 ? { ok: false, problems: strangers } : { ok: true, tests };
}

/** The rule set that a test is about; undefined when the layer has none of the kind. */
export function settingsOf(
  application: Application,
  { layer, rules }: Pick<RuleTest, 'layer' | 'rules'>,
): Layer | undefined {
  const live = Object.hasOwn(application.layers, layer) ? application.layers[layer] : undefined;
  return rules === 'live' ? live : live && shadowSettings(live);
}

interface Place {
  readonly application: Application;
  readonly tests: readonly RuleTest[];
  readonly path: Path;
}

function checkTest(test: RuleTest, { application, tests, path }: Place): readonly Problem[] {
  const first = tests.findIndex(({ name }) => name === test.name);
  const twice = tests[first] === test ? [] : [taken(test.name, [...path, 'name'])];
  const layer = checkReference({
    kind: 'layers',
    name: test.layer,
    among: application.layers,
    path: [...path, 'layer'],
  });
  if (layer.length > 0) return [...twice, ...layer];
  const settings = settingsOf(application, test);
  if (settings === undefined) {
    const noShadow = {
      path: pathText([...path, 'rules']),
      found: shown(test.rules),
      allowed: '"live": the layer has no shadow',
    };
    return [...twice, noShadow];
  }
  const steps = test.afterwards.flatMap((step, index) =>
    checkNames(step, { test, settings, application, path: [...path, 'afterwards', index] }),
  );
  return [...twice, ...checkInstant(test, path), ...checkNames(test, { test, settings, application, path }), ...steps];
}

function checkInstant({ at }: RuleTest, path: Path): readonly Problem[] {
  if (!Number.isNaN(Date.parse(at))) return [];
  return [{ path: pathText([...path, 'at']), found: shown(at), allowed: 'an instant that exists' }];
}

function checkNames(
  of: Pick<RuleTestStep, 'readings' | 'alarms' | 'expect'> & {
    readonly state: { readonly others?: object | undefined };
  },
  place: {
    readonly test: RuleTest;
    readonly settings: Layer;
    readonly application: Application;
    readonly path: Path;
  },
): readonly Problem[] {
  const { test, settings, application, path } = place;
  const others = Object.keys(application.layers).filter((name) => name !== test.layer);
  const alarms = settings.rules.flatMap((rule) => ('alarm' in rule ? [rule.alarm] : []));
  const readings = of.readings === 'outage' ? {} : of.readings;
  const among = (kind: string, names: readonly string[], found: object, at: Path): readonly Problem[] =>
    Object.keys(found).flatMap((name) => (names.includes(name) ? [] : [stranger(kind, name, names, [...at, name])]));
  return [
    ...among(`KPIs that rules of ${test.layer} look at`, kpisOfLayer(settings), readings, [...path, 'readings']),
    ...among(`alarms that rules of ${test.layer} name`, alarms, of.alarms, [...path, 'alarms']),
    ...among('other layers', others, of.state.others ?? {}, [...path, 'state', 'others']),
    ...among(
      'rules',
      settings.rules.map(({ name }) => name),
      of.expect?.proposals ?? {},
      [...path, 'expect', 'proposals'],
    ),
  ];
}

function stranger(kind: string, name: string, names: readonly string[], path: Path): Problem {
  return {
    path: pathText(path),
    found: `the name ${shown(name)}`,
    allowed: oneOfNames(kind, names),
    ...didYouMean(name, names),
  };
}

function taken(name: string, path: Path): Problem {
  return { path: pathText(path), found: shown(name), allowed: 'a name that no other test has' };
}
