import type { NoticeEvent } from './instance-life.ts';
import { MOST_OUTPUT, MOST_RUNS, type RunReport, type RunStatus } from './notice.ts';

const events: readonly NoticeEvent[] = ['joining', 'joined', 'leaving', 'left', 'rolled-back'];
const statuses: readonly RunStatus[] = ['succeeded', 'failed', 'timed-out', 'unreachable'];

/** Reads run reports from outside, as many and as long as are kept. Undefined when they are none; absent ones are an empty list. */
export function readRuns(value: unknown): readonly RunReport[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return undefined;
  const reports = value.slice(0, MOST_RUNS).map(readRun);
  return reports.every((report) => report !== undefined) ? reports : undefined;
}

/** Failures first, then as many as are kept: what people look for is never cut off. */
export function keptRuns(runs: readonly RunReport[]): readonly RunReport[] {
  const failures = runs.filter(({ status }) => status !== 'succeeded');
  const successes = runs.filter(({ status }) => status === 'succeeded');
  return [...failures, ...successes].slice(0, MOST_RUNS).map((run) => ({ ...run, output: lastOf(run.output) }));
}

function readRun(value: unknown): RunReport | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { instanceId, event, layer, status, exitStatus, seconds, output } = value as Record<string, unknown>;
  const knownEvent = events.find((known) => known === event);
  const knownStatus = statuses.find((known) => known === status);
  if (typeof instanceId !== 'string' || typeof layer !== 'string' || typeof output !== 'string') return undefined;
  if (knownEvent === undefined || knownStatus === undefined) return undefined;
  return {
    ...{ instanceId: instanceId.slice(0, 64), event: knownEvent, layer: layer.slice(0, 64), status: knownStatus },
    ...(typeof exitStatus === 'number' ? { exitStatus } : {}),
    ...(typeof seconds === 'number' ? { seconds } : {}),
    output: lastOf(output),
  };
}

function lastOf(output: string): string {
  return output.slice(-MOST_OUTPUT);
}
