import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Application } from '../core/application/application-schema.ts';
import { checkFilled, parameterTexts, readParameters } from '../core/application/fill-parameters.ts';
import type { Problem } from '../core/application/problem.ts';
import { readApplication } from '../core/application/read-application.ts';

/** One application file that is written to the table on deploy. */
export interface ApplicationSource {
  /** Where it comes from, for messages: `applications/shop.json`. */
  readonly from: string;
  readonly json: string;
}

/** Values of the parameters, as text, by application and name. */
export type GivenParameters = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An application that a deploy brings, as text and as read. */
export interface DeployedApplication {
  readonly from: string;
  readonly application: Application;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Application files that cannot be deployed: every problem of every file. */
export class ApplicationFileError extends Error {
  override readonly name = 'ApplicationFileError';
}

/** The `*.json` of a folder, by name. A folder that does not exist holds none. */
export function applicationSources(folder: string): readonly ApplicationSource[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => {
    const from = join(folder, name);
    return { from, json: readFileSync(from, 'utf8') };
  });
}

/** Reads every file. Throws ApplicationFileError naming every problem of every file, and two files of one application. */
export function readApplications(
  sources: readonly ApplicationSource[],
  given: GivenParameters,
): readonly DeployedApplication[] {
  const problems: string[] = [];
  const deployed = new Map<string, DeployedApplication>();
  for (const { from, json } of sources) {
    const read = readApplication(json);
    if (!read.ok) {
      problems.push(...read.problems.map((problem) => `${from}: ${sayProblem(problem)}`));
      continue;
    }
    const { application } = read;
    const parameters = given[application.application] ?? {};
    problems.push(...parameterProblems(application, parameters).map((problem) => `${from}: ${sayProblem(problem)}`));
    const twin = deployed.get(application.application);
    if (twin !== undefined) problems.push(`${from}: ${application.application} is the application of ${twin.from}`);
    deployed.set(application.application, { from, application, parameters });
  }
  const strangers = Object.keys(given).filter((name) => !deployed.has(name));
  if (problems.length === 0) problems.push(...strangers.map((name) => `parameters: there is no application ${name}`));
  if (problems.length > 0) throw new ApplicationFileError(problems.join('\n'));
  return [...deployed.values()];
}

/** Throws ApplicationFileError naming every layer that is asked over HTTP whether it is ready: nobody could ask. */
export function requireNetwork(deployed: readonly DeployedApplication[]): void {
  const problems = deployed.flatMap(({ from, application }) =>
    Object.entries(application.layers).flatMap(([layer, { ready }]) =>
      typeof ready === 'object'
        ? [`${from}: layers.${layer}.ready: found "http", allowed: it needs "concertina:network", from where to ask`]
        : [],
    ),
  );
  if (problems.length > 0) throw new ApplicationFileError(problems.join('\n'));
}

function parameterProblems(application: Application, given: Readonly<Record<string, string>>): readonly Problem[] {
  const read = readParameters(application.parameters, given);
  return read.ok ? checkFilled(application, parameterTexts(application.parameters, read.values)) : read.problems;
}

function sayProblem({ path, found, allowed, message }: Problem): string {
  return `${path}: found ${found}, allowed: ${allowed}${message === undefined ? '' : ` (${message})`}`;
}
