import { addSeconds } from '../../core/amounts.ts';
import { isWithin } from './scenario.ts';
import type { SimulatedWorld } from './simulated-world.ts';

/** How long a load stays at one level. */
const levelMinutes = 2;

/** Above 100 what waits counts too: a layer grows to what it needs in one or two decisions. */
const mostLoad = 300;

/** Gives CloudWatch one value a layer for this minute, now or late, or not at all. */
export function publishLoads(world: SimulatedWorld): void {
  for (const { layer, levels, hasQueue } of world.scenario.loads) {
    const level = levels[Math.min(Math.floor(world.minute / levelMinutes), levels.length - 1)] ?? 0;
    const serving = world.check.view.slotsOf(layer).filter(({ state }) => state === 'in-service').length;
    const value = Math.min(mostLoad, (60 * level) / Math.max(1, serving));
    publish(world, { layer, name: 'Load', value, mayBeOut: !hasQueue });
    if (hasQueue) publish(world, { layer, name: 'Queue', value: value / 2, mayBeOut: true });
  }
}

function publish(
  world: SimulatedWorld,
  of: { readonly layer: string; readonly name: string; readonly value: number; readonly mayBeOut: boolean },
): void {
  const { layer, name, value } = of;
  const delaySeconds = delayOf(world, of);
  if (delaySeconds === undefined) return;
  const { clock, metrics, check } = world;
  const now = clock.now();
  // At half past: this minute, which counts once it is over.
  const at = addSeconds(now, -30);
  const metric = { namespace: 'Simulated', name, dimensions: { Layer: layer } };
  metrics.put(metric, { at, values: [value] }, addSeconds(now, delaySeconds));
  check.onMeasured({ kpi: `${layer}${name}`, at, value });
}

/** Undefined when the value never comes. Of a layer with a queue an outage takes that alone: one rule sees nothing while the other goes on. */
function delayOf(
  { isCalm, scenario, dice, faults, minute }: SimulatedWorld,
  { layer, mayBeOut }: { readonly layer: string; readonly mayBeOut: boolean },
): number | undefined {
  if (isCalm) return 0;
  const { missing, late, outage } = scenario.metrics;
  if (mayBeOut && outage?.layer === layer && isWithin(outage, minute)) {
    faults.note('metrics out');
    return undefined;
  }
  if (dice.happens(missing)) {
    faults.note('metric missing');
    return undefined;
  }
  if (!dice.happens(late)) return 0;
  faults.note('metric late');
  return dice.between(30, 170);
}
