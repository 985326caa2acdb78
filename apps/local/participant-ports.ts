import type { Dice } from '../../adapters/memory/dice.ts';
import type { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { MemoryCommands } from '../../adapters/memory/memory-commands.ts';
import type { MemoryFleet } from '../../adapters/memory/memory-fleet.ts';
import { MemoryProbes } from '../../adapters/memory/memory-probes.ts';
import { MemoryReplies } from '../../adapters/memory/memory-replies.ts';
import { MemoryTargetGroups } from '../../adapters/memory/memory-target-groups.ts';
import type { ParticipantPorts } from '../../adapters/ports.ts';
import type { Acknowledgement } from '../../core/notice.ts';

/** How commands on instances go: now and then one fails, and is tried again. */
const failedRatio = 0.01;
const running = { median: 3, sigma: 0.7 };

/** Load balancers and agents of a simulated world, which know the instances of its fleet. */
export function createParticipantPorts(of: {
  readonly clock: MemoryClock;
  readonly fleet: MemoryFleet;
  readonly dice: Dice;
  /** Called for each acknowledgement that a participant of the product sends. */
  readonly onReply: (acknowledgement: Acknowledgement) => void;
}): ParticipantPorts {
  const { clock, fleet, dice, onReply } = of;
  const isRunning = (instanceId: string): boolean => fleet.truthOf(instanceId)?.state === 'running';
  const commands = dice.fork('commands');
  return {
    targetGroups: new MemoryTargetGroups({ clock, isRunning }),
    commands: new MemoryCommands(clock, (_, instanceId) => {
      if (!isRunning(instanceId)) return undefined;
      const seconds = commands.lognormal(running);
      if (commands.happens(failedRatio)) return { status: 'failed', exitStatus: 1, seconds, output: 'it stumbled' };
      return { status: 'succeeded', exitStatus: 0, seconds, output: '' };
    }),
    probes: new MemoryProbes(),
    replies: new MemoryReplies(onReply),
  };
}
