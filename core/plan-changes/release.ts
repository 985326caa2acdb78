import { isWanted, type Slot } from '../instance-life.ts';
import { chooseVictims } from './choose-victims.ts';
import { type LayerView, moved, type Step } from './layer-view.ts';

/**
 * What is more than desired leaves: a booting instance is terminated, one that peers know leaves in order. Of those in service only so
 * many leave that `desired` stay in service: others that are still on their way do not carry load. An instance at risk (rebalance
 * recommendation) leaves once as many others as desired are in service.
 */
export const release: Step = (slots, view) => {
  const wanted = slots.filter(isWanted);
  const [atRisk, sound] = [
    wanted.filter((slot) => isAtRisk(slot, view)),
    wanted.filter((slot) => !isAtRisk(slot, view)),
  ];
  const soundInService = sound.filter((slot) => slot.state === 'in-service').length;
  const surplus = sound.length - view.desired.count;
  const victims = new Set([
    ...surplusOf(sound, { surplus, mostInService: soundInService - view.desired.count, view }),
    ...chooseVictims(atRisk, soundInService + atRisk.length - view.desired.count, view),
  ]);
  return victims.size === 0 ? slots : slots.map((slot) => (victims.has(slot) ? dismissed(slot, view) : slot));
};

/** EC2 says that a Spot instance is likely to be interrupted soon. */
export function isAtRisk(slot: Slot, view: LayerView): boolean {
  return view.observe(slot)?.rebalanceAt !== undefined;
}

function surplusOf(
  sound: readonly Slot[],
  {
    surplus,
    mostInService,
    view,
  }: { readonly surplus: number; readonly mostInService: number; readonly view: LayerView },
): readonly Slot[] {
  if (surplus <= 0) return [];
  const notYetInService = chooseVictims(
    sound.filter((slot) => slot.state === 'booting' || slot.state === 'joining'),
    surplus,
    view,
  );
  const inService = chooseVictims(
    sound.filter((slot) => slot.state === 'in-service'),
    Math.min(surplus - notYetInService.length, Math.max(mostInService, 0)),
    view,
  );
  return [...notYetInService, ...inService];
}

function dismissed(slot: Slot, view: LayerView): Slot {
  const because = isAtRisk(slot, view) ? 'replaced: EC2 recommends to rebalance' : view.desired.because;
  if (slot.state === 'booting') return moved(slot, view, { state: 'terminating', because });
  return moved(slot, view, { state: 'leaving', because, event: 'leaving' });
}
