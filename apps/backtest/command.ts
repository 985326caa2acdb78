import { type Problem, sayProblem, shown } from '../../core/application/problem.ts';
import type { Paint } from '../demo/paint.ts';
import { clearProgress, type ProgressOutput } from '../demo/report-progress.ts';
import { backtest } from './backtest.ts';
import { figuresOf } from './figures.ts';
import { htmlReport } from './html-report.ts';
import { leftOutOf } from './plot-data.ts';
import { backtestUsage, readOptions } from './read-options.ts';
import { type ReadFile, readRequest } from './read-request.ts';
import { showProgress } from './show-progress.ts';
import { textReport } from './text-report.ts';

/** What the command may touch, so that it runs in a test as it does in a terminal. */
export interface BacktestWorld {
  readonly readFile: ReadFile;
  /** Throws when the file cannot be written. */
  readonly writeFile: (path: string, text: string) => void;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  readonly progress: ProgressOutput;
  readonly columns: number;
  readonly paint: Paint;
  /** Seconds of processor time that this process has taken. */
  readonly processorSeconds: () => number;
}

/** `npm run backtest`: see `backtestUsage`, which also says what it ends with. */
export async function backtestCommand(words: readonly string[], world: BacktestWorld): Promise<0 | 2> {
  const options = readOptions(words);
  if (!('isHelp' in options)) return refuse(options, world);
  if (options.isHelp) {
    world.print(backtestUsage);
    return 0;
  }
  const request = readRequest(options, world.readFile);
  if ('problems' in request) return refuse(request.problems, world);
  const startedAt = world.processorSeconds();
  const report = await backtest(request, showProgress(world.progress));
  clearProgress(world.progress);
  if ('problems' in report) return refuse(report.problems, world);
  const figures = figuresOf(report, world.processorSeconds() - startedAt);
  world.print(
    textReport(report, {
      request,
      seconds: figures.seconds,
      loads: options.loads,
      paint: world.paint,
      columns: world.columns,
    }),
  );
  if (options.html !== undefined) {
    const problem = write(options.html, htmlReport(report, { request, loads: options.loads }), world);
    if (problem !== undefined) return refuse([problem], world);
    world.print([`\nThe report with plots: ${options.html}`, ...leftOutOf(report)].join('\n'));
  }
  if (options.isJson) world.print(JSON.stringify(figures));
  return 0;
}

function write(file: string, text: string, world: BacktestWorld): Problem | undefined {
  try {
    world.writeFile(file, text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { path: '--html', found: shown(file), allowed: 'a file that can be written', message };
  }
}

function refuse(problems: readonly Problem[], world: BacktestWorld): 2 {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  world.printError([`backtest: ${count}`, ...problems.map(sayProblem)].join('\n\n'));
  return 2;
}
