import type { Metrics } from '../../adapters/ports.ts';
import { type Instant, isoFromInstant } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import { type Problem, sayProblem, shown } from '../../core/application/problem.ts';
import { readApplication } from '../../core/application/read-application.ts';
import { alarmsOf } from '../backtest/recorded-alarms.ts';
import { type ExitCode, sayError } from '../cli/cli-world.ts';
import { planRecording, type RecordingPlan } from './plan-recording.ts';
import { readRecordOptions, recordUsage } from './read-options.ts';
import { type RecordedMetrics, recordMetrics } from './record-metrics.ts';

/** What the command may touch, so that it runs in a test as it does in a terminal. */
export interface RecordWorld {
  readonly now: () => Instant;
  /** Reaches AWS at the first call, not before. */
  readonly openMetrics: () => Pick<Metrics, 'read'>;
  /** Throws when the file cannot be read. */
  readonly readFile: (path: string) => string;
  /** Throws when the file cannot be written. */
  readonly writeFile: (path: string, text: string) => void;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}

/** `npm run record`: see `recordUsage`, which also says what it ends with. Never throws. */
export async function recordCommand(words: readonly string[], world: RecordWorld): Promise<ExitCode> {
  const options = readRecordOptions(words);
  if (!('isHelp' in options)) return refuse('record', options, world);
  if (options.isHelp) {
    world.print(recordUsage);
    return 0;
  }
  const application = readFileOf(options.file, world);
  if (!('application' in application)) return refuse(options.file, application, world);
  const plan = planRecording(application, { days: options.days, end: options.end ?? world.now() });
  world.print(sayPlan(plan));
  let recorded: RecordedMetrics;
  try {
    recorded = await recordMetrics(plan, world.openMetrics(), (ratio) => world.print(`  ${Math.floor(100 * ratio)} %`));
  } catch (error) {
    world.printError(`${options.file}: CloudWatch could not be read, nothing was written: ${sayError(error)}`);
    return 1;
  }
  try {
    world.writeFile(options.out, recorded.csv);
  } catch (error) {
    const problem = {
      path: '--out',
      found: shown(options.out),
      allowed: 'a file that can be written',
      message: sayError(error),
    };
    return refuse(options.file, [problem], world);
  }
  world.print(sayRecorded(recorded, { application, file: options.file, out: options.out }));
  return 0;
}

function readFileOf(file: string, world: RecordWorld): Application | readonly Problem[] {
  let text: string;
  try {
    text = world.readFile(file);
  } catch (error) {
    return [{ path: 'FILE', found: shown(file), allowed: 'a file that can be read', message: sayError(error) }];
  }
  const read = readApplication(text);
  return read.ok ? read.application : read.problems;
}

function sayPlan({ columns, from, until, stepSeconds, plans, metricsRequested, usd }: RecordingPlan): string {
  const calls = plans.length === 1 ? '1 part' : `${plans.length} parts`;
  return [
    `${columns.length} columns from ${isoFromInstant(from)} to ${isoFromInstant(until)}, a row each ${stepSeconds} s:`,
    `  ${columns.map(({ name }) => name).join(', ')}`,
    `Asks CloudWatch for ${metricsRequested} metrics in ${calls}: about $${usd.toFixed(5)}, more where an answer has several pages.`,
  ].join('\n');
}

function sayRecorded(
  { rows, found }: RecordedMetrics,
  { application, file, out }: { readonly application: Application; readonly file: string; readonly out: string },
): string {
  const columns = [...found].map(
    ([name, count]) => `  ${name}: ${count === 0 ? 'no datapoint at all' : `${count} datapoints`}`,
  );
  const alarms = alarmsOf(application).map(
    (alarm) =>
      `  ${alarm}: CloudWatch keeps no series of it; a column of 0 and 1 would tell a back-test when it was on`,
  );
  const next = `npm run backtest -- ${file} --load ${out}`;
  return [`${out}: ${rows} rows`, ...columns, ...alarms, `Play it: ${next}`].join('\n');
}

function refuse(title: string, problems: readonly Problem[], world: RecordWorld): 2 {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  world.printError([`${title}: ${count}, nothing written`, ...problems.map(sayProblem)].join('\n\n'));
  return 2;
}
