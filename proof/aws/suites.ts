import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { lastLines, runCommand } from '../run-command.ts';
import type { Check } from './check.ts';
import type { ShownBy } from './path/world.ts';

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      message: z.string().default(''),
      name: z.string(),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.string(),
          duration: z.number().nullish(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

type Assertion = z.infer<typeof reportSchema>['testResults'][number]['assertionResults'][number];

/**
 * Runs the contract suites of the ports on the two implementations, the policies by moto's IAM and the probes of known deviations, with the test
 * runner. Each suite is one check, each other test is one.
 */
export async function runSuites(of: {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly by: ShownBy;
}): Promise<readonly Check[]> {
  const report = join(of.folder, 'suites.json');
  const config = resolve(import.meta.dirname, 'vitest.config.ts');
  const words = ['run', '--config', config, '--reporter', 'json', '--outputFile', report];
  const { output } = await runCommand({
    command: process.execPath,
    words: [resolve('node_modules/vitest/vitest.mjs'), ...words],
    environment: of.environment,
    patienceSeconds: 600,
  });
  const text = await readFile(report, 'utf8').catch(() => undefined);
  if (text === undefined) return [broken('the test runner writes its report', lastLines(output), of.by)];
  const { testResults } = reportSchema.parse(JSON.parse(text));
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const file = name.split('/').slice(-2).join('/');
    if (assertionResults.length === 0) return [broken(`${file} can be run`, message, of.by)];
    return file.startsWith('contracts/')
      ? suiteChecks(assertionResults, of.by)
      : assertionResults.map((assertion) => singleCheck(assertion, { by: of.by, seen: seenIn(file) }));
  });
}

function seenIn(file: string): string {
  return file.startsWith('rights/') ? 'the policies of the example, by its IAM' : 'known deviations';
}

function singleCheck(
  { ancestorTitles, title, status, duration, failureMessages }: Assertion,
  { by, seen }: { readonly by: ShownBy; readonly seen: string },
): Check {
  return {
    name: `${ancestorTitles[0]} ${title}`,
    ok: status === 'passed',
    by: ancestorTitles[0] === 'moto' ? by.moto : by.ministack,
    detail: status === 'passed' ? seen : firstLine(failureMessages),
    seconds: (duration ?? 0) / 1000,
  };
}

/** One check for each `describe`, so that a table with twenty promises counts once. */
function suiteChecks(assertions: readonly Assertion[], by: ShownBy): readonly Check[] {
  const suites = new Map<string, readonly Assertion[]>();
  for (const assertion of assertions) {
    const suite = assertion.ancestorTitles[0] ?? '';
    suites.set(suite, [...(suites.get(suite) ?? []), assertion]);
  }
  return [...suites].map(([suite, promises]) => {
    const failed = promises.filter(({ status }) => status !== 'passed');
    const what = failed.map(({ title, failureMessages }) => `${title}: ${firstLine(failureMessages)}`);
    return {
      name: `contract: ${suite}`,
      ok: failed.length === 0,
      by: suite.includes('moto') ? by.moto : by.ministack,
      detail: [`${promises.length - failed.length} of ${promises.length} promises kept`, ...what].join('; '),
      seconds: promises.reduce((sum, { duration }) => sum + (duration ?? 0) / 1000, 0),
    };
  });
}

function broken(name: string, detail: string, by: ShownBy): Check {
  return { name, ok: false, by: by.both, detail, seconds: 0 };
}

function firstLine(messages: readonly string[] | null | undefined): string {
  return messages?.[0]?.split('\n')[0] ?? 'no message';
}
