import { addSeconds } from '../../core/amounts.ts';
import { isWithin } from './scenario.ts';
import type { SimulatedWorld } from './simulated-world.ts';

/** How long a load stays at one level. */
const levelMinutes = 2;

/** Gives CloudWatch one value a layer for this minute, now or late, or not at all. */
export function publishLoads(world: SimulatedWorld): void {
  for (const { layer, levels } of world.scenario.loads) {
    const delaySeconds = delayOf(world, layer);
    if (delaySeconds === undefined) continue;
    const { clock, metrics, check, minute } = world;
    const level = levels[Math.min(Math.floor(minute / levelMinutes), levels.length - 1)] ?? 0;
    const serving = check.view.slotsOf(layer).filter(({ state }) => state === 'in-service').length;
    const value = serving === 0 ? 100 : Math.min(100, (60 * level) / serving);
    const now = clock.now();
    // At half past: this minute, which counts once it is over.
    const at = addSeconds(now, -30);
    metrics.put(
      { namespace: 'Simulated', name: 'Load', dimensions: { Layer: layer } },
      { at, values: [value] },
      addSeconds(now, delaySeconds),
    );
    check.onMeasured({ kpi: `${layer}Load`, at, value });
  }
}

/** Undefined when the value never comes. */
function delayOf({ isCalm, scenario, dice, faults, minute }: SimulatedWorld, layer: string): number | undefined {
  if (isCalm) return 0;
  const { missing, late, outage } = scenario.metrics;
  if (outage?.layer === layer && isWithin(outage, minute)) {
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
