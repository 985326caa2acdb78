import type { Dice } from '../../adapters/memory/dice.ts';
import type { Manner } from './scenario.ts';

/** A participant of the file; without a manner it is part of the product. */
export interface DrawnParticipant {
  readonly name: string;
  readonly manner: Manner | undefined;
  readonly settings: object;
}

const manners: readonly Manner[] = ['prompt', 'slow', 'failing', 'lying'];
const arn = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup';

/** One participant is dead for ever in every world, so that deadlines are always needed. */
export function drawParticipants(dice: Dice, layers: readonly string[]): readonly DrawnParticipant[] {
  const others = ['lb', 'cluster', 'audit']
    .slice(0, 1 + dice.below(3))
    .map((name): DrawnParticipant => ({ name, ...drawOne(dice, name, layers) }));
  const dead = { hears: drawHears(dice, layers), acknowledge: { withinSeconds: 10 + dice.below(20) } };
  return [...others, { name: 'dead', manner: 'dead', settings: dead }];
}

function drawOne(dice: Dice, name: string, layers: readonly string[]): Omit<DrawnParticipant, 'name'> {
  const hears = drawHears(dice, layers);
  const acknowledge = { withinSeconds: 15 + dice.below(35) };
  if (name === 'lb' && dice.happens(0.35)) {
    return { manner: undefined, settings: { hears, targetGroupArn: `${arn}/${name}/0123456789abcdef`, acknowledge } };
  }
  if (name === 'cluster' && dice.happens(0.35)) {
    return { manner: undefined, settings: { hears, hook: drawHook(dice), acknowledge } };
  }
  const manner = manners[dice.below(manners.length)];
  if (dice.happens(0.3)) return { manner, settings: { hears } };
  const onTimeout = dice.happens(0.2) ? 'stop' : 'continue';
  return { manner, settings: { hears, acknowledge: { ...acknowledge, onTimeout } } };
}

function drawHears(dice: Dice, layers: readonly string[]): readonly string[] {
  return dice.happens(0.4) ? ['*'] : [layers[dice.below(layers.length)] ?? '*'];
}

/** It never stops a change for good: a failed hook waits for somebody, and nobody comes here. */
function drawHook(dice: Dice): object {
  const commands = dice.happens(0.5) ? { joined: 'rebalance', leaving: 'evict' } : { joining: 'admit', left: 'forget' };
  return { on: 'db', ...commands, onFailure: ['continue', 'retry', 'stop'][dice.below(3)] };
}
