import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { everyAutoscaler } from './autoscalers.ts';
import { type Options, readOptions, usage } from './options.ts';
import { report } from './report.ts';
import type { World } from './simulate.ts';
import { summary } from './summary.ts';
import { type Row, sweep } from './sweep.ts';
import { table } from './table.ts';
import { readTraces, type Trace } from './traces.ts';
import { sayWeights, weigh } from './weigh.ts';

/** EC2 bills Linux instances by the second with a minimum of 60: https://aws.amazon.com/ec2/pricing/on-demand/ */
const minimumBilledSeconds = 60;

/**
 * The benchmark of decisions: every trace of a folder against every autoscaler, in one simulator. `--json` prints a line per run on standard
 * output; otherwise a table a world, and all on one screen at the end. What is worth knowing about a trace (that it was interpolated) and the progress go to standard error.
 */
function main(args: readonly string[]): 0 | 2 {
  const asked = orRefusal(() => {
    const options = readOptions(args, { traces: ownTraces });
    return { options, traces: options.isHelp ? [] : readTraces(options.traces) };
  });
  if (typeof asked === 'string') {
    process.stderr.write(`bench:decisions: ${asked}\n\n${usage}\n`);
    return 2;
  }
  if (asked.options.isHelp) process.stdout.write(`${usage}\n`);
  else if (asked.options.weigh)
    process.stdout.write(`${sayWeights(asked.options.bootSeconds.map(weigh)).join('\n')}\n`);
  else play(asked.options, asked.traces);
  return 0;
}

/** What was asked for, or why it cannot be done. */
function orRefusal<Asked extends object>(ask: () => Asked): Asked | string {
  try {
    return ask();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function play(options: Options, all: readonly Trace[]): void {
  const rows: Row[] = [];
  const traces = all.filter(({ name }) => name.includes(options.trace));
  const autoscalers = everyAutoscaler.filter(({ name }) => name.includes(options.autoscaler));
  const worlds = traces.flatMap((trace) => worldsOf(trace, options));
  for (const trace of traces) if (trace.recordedStepSeconds !== trace.stepSeconds) sayInterpolated(trace);
  for (const [index, world] of worlds.entries()) {
    const done = `${index + 1}/${worlds.length} ${world.trace.name}, peak ${world.peakInstances}, boot ${world.bootSeconds} s`;
    const played = sweep(world, autoscalers, (row) => showProgress(`${done}: ${row.autoscaler}`));
    showProgress('');
    rows.push(...played);
    const lines = options.json ? played.map((row) => JSON.stringify(row)) : table(played);
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  if (!options.json && worlds.length > 1) process.stdout.write(`\n${summary(rows).join('\n')}\n`);
  if (options.html !== undefined) writeFileSync(options.html, report(rows));
}

function worldsOf(trace: Trace, { peakInstances, bootSeconds, delaySeconds }: Options): World[] {
  return peakInstances.flatMap((peak) =>
    bootSeconds.map((boot) => ({
      trace,
      peakInstances: peak,
      bootSeconds: boot,
      delaySeconds,
      minimumBilledSeconds,
    })),
  );
}

function sayInterpolated({ name, recordedStepSeconds, stepSeconds }: Trace): void {
  process.stderr.write(`${name}: recorded every ${recordedStepSeconds} s, interpolated to ${stepSeconds} s\n`);
}

/** On a terminal the line in place; elsewhere nothing, as each world prints its table when it is done. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

const ownTraces = fileURLToPath(new URL('./traces', import.meta.url));

process.exitCode = main(process.argv.slice(2));
