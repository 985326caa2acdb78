import { addSeconds, type Instant, isAtOrAfter } from '../../core/amounts.ts';
import type { CommandOutcome } from '../../core/participants/judge-step.ts';
import type { Clock, CommandRequest, Commands } from '../ports.ts';

/** What becomes of a command on one instance: so long it runs, and so it ends. Undefined: SSM does not know the instance. */
export type RunCommand = (
  request: CommandRequest,
  instanceId: string,
) => (Omit<CommandOutcome, 'instanceId' | 'seconds'> & { readonly seconds: number }) | undefined;

interface Run {
  readonly outcome: CommandOutcome;
  readonly endsAt: Instant;
}

const succeeds: RunCommand = () => ({ status: 'succeeded', exitStatus: 0, seconds: 2, output: '' });

/** Commands that run in virtual time; each succeeds after 2 s unless told. Keeps every request, for tests. */
export class MemoryCommands implements Commands {
  readonly sent: CommandRequest[] = [];
  readonly #clock: Clock;
  readonly #run: RunCommand;
  readonly #runs = new Map<string, readonly Run[]>();

  constructor(clock: Clock, run: RunCommand = succeeds) {
    this.#clock = clock;
    this.#run = run;
  }

  async send(request: CommandRequest): Promise<readonly string[]> {
    this.sent.push(request);
    const commandId = `command-${this.sent.length}`;
    const runs = request.instanceIds.flatMap((instanceId) => {
      const run = this.#run(request, instanceId);
      if (run === undefined) return [];
      const endsAt = addSeconds(this.#clock.now(), Math.min(run.seconds, request.timeoutSeconds));
      const isTooLong = run.seconds > request.timeoutSeconds;
      const outcome: CommandOutcome = isTooLong
        ? { instanceId, status: 'timed-out', output: run.output }
        : { instanceId, ...run };
      return [{ outcome, endsAt }];
    });
    this.#runs.set(commandId, runs);
    return [commandId];
  }

  async outcomes(commandIds: readonly string[]): Promise<readonly CommandOutcome[]> {
    const now = this.#clock.now();
    const runs = commandIds.flatMap((commandId) => this.#runs.get(commandId) ?? []);
    return runs.map(({ outcome, endsAt }) =>
      isAtOrAfter(now, endsAt) ? outcome : { instanceId: outcome.instanceId, status: 'running', output: '' },
    );
  }
}
