import type { Application } from '../../core/application/application-schema.ts';
import { type Problem, sayProblem, shown } from '../../core/application/problem.ts';
import { readApplication } from '../../core/application/read-application.ts';
import { readTests } from '../../core/rule-tests/read-tests.ts';
import { runTest, type TestResult } from '../../core/rule-tests/run-test.ts';
import { type CliWorld, type ExitCode, sayError } from './cli-world.ts';
import { readWords } from './read-words.ts';
import { resultObject, sayResults } from './say-test-results.ts';

const testsEnding = '.tests.json';

/** What the command says of itself. */
export const testRulesUsage = `npm run test-rules -- FILE [--tests FILE] [--name TEXT] [--json]

Decides the situations of a file of rule tests by the code that runs on AWS, and compares. FILE is the application (shop.json) or its tests
(shop${testsEnding}); the other one stands beside it. AWS is not asked.

  --tests FILE   the tests, when they stand elsewhere
  --name TEXT    only tests whose name contains this
  --json         one JSON object a test and line

Exit status: 0 all as expected, 1 some are not, 2 a file or the command is wrong and nothing was decided.`;

type TestRulesWorld = Pick<CliWorld, 'readFile' | 'print' | 'printError'>;

/** `npm run test-rules`: see `testRulesUsage`. Never throws. */
export async function testRulesCommand(words: readonly string[], world: TestRulesWorld): Promise<ExitCode> {
  const read = readArguments(words);
  if (!('isHelp' in read)) return refuse('test-rules', read, world);
  if (read.isHelp) {
    world.print(testRulesUsage);
    return 0;
  }
  const files = readFiles(read, world);
  if (!('application' in files)) return refuse(read.applicationFile, files.problems, world);
  const tests = readTests(files.testsText, files.application);
  if (!tests.ok) return refuse(read.testsFile, tests.problems, world);
  const chosen = tests.tests.filter(({ name }) => name.includes(read.name));
  if (chosen.length === 0) {
    const problem = { path: '--name', found: shown(read.name), allowed: 'a part of the name of a test' };
    return refuse(read.testsFile, [problem], world);
  }
  const results = chosen.map((test) => runTest(files.application, test));
  if (read.isJson) for (const result of results) world.print(JSON.stringify(resultObject(result)));
  else world.print(sayResults(read.testsFile, results));
  return results.every(isPassed) ? 0 : 1;
}

function isPassed(result: TestResult): boolean {
  return result.isPassed;
}

interface Arguments {
  readonly isHelp: boolean;
  readonly applicationFile: string;
  readonly testsFile: string;
  readonly name: string;
  readonly isJson: boolean;
}

const options = {
  tests: { type: 'string' },
  name: { type: 'string', default: '' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function readArguments(words: readonly string[]): Arguments | readonly Problem[] {
  const parsed = readWords(words, options);
  if ('problem' in parsed) return [parsed.problem];
  const { values, positionals } = parsed;
  const [file = ''] = positionals;
  if (positionals.length !== 1 && !values.help) {
    const found = positionals.length === 0 ? 'nothing' : positionals.join(' ');
    return [{ path: 'FILE', found, allowed: 'one application file, or the file of its tests' }];
  }
  const stem = file.endsWith(testsEnding) ? file.slice(0, -testsEnding.length) : file.replace(/\.json$/, '');
  const isTests = file.endsWith(testsEnding);
  return {
    isHelp: values.help,
    applicationFile: isTests ? `${stem}.json` : file,
    testsFile: values.tests ?? (isTests ? file : `${stem}${testsEnding}`),
    name: values.name,
    isJson: values.json,
  };
}

function readFiles(
  { applicationFile, testsFile }: Arguments,
  world: TestRulesWorld,
): { readonly application: Application; readonly testsText: string } | { readonly problems: readonly Problem[] } {
  const text = readText('FILE', applicationFile, world);
  const testsText = readText('--tests', testsFile, world);
  const unread = [text, testsText].filter((part) => typeof part !== 'string');
  if (typeof text !== 'string' || typeof testsText !== 'string') return { problems: unread };
  const read = readApplication(text);
  return read.ok ? { application: read.application, testsText } : { problems: read.problems };
}

function readText(path: string, file: string, world: TestRulesWorld): string | Problem {
  try {
    return world.readFile(file);
  } catch (error) {
    return { path, found: shown(file), allowed: 'a file that can be read', message: sayError(error) };
  }
}

function refuse(file: string, problems: readonly Problem[], world: TestRulesWorld): ExitCode {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  world.printError([`${file}: ${count}, nothing decided`, ...problems.map(sayProblem)].join('\n\n'));
  return 2;
}
