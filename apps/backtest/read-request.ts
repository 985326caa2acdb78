import { basename } from 'node:path';
import { addSeconds, type Instant, isBefore } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import { checkFilled, parameterTexts, readParameters } from '../../core/application/fill-parameters.ts';
import { oneOfNames, type Problem, shown } from '../../core/application/problem.ts';
import { readApplication } from '../../core/application/read-application.ts';
import { collectMetrics } from '../../core/collect-metrics.ts';
import type { BacktestFile, BacktestRequest } from './backtest.ts';
import type { BacktestOptions } from './read-options.ts';
import { readRecording } from './read-recording.ts';
import { type Column, type Recording, recordingOf } from './recording.ts';

/** Throws when the file cannot be read. */
export type ReadFile = (path: string) => string;

/** Reads every file that the options name; all problems at once, each with its file. */
export function readRequest(
  options: BacktestOptions,
  readFile: ReadFile,
): BacktestRequest | { readonly problems: readonly Problem[] } {
  const read = options.files.map((file) => readFileOf(file, { options, readFile }));
  const files = withParameters(read, options.parameters);
  const loads = options.loads.map((file) => readLoad(file, { options, readFile }));
  const problems = [...files, ...loads].flatMap((part) => ('problems' in part ? part.problems : []));
  const columns = loads.flatMap((load) => ('problems' in load ? [] : load.columns));
  const twice = columns.find(({ name }, index) => columns.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined)
    problems.push({
      path: '--load',
      found: `the column ${shown(twice.name)} in two files`,
      allowed: 'each column once',
    });
  if (problems.length > 0) return { problems };
  const played = files.flatMap((file) => ('problems' in file ? [] : [file]));
  const recording = partOf(recordingOf(columns), played, options);
  const { kpi, kinds, bootSeconds, delaySeconds, acknowledgeSeconds, refusePercent, seed, peakInstances, learnDays } =
    options;
  return {
    files: played,
    recording,
    columns: { kpi, kinds },
    bootSeconds,
    conditions: { delaySeconds, acknowledgeSeconds, refusePercent, seed },
    peakInstances,
    learnDays,
  };
}

interface Reader {
  readonly options: BacktestOptions;
  readonly readFile: ReadFile;
}

function readFileOf(
  file: string,
  { options, readFile }: Reader,
): BacktestFile | { readonly problems: readonly Problem[] } {
  const text = textOf('FILE', file, readFile);
  if (typeof text !== 'string') return { problems: [text] };
  const read = readApplication(text);
  if (!read.ok) return { problems: within(file, read.problems) };
  const application = withoutRules(read.application, options.ignored);
  const problems = checkIgnored(application, options.ignored);
  return problems.length > 0 ? { problems: within(file, problems) } : { name: basename(file), application };
}

type ReadFileOf = ReturnType<typeof readFileOf>;

/** A file need not have every parameter that another one has; one that none has is a mistake. */
function withParameters(files: readonly ReadFileOf[], given: Readonly<Record<string, string>>): readonly ReadFileOf[] {
  const known = new Set(files.flatMap((file) => ('problems' in file ? [] : Object.keys(file.application.parameters))));
  return files.map((file) => {
    if ('problems' in file) return file;
    const { application, name } = file;
    const own = Object.entries(given).filter(
      ([parameter]) => Object.hasOwn(application.parameters, parameter) || !known.has(parameter),
    );
    const parameters = readParameters(application.parameters, Object.fromEntries(own));
    const problems = parameters.ok
      ? checkFilled(application, parameterTexts(application.parameters, parameters.values))
      : parameters.problems;
    if (problems.length > 0 || !parameters.ok) return { problems: within(name, problems) };
    return { ...file, parameters: parameters.values };
  });
}

function checkIgnored({ kpis }: Application, ignored: readonly string[]): readonly Problem[] {
  return ignored.flatMap((kpi) =>
    Object.hasOwn(kpis, kpi)
      ? []
      : [{ path: '--ignore', found: shown(kpi), allowed: oneOfNames('KPIs', Object.keys(kpis)) }],
  );
}

function withoutRules(application: Application, ignored: readonly string[]): Application {
  if (ignored.length === 0) return application;
  const layers = Object.entries(application.layers).map(([name, layer]) => [
    name,
    { ...layer, rules: layer.rules.filter((rule) => !('kpi' in rule) || !ignored.includes(rule.kpi)) },
  ]);
  return { ...application, layers: Object.fromEntries(layers) };
}

function readLoad(
  file: string,
  { options, readFile }: Reader,
): { readonly columns: readonly Column[] } | { readonly problems: readonly Problem[] } {
  const text = textOf('--load', file, readFile);
  if (typeof text !== 'string') return { problems: [text] };
  const columns = readRecording(text, options.start);
  return 'problems' in columns ? { problems: within(file, columns.problems) } : { columns };
}

function within(file: string, problems: readonly Problem[]): readonly Problem[] {
  return problems.map((problem) => ({ ...problem, path: `${file}: ${problem.path}` }));
}

function textOf(path: string, file: string, readFile: ReadFile): string | Problem {
  try {
    return readFile(file);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { path, found: shown(file), allowed: 'a file that can be read', message };
  }
}

/** The part that is asked for, from the first moment at which a period of every metric starts. */
function partOf(recording: Recording, files: readonly BacktestFile[], { from, to, days }: BacktestOptions): Recording {
  const stepSeconds = alignmentOf(files, recording.start);
  const asked = from !== undefined && isBefore(recording.start, from) ? from : recording.start;
  const start = (Math.ceil(asked / 1000 / stepSeconds) * stepSeconds * 1000) as Instant;
  const ends = [
    recording.end,
    ...(to === undefined ? [] : [to]),
    ...(days === undefined ? [] : [addSeconds(start, days * 86_400)]),
  ];
  return { ...recording, start, end: ends.reduce((first, end) => (isBefore(end, first) ? end : first)) };
}

/** The least common multiple of all periods, and of a minute. */
function alignmentOf(files: readonly BacktestFile[], at: Instant): number {
  const periods = files.flatMap(({ application }) =>
    collectMetrics(application, at).calls.flatMap((call) => call.map(({ periodSeconds }) => periodSeconds)),
  );
  return [60, ...periods].reduce((common, period) => (common * period) / greatestDivisor(common, period), 1);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
