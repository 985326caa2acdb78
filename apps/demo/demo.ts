import { basename } from 'node:path';
import { type Problem, sayProblem, shown } from '../../core/application/problem.ts';
import { readApplication } from '../../core/application/read-application.ts';
import { decisionLines } from './decision-lines.ts';
import { figuresOf } from './figures.ts';
import type { Paint } from './paint.ts';
import { type Play, play } from './play.ts';
import { type DemoOptions, demoUsage, readOptions } from './read-options.ts';
import { readTrace } from './read-trace.ts';
import { clearProgress, type ProgressOutput, reportProgress } from './report-progress.ts';
import { summaryOf } from './summary.ts';
import { svgPlot } from './svg-plot.ts';

/** What the demo may touch, so that it runs in a test as it does in a terminal. */
export interface DemoWorld {
  /** Throws when the file cannot be read. */
  readonly readFile: (path: string) => string;
  /** Throws when the file cannot be written. */
  readonly writeFile: (path: string, text: string) => void;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  readonly progress: ProgressOutput;
  readonly columns: number;
  readonly paint: Paint;
}

/** `npm run demo`: see `demoUsage`, which also says what it ends with. */
export async function demoCommand(words: readonly string[], world: DemoWorld): Promise<0 | 1 | 2> {
  const options = readOptions(words);
  if (!('isHelp' in options)) return refuse(options, world);
  if (options.isHelp) {
    world.print(demoUsage);
    return 0;
  }
  const read = readPlay(options, world);
  if (!('trace' in read)) return refuse(read, world);
  const startedAt = world.progress.millis();
  const played = await play(read, reportProgress(world.progress));
  clearProgress(world.progress);
  const figures = figuresOf(played, (world.progress.millis() - startedAt) / 1000);
  world.print(summaryOf(played, figures, world));
  if (options.svg !== undefined) {
    const problem = write('--svg', options.svg, svgPlot(played, figures), world);
    if (problem !== undefined) return refuse([problem], world);
  }
  if (options.decisions !== undefined) {
    const problem = write('--decisions', options.decisions, await decisionLines(played), world);
    if (problem !== undefined) return refuse([problem], world);
    world.print(`\nAsk why: npm run explain -- ${played.play.application.application} --file ${options.decisions}`);
  }
  if (options.isJson) world.print(JSON.stringify(figures));
  return figures.violations.length === 0 ? 0 : 1;
}

function readPlay(
  { application: file, trace: traceFile, days, seed }: DemoOptions,
  world: DemoWorld,
): Play | readonly Problem[] {
  const text = readText('--application', file, world);
  const traceText = readText('--trace', traceFile, world);
  const problems = [text, traceText].filter((part) => typeof part !== 'string');
  if (typeof text !== 'string' || typeof traceText !== 'string') return problems;
  const read = readApplication(text);
  const trace = readTrace(traceText, basename(traceFile));
  const wrong = [
    ...(read.ok ? [] : read.problems.map((problem) => within(file, problem))),
    ...('load' in trace ? [] : trace.map((problem) => within(traceFile, problem))),
  ];
  if (!read.ok || !('load' in trace)) return wrong;
  return { text, application: read.application, trace, days, seed };
}

function within(file: string, problem: Problem): Problem {
  return { ...problem, path: `${file}: ${problem.path}` };
}

function readText(option: string, file: string, world: DemoWorld): string | Problem {
  try {
    return world.readFile(file);
  } catch (error) {
    return { path: option, found: shown(file), allowed: 'a file that can be read', message: messageOf(error) };
  }
}

function write(option: string, file: string, text: string, world: DemoWorld): Problem | undefined {
  try {
    world.writeFile(file, text);
    return undefined;
  } catch (error) {
    return { path: option, found: shown(file), allowed: 'a file that can be written', message: messageOf(error) };
  }
}

function refuse(problems: readonly Problem[], world: DemoWorld): 2 {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  world.printError([`demo: ${count}`, ...problems.map(sayProblem)].join('\n\n'));
  return 2;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
