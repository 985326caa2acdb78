import { describe, expect, it } from 'vitest';
import type { CommandRequest, Commands } from '../../adapters/ports.ts';

/** Commands that fail on `i-bad` with exit status 3, are not known on `i-unknown` and succeed elsewhere; and how to end them. */
export interface CommandsUnderTest {
  readonly commands: Commands;
  /** Lets commands that run come to their end. */
  readonly wait: () => void;
  readonly stop: () => Promise<void>;
}

export function makeCommand(of: Partial<CommandRequest> = {}): CommandRequest {
  return { instanceIds: ['i-1', 'i-bad'], script: 'set -u\necho hello', timeoutSeconds: 300, comment: 'a test', ...of };
}

/** What all commands promise. */
export function commandsContract(name: string, makeCommands: () => Promise<CommandsUnderTest>): void {
  describe(`${name} as commands`, () => {
    it('run until they end, with exit status, duration and output', async () => {
      const { commands, wait, stop } = await makeCommands();

      const commandIds = await commands.send(makeCommand());
      const running = await commands.outcomes(commandIds);
      wait();
      const ended = await commands.outcomes(commandIds);

      expect(running.map(({ status }) => status)).toEqual(['running', 'running']);
      expect(ended).toEqual([
        { instanceId: 'i-1', status: 'succeeded', exitStatus: 0, seconds: 2, output: 'hello' },
        { instanceId: 'i-bad', status: 'failed', exitStatus: 3, seconds: 2, output: 'no' },
      ]);
      await stop();
    });

    it('skip instances that are not known', async () => {
      const { commands, wait, stop } = await makeCommands();

      const commandIds = await commands.send(makeCommand({ instanceIds: ['i-unknown', 'i-1'] }));
      wait();

      expect((await commands.outcomes(commandIds)).map(({ instanceId }) => instanceId)).toEqual(['i-1']);
      await stop();
    });

    it('run on more instances than one call holds', async () => {
      const { commands, stop } = await makeCommands();
      const instanceIds = Array.from({ length: 130 }, (_, index) => `i-${index}`);

      const commandIds = await commands.send(makeCommand({ instanceIds }));

      expect((await commands.outcomes(commandIds)).map(({ instanceId }) => instanceId)).toEqual(instanceIds);
      await stop();
    });

    it('have no outcome that nobody asked for', async () => {
      const { commands, stop } = await makeCommands();

      expect(await commands.outcomes([])).toEqual([]);
      await stop();
    });
  });
}
