import type { Application, Parameter } from './application-schema.ts';
import { largestNumber } from './largest-number.ts';
import type { LaunchSettings } from './layer-schema.ts';
import { didYouMean } from './nearest.ts';
import { fillPlaceholders } from './placeholders.ts';
import { oneOfNames, type Problem, shown } from './problem.ts';

/** A value given for a parameter, in its type. */
export type ParameterValue = string | number | boolean;

/** The values of all parameters, or what is wrong with those given. */
export type ReadParameters =
  | { readonly ok: true; readonly values: Readonly<Record<string, ParameterValue>> }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** EC2 takes 16 KB of user data before it is encoded: docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html */
const maxUserDataBytes = 16_384;

/** docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html */
const maxTagCharacters = 256;

/**
 * Reads the values given as text (`--set name=value`) in the types that the file states, all problems at once. A parameter without a default
 * needs a value; a secret takes none. Values are those of this apply alone: earlier ones are not kept.
 */
export function readParameters(
  parameters: Application['parameters'],
  given: Readonly<Record<string, string>>,
): ReadParameters {
  const problems: Problem[] = [];
  const values: Record<string, ParameterValue> = {};
  for (const [name, text] of Object.entries(given)) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    const value = parameter === undefined ? undefined : readValue(parameter, text);
    if (value === undefined) problems.push(refusedValue({ name, text, parameter, parameters }));
    else values[name] = value;
  }
  for (const [name, parameter] of Object.entries(parameters)) {
    if (!('type' in parameter) || parameter.default !== undefined || Object.hasOwn(given, name)) continue;
    const message = 'the parameter has no default';
    problems.push({ path: `--set ${name}`, found: 'nothing', allowed: sayType(parameter), message });
  }
  return problems.length === 0 ? { ok: true, values } : { ok: false, problems };
}

/** What every `${name}` stands for: the value given, else the default, and the ARN of a secret. */
export function parameterTexts(
  parameters: Application['parameters'],
  given: Readonly<Record<string, ParameterValue>>,
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(parameters).flatMap(([name, parameter]): [string, string][] => {
      const value = 'type' in parameter ? (given[name] ?? parameter.default) : parameter.secretArn;
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}

/** User data and tags of a layer with every `${name}` filled in and every `$${` made a plain `${`. */
export function fillLaunch(
  launch: Pick<LaunchSettings, 'userData' | 'tags'>,
  texts: ReadonlyMap<string, string>,
): { readonly userData: string; readonly tags: Readonly<Record<string, string>> } {
  const tags = Object.entries(launch.tags).map(([key, value]) => [key, fillPlaceholders(value, texts)] as const);
  return { userData: fillPlaceholders(launch.userData, texts), tags: Object.fromEntries(tags) };
}

/** What becomes too long for EC2 once the parameters are filled in. */
export function checkFilled(application: Application, texts: ReadonlyMap<string, string>): readonly Problem[] {
  return Object.entries(application.layers).flatMap(([layer, { launch }]) => {
    const filled = fillLaunch(launch, texts);
    const path = `layers.${layer}.launch`;
    const bytes = new TextEncoder().encode(filled.userData).length;
    const tooLong = Object.entries(filled.tags).filter(([, value]) => value.length > maxTagCharacters);
    const message = 'with the parameters filled in';
    return [
      ...(bytes <= maxUserDataBytes
        ? []
        : [
            {
              path: `${path}.userData`,
              found: `${bytes} bytes`,
              allowed: `at most ${maxUserDataBytes} bytes`,
              message,
            },
          ]),
      ...tooLong.map(([key, value]) => ({
        path: `${path}.tags[${JSON.stringify(key)}]`,
        found: shown(value),
        allowed: `at most ${maxTagCharacters} characters`,
        message,
      })),
    ];
  });
}

/** Undefined when the text is no value of the type, or the parameter is a secret. */
function readValue(parameter: Parameter, text: string): ParameterValue | undefined {
  if (!('type' in parameter)) return undefined;
  if (parameter.type === 'string') return text;
  if (parameter.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) && Math.abs(Number(text)) <= largestNumber
    ? Number(text)
    : undefined;
}

function refusedValue(refusal: {
  readonly name: string;
  readonly text: string;
  readonly parameter: Parameter | undefined;
  readonly parameters: Application['parameters'];
}): Problem {
  const { name, text, parameter, parameters } = refusal;
  const path = `--set ${name}`;
  if (parameter !== undefined) return { path, found: shown(text), allowed: sayType(parameter) };
  const names = Object.keys(parameters);
  return { path, found: shown(name), allowed: oneOfNames('parameters', names), ...didYouMean(name, names) };
}

function sayType(parameter: Parameter): string {
  if (!('type' in parameter)) return 'nothing: a secret is a reference in the file and takes no value';
  return { string: 'a text', number: 'a number', boolean: 'true or false' }[parameter.type];
}
