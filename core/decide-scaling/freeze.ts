import { addSeconds, isBefore, secondsBetween } from '../amounts.ts';
import type { Freeze, Trouble } from '../application/freeze-schema.ts';
import type { FreezeMemory, ScalingMemory } from '../decision.ts';
import { shown } from '../rounding.ts';
import type { LayerSituation } from './layer-situation.ts';
import { rememberAlso } from './remember.ts';
import { clockTime } from './say.ts';

/**
 * Judges every freeze of the layer, and remembers those that hold:
 *
 *   thawed ── traffic fell, and trouble ──► frozen ── traffic back, or trouble over ──► ending ── forSeconds ──► thawed
 *                                             ▲                                          │
 *                                             └─────────── both again ───────────────────┘
 *
 * While frozen the height from which traffic fell is remembered, so that a long outage does not become the usual. What cannot be known is
 * taken for trouble; but nothing is taken to have fallen that was never seen.
 */
export function rememberFreezes(memory: ScalingMemory, situation: LayerSituation): ScalingMemory {
  const before = memory.freezes;
  let freezes: Record<string, FreezeMemory> | undefined;
  for (const freeze of situation.settings.scaleIn.freeze) {
    const judged = judge(freeze, before?.[freeze.name], situation);
    if (judged !== undefined) freezes = { ...freezes, [freeze.name]: judged };
  }
  return freezes === before ? memory : rememberAlso(memory, { freezes });
}

/** Which freeze keeps everybody, and why; undefined when none holds. */
export function frozenBecause(memory: ScalingMemory, situation: LayerSituation): string | undefined {
  for (const freeze of situation.settings.scaleIn.freeze) {
    const held = memory.freezes?.[freeze.name];
    if (held === undefined) continue;
    const { now } = situation;
    if (isBefore(held.seenAt, now)) {
      const until = clockTime(addSeconds(held.seenAt, freeze.forSeconds), now);
      return `"${freeze.name}" until ${until} (last seen at ${clockTime(held.seenAt, now)})`;
    }
    return `"${freeze.name}": ${sayFall(freeze, held.peak, situation)}, and ${sayTrouble(freeze.while, situation)}`;
  }
  return undefined;
}

function judge(freeze: Freeze, before: FreezeMemory | undefined, situation: LayerSituation): FreezeMemory | undefined {
  const { now } = situation;
  const peak = Math.max(before?.peak ?? Number.NEGATIVE_INFINITY, peakOf(freeze, situation));
  if (hasFallen(freeze, peak, situation) && isTrouble(freeze.while, situation)) return { peak, seenAt: now };
  if (before === undefined || secondsBetween(before.seenAt, now) >= freeze.forSeconds) return undefined;
  return { ...before, peak };
}

/** −∞ when nothing was seen. */
function peakOf({ kpi, withinSeconds }: Freeze, { readings }: LayerSituation): number {
  const peak = readings.get(kpi)?.peaks?.find((known) => known.withinSeconds === withinSeconds);
  return peak?.value ?? Number.NEGATIVE_INFINITY;
}

/** Only what was measured shows that traffic has not fallen: a stand-in for silence does not. */
function hasFallen({ kpi, fallsPercent }: Freeze, peak: number, { readings }: LayerSituation): boolean {
  if (!(peak > 0)) return false;
  const reading = readings.get(kpi);
  if (reading?.source !== 'measured' || reading.value === undefined) return true;
  return reading.value <= peak * (1 - fallsPercent / 100) + 1e-9 * peak;
}

function isTrouble(trouble: Trouble, { readings, others }: LayerSituation): boolean {
  if ('layer' in trouble) {
    const { desired, lost } = others.get(trouble.layer) ?? { desired: 0, lost: 0 };
    return desired > 0 && 100 * (lost ?? 0) >= trouble.unhealthyPercent * desired;
  }
  const value = readings.get(trouble.kpi)?.value;
  if (value === undefined) return true;
  return 'above' in trouble ? value > trouble.above : value < trouble.below;
}

function sayFall({ kpi }: Freeze, peak: number, { readings }: LayerSituation): string {
  const reading = readings.get(kpi);
  if (reading?.source !== 'measured' || reading.value === undefined) return `${kpi} was ${shown(peak)} and has no data`;
  return `${kpi} fell from ${shown(peak)} to ${shown(reading.value)}`;
}

function sayTrouble(trouble: Trouble, { readings, others }: LayerSituation): string {
  if ('layer' in trouble) {
    const { desired, lost } = others.get(trouble.layer) ?? { desired: 0, lost: 0 };
    return `${lost ?? 0} of ${desired} ${trouble.layer} are lost`;
  }
  const value = readings.get(trouble.kpi)?.value;
  if (value === undefined) return `there is no data for ${trouble.kpi}`;
  const edge = 'above' in trouble ? `above ${shown(trouble.above)}` : `below ${shown(trouble.below)}`;
  return `${trouble.kpi} ${shown(value)} is ${edge}`;
}
