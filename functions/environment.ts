import type { Ceilings } from '../core/ceilings.ts';

/** Variables that a function needs and does not find. Names them all, so that one deploy mends them all. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly missing: readonly string[];

  constructor(missing: readonly string[]) {
    super(`missing environment variables: ${missing.join(', ')}`);
    this.missing = missing;
  }
}

/** Values of these variables. An empty value counts as missing. Throws EnvironmentError naming every missing one. */
export function readEnvironment<const Name extends string>(
  names: readonly Name[],
  from: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = from[name];
    if (value !== undefined && value !== '') found[name] = value;
  }
  if (!isComplete(found, names)) throw new EnvironmentError(names.filter((name) => found[name] === undefined));
  return found;
}

/** A variable that must be a number above 0. Throws a RangeError that names it. */
export function positiveNumber<Name extends string>(values: Readonly<Record<Name, string>>, name: Name): number {
  const value = Number(values[name]);
  if (!(value > 0)) throw new RangeError(`${name}: expected a number above 0, found ${JSON.stringify(values[name])}`);
  return value;
}

/** What the account allows all applications together: set where Concertina is deployed (infra/concertina.ts). */
export function readCeilings(from: Readonly<Record<string, string | undefined>> = process.env): Ceilings {
  const values = readEnvironment(['CONCERTINA_MOST_INSTANCES', 'CONCERTINA_MOST_HOURLY_USD'], from);
  return {
    mostInstances: positiveNumber(values, 'CONCERTINA_MOST_INSTANCES'),
    mostHourlyUsd: positiveNumber(values, 'CONCERTINA_MOST_HOURLY_USD'),
  };
}

/** The texts of a variable that holds several, with a space between them. */
export function listOf(value: string): readonly string[] {
  return value.split(' ').filter((text) => text !== '');
}

function isComplete<Name extends string>(
  found: Partial<Record<Name, string>>,
  names: readonly Name[],
): found is Record<Name, string> {
  return names.every((name) => found[name] !== undefined);
}
