import { spawn } from 'node:child_process';

/** A command line and where it runs. */
export interface Command {
  readonly command: string;
  readonly words: readonly string[];
  /** The whole environment: nothing of this process's own is added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** It is ended after this long, and counts as failed. Default 180. */
  readonly patienceSeconds?: number;
}

/** How a command ended. */
export interface CommandResult {
  /** -1: it could not be started, or was ended. */
  readonly exitCode: number;
  readonly stdout: string;
  /** Everything printed, in the order it came. */
  readonly output: string;
}

/** Runs a command to its end. Never throws. */
export function runCommand(given: Command): Promise<CommandResult> {
  const { command, words, environment, folder, patienceSeconds = 180 } = given;
  return new Promise((resolve) => {
    const child = spawn(command, [...words], {
      env: { ...environment },
      cwd: folder ?? process.cwd(),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: patienceSeconds * 1000,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let output = '';
    child.stdout.on('data', (data) => {
      stdout += data;
      output += data;
    });
    child.stderr.on('data', (data) => {
      output += data;
    });
    child.on('error', (error) => resolve({ exitCode: -1, stdout, output: `${output}${error.message}` }));
    child.on('close', (code) => resolve({ exitCode: code ?? -1, stdout, output }));
  });
}

/** The last lines of a command's output, for messages. */
export function lastLines(output: string, count = 6): string {
  return output.trim().split('\n').slice(-count).join('\n');
}

/** That of this process: for commands that reach what the machine reaches, such as a package index. */
export function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
