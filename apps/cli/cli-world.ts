import type { Ports } from '../../adapters/ports.ts';

/** What a command may touch, so that it runs in a test as it does in a terminal. */
export interface CliWorld {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Throws when the file cannot be read. */
  readonly readFile: (path: string) => string;
  /** The ports over a table; reaches AWS at the first call of a port, not before. */
  readonly openPorts: (tableName: string) => Pick<Ports, 'clock' | 'chance' | 'table'>;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}

/** What a command ends with: done, the world failed (AWS, network), or what was given is wrong. */
export type ExitCode = 0 | 1 | 2;

/** An error in one line, with the name that AWS gives it. */
export function sayError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.name : `${error.name}: ${error.message}`;
}
