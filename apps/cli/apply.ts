import type { Application } from '../../core/application/application-schema.ts';
import { checkFilled, parameterTexts, readParameters } from '../../core/application/fill-parameters.ts';
import { findWarnings } from '../../core/application/find-warnings.ts';
import { type Problem, sayProblem, shown } from '../../core/application/problem.ts';
import { readApplication } from '../../core/application/read-application.ts';
import { type ApplyReport, applyStage } from '../../functions/apply/stage.ts';
import { type CliWorld, type ExitCode, sayError } from './cli-world.ts';
import { type ApplyArguments, applyUsage, readApplyArguments } from './read-arguments.ts';
import { readTableName } from './table-name.ts';

/** `npm run apply`: see `applyUsage`. Prints every problem at once; never throws. */
export async function applyCommand(words: readonly string[], world: CliWorld): Promise<ExitCode> {
  const read = readApplyArguments(words);
  if (!('isHelp' in read)) return refuse('', read, world);
  if (read.isHelp) {
    world.print(applyUsage);
    return 0;
  }
  const text = readText(read.file, world);
  if (typeof text !== 'string') return refuse(read.file, [text], world);
  return read.isCheck ? check(text, read, world) : apply(text, read, world);
}

function readText(file: string, world: CliWorld): string | Problem {
  try {
    return world.readFile(file);
  } catch (error) {
    return { path: 'FILE', found: shown(file), allowed: 'a file that can be read', message: sayError(error) };
  }
}

function check(text: string, { file, parameters }: ApplyArguments, world: CliWorld): ExitCode {
  const read = readApplication(text);
  if (!read.ok) return refuse(file, read.problems, world);
  const { application } = read;
  const given = readParameters(application.parameters, parameters);
  const problems = given.ok
    ? checkFilled(application, parameterTexts(application.parameters, given.values))
    : given.problems;
  if (problems.length > 0) return refuse(file, problems, world);
  world.print([`${file}: no problems`, ...warnings(application)].join('\n'));
  return 0;
}

async function apply(text: string, read: ApplyArguments, world: CliWorld): Promise<ExitCode> {
  const tableName = readTableName(read.table, world);
  if (typeof tableName !== 'string') return refuse(read.file, [tableName], world);
  try {
    const report = await applyStage(world.openPorts(tableName), { ...read, text });
    if (report.outcome === 'refused') return refuse(read.file, report.problems, world);
    const stored = readApplication(text);
    world.print([sayReport(report), ...(stored.ok ? warnings(stored.application) : [])].join('\n'));
    return 0;
  } catch (error) {
    world.printError(`${read.file}: could not be applied to the table ${tableName}: ${sayError(error)}`);
    return 1;
  }
}

/** Of a file that is right and most likely not meant so: they change nothing, not even what the command ends with. */
function warnings(application: Application): readonly string[] {
  return findWarnings(application).map((warning) => `  warning  ${warning}`);
}

function sayReport(report: Exclude<ApplyReport, { outcome: 'refused' }>): string {
  const { application, fileVersion, outcome, vanished } = report;
  const done = outcome === 'applied' ? `applied as version ${fileVersion}` : `unchanged, version ${fileVersion} stays`;
  const layers = vanished.map(({ layer, drain }) =>
    drain
      ? `  layer ${layer} drains`
      : `  layer ${layer} is no longer in the file and stays as it is; --drain-layer ${layer} ends it`,
  );
  return [`${application}: ${done}`, ...layers].join('\n');
}

function refuse(file: string, problems: readonly Problem[], world: CliWorld): ExitCode {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const title = `${file === '' ? 'apply' : file}: ${count}, nothing written`;
  world.printError([title, ...problems.map(sayProblem)].join('\n\n'));
  return 2;
}
