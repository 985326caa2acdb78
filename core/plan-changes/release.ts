import { isWanted, type Slot } from '../instance-life.ts';
import { chooseVictims } from './choose-victims.ts';
import { type LayerView, moved, type Step } from './layer-view.ts';
import { aboveQuorum, mostSteps } from './stateful.ts';

/**
 * What is more than desired leaves: a booting instance is terminated, one that peers know leaves in order. Of those in service only so
 * many leave that `desired` stay in service, and `min` where another layer's limit keeps `desired` below it: others that are still on their
 * way do not carry load. An instance at risk (rebalance recommendation) leaves once as many others are in service.
 */
export const release: Step = (slots, view) => {
  const wanted = slots.filter(isWanted);
  const sound = wanted.filter((slot) => !isAtRisk(slot, view));
  if (sound.length <= view.desired.count && sound.length === wanted.length) return slots;
  const soundInService = sound.filter((slot) => slot.state === 'in-service').length;
  const most = mostLeaving(slots, view);
  const least = Math.max(view.desired.count, view.min);
  const surplus = sound.length - view.desired.count;
  const cancelled = chooseVictims(sound.filter(isNotYetInService), surplus, view);
  const leaving = chooseVictims(
    sound.filter((slot) => slot.state === 'in-service'),
    Math.min(surplus - cancelled.length, soundInService - least, most),
    view,
  );
  const replaced = chooseVictims(
    wanted.filter((slot) => isAtRisk(slot, view)),
    Math.min(soundInService + wanted.length - sound.length - least, most - leaving.length),
    view,
  );
  const victims = new Set([...cancelled, ...leaving, ...replaced]);
  return victims.size === 0 ? slots : slots.map((slot) => (victims.has(slot) ? dismissed(slot, view) : slot));
};

/** EC2 says that a Spot instance is likely to be interrupted soon. */
export function isAtRisk(slot: Slot, view: LayerView): boolean {
  return view.mayBeAtRisk && view.observe(slot)?.rebalanceAt !== undefined;
}

/** A launch whose answer is unknown cannot be cancelled. */
function isNotYetInService(slot: Slot): boolean {
  return slot.state === 'booting' || slot.state === 'joining';
}

/** How many of those in service may leave now: none while others must leave first or too many have failed. */
function mostLeaving(slots: readonly Slot[], view: LayerView): number {
  const unhealthy = slots.filter((slot) => isUnhealthy(slot, view)).length;
  const isSick = unhealthy > (view.settings.maxUnhealthyPercent / 100) * view.desired.count;
  return !view.mayDrain || isSick ? 0 : Math.min(mostSteps(slots, view), aboveQuorum(slots, view));
}

function isUnhealthy(slot: Slot, view: LayerView): boolean {
  if (slot.failedAt !== undefined) return slot.state !== 'gone';
  return slot.state === 'in-service' && (view.observe(slot)?.missedSweeps ?? 0) > 0;
}

function dismissed(slot: Slot, view: LayerView): Slot {
  const because = isAtRisk(slot, view)
    ? 'EC2 expects to interrupt it soon; others have taken its place'
    : view.desired.because;
  if (slot.state === 'booting') return moved(slot, view, { state: 'terminating', because });
  return moved(slot, view, { state: 'leaving', because, event: 'leaving' });
}
