/** One line of the log: which stage, what for, and what came of it. */
export interface LogEntry {
  readonly stage: string;
  /** The application, or another key of the run. */
  readonly key?: string;
  readonly record?: string;
  readonly wake?: unknown;
  readonly report?: unknown;
  readonly error?: unknown;
}

/** Writes one entry. Lambda makes JSON of it (infra/stage-function.ts sets the format) and adds the request id and the time. */
export function log(entry: LogEntry): void {
  if (entry.error === undefined) console.info(entry);
  else console.error(entry);
}
