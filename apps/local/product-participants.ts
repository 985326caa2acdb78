import { addSeconds } from '../../core/amounts.ts';
import type { Acknowledgement } from '../../core/notice.ts';
import { acknowledgeStage } from '../../functions/acknowledge/stage.ts';
import { hookStage } from '../../functions/hook/stage.ts';
import { probeStage } from '../../functions/probe/stage.ts';
import type { Wake } from '../../functions/run-wakes.ts';
import { targetGroupStage } from '../../functions/target-group/stage.ts';
import { asynchronousRetrySeconds } from './invocations.ts';
import type { World } from './world.ts';

/** A stage that looks at one application when it is woken. */
type LookingStage = 'target-group' | 'hook' | 'probe';

/** A message of a queue that failed comes again after its visibility time-out; infra/wake-queue.ts. */
const queueRetrySeconds: readonly number[] = [180, 180, 180];

/** From the topic, or a reply, through a queue to its reader. */
const onTheWay = { from: 0.1, to: 0.8 };

/** Wakes the participants of the product by their notices, as the topic and their queues do, and brings their replies home. */
export function attendProduct(world: World): void {
  const { options, topic, onReply } = world;
  const { application, participants } = options.application;
  for (const [name, { targetGroupArn, hook }] of Object.entries(participants)) {
    if (targetGroupArn === undefined && hook === undefined) continue;
    const stage = hook === undefined ? 'target-group' : 'hook';
    topic.subscribe({ application: [application], participant: [name] }, () => {
      deliver(world, () => look(world, stage, { application, isTick: false }));
    });
  }
  onReply.hear = (reply) => deliver(world, () => acknowledge(world, reply));
}

/** The stages that get the ticks of an application beside evaluate and observe: those that have something to do for it. */
export function tickedStages({ options }: World): readonly LookingStage[] {
  const { participants, layers } = options.application;
  const all = Object.values(participants);
  return [
    ...(all.some(({ targetGroupArn }) => targetGroupArn !== undefined) ? (['target-group'] as const) : []),
    ...(all.some(({ hook }) => hook !== undefined) ? (['hook'] as const) : []),
    ...(Object.values(layers).some(({ ready }) => typeof ready === 'object') ? (['probe'] as const) : []),
  ];
}

/** One run of such a stage. */
export function look(world: World, stage: LookingStage, wake: Wake): Promise<void> {
  const ports = { ...world.portsOf(stage), ...world.participantPortsOf(stage) };
  const run = {
    'target-group': () => targetGroupStage(ports, wake),
    hook: () => hookStage(ports, wake),
    probe: () => probeStage(ports, wake),
  }[stage];
  return world.invocations.invoke({ stage, run, retrySeconds: queueRetrySeconds });
}

function acknowledge(world: World, reply: Acknowledgement): Promise<void> {
  const run = (): Promise<unknown> => acknowledgeStage(world.portsOf('acknowledge'), reply);
  return world.invocations.invoke({ stage: 'acknowledge', run, retrySeconds: asynchronousRetrySeconds });
}

function deliver({ agenda, clock, deliveryDice }: World, task: () => Promise<void>): void {
  agenda.at(addSeconds(clock.now(), deliveryDice.between(onTheWay.from, onTheWay.to)), task);
}
