import { MemoryCommands, type RunCommand } from '../../adapters/memory/memory-commands.ts';
import { MemoryReplies } from '../../adapters/memory/memory-replies.ts';
import { MemoryTargetGroups, type MemoryTargetGroupsOptions } from '../../adapters/memory/memory-target-groups.ts';
import { MemoryTicks } from '../../adapters/memory/memory-ticks.ts';
import { secondsBetween } from '../../core/amounts.ts';
import type { Acknowledgement } from '../../core/notice.ts';
import { acknowledgeStage } from '../../functions/acknowledge/stage.ts';
import { makeTable } from './stage-ports.ts';
import { makeRecords } from './stored.ts';

/** A target group of the application `shop`. */
export const targetGroupArn =
  'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/50dc6c495c0c9188';

/** A table at noon, load balancers, agents and a queue of replies, which a test reads when it likes. */
export async function makeParticipantWorld(
  of: Parameters<typeof makeRecords>[0] & {
    readonly balancers?: Omit<MemoryTargetGroupsOptions, 'clock'>;
    readonly run?: RunCommand;
  },
) {
  const { table, clock } = await makeTable(makeRecords(of));
  const replies: Acknowledgement[] = [];
  const delays: number[] = [];
  const ports = {
    table,
    clock,
    targetGroups: new MemoryTargetGroups({ clock, ...of.balancers }),
    commands: new MemoryCommands(clock, of.run),
    replies: new MemoryReplies((reply) => replies.push(reply)),
    ticks: new MemoryTicks(clock, ({ at }) => delays.push(secondsBetween(clock.now(), at))),
  };
  /** Lets the replies of so far arrive. */
  const hear = async () => {
    for (const reply of replies.splice(0)) await acknowledgeStage(ports, reply);
    return (await table.load('shop')).acknowledgements;
  };
  return { table, clock, ports, replies, delays, hear };
}
