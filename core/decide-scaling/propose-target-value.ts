import type { TargetValueRule } from '../application/rule-schema.ts';
import type { Proposal } from '../decision.ts';
import { isWithin, roundUp, shown } from '../rounding.ts';
import { desiredCount, type LayerSituation } from './layer-situation.ts';
import { servedFor, valueAt } from './served-for.ts';

/**
 * Keeps a KPI near its target by proportion: `needed = in service while it was measured × value ÷ target`, rounded up.
 *
 * - Within the tolerance, edges included: as many as are desired now.
 * - Above: `needed` from the fewest in service during the period. Those on their way count, so up to the desired count nothing is added.
 * - Below: `needed` from the most in service during the period, and on top of it everyone whom the period did not measure, on their way or too
 *   young: they are taken to carry the target, their idle start is no low load.
 * - Nobody in service while it was measured: above the target one instance is wanted, otherwise the KPI says nothing (stay).
 *
 * The proportion is the one of the Kubernetes HPA: kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale, "Algorithm details".
 */
export function proposeTargetValue(rule: TargetValueRule, situation: LayerSituation): Proposal {
  const reading = situation.readings.get(rule.kpi);
  if (reading?.value === undefined) return { rule: rule.name, kind: 'stay', because: `no data for ${rule.kpi}` };
  const desired = desiredCount(situation);
  const { fewest, most } = servedFor(reading, situation);
  const found = `${rule.kpi} ${shown(reading.value)} against ${shown(rule.targetValue)}`;
  const want = (count: number, because: string): Proposal => ({ rule: rule.name, kind: 'want', count, because });
  if (most === 0) {
    if (isAbove(rule, reading.value)) return want(Math.max(desired, 1), `${found} with none in service`);
    return { rule: rule.name, kind: 'stay', because: `${found}, but nobody was in service` };
  }
  if (isAbove(rule, reading.value)) {
    const share = (Math.max(fewest, 1) * reading.value) / rule.targetValue;
    const needed = roundUp(share);
    const rest = needed < desired ? `; ${desired} are asked for already` : '';
    return want(Math.max(needed, desired), `${found}: ${arithmetic(Math.max(fewest, 1), share)}${rest}`);
  }
  if (isWithin(reading.value, bandOf(rule))) {
    const close = `${rule.kpi} ${shown(reading.value)} is within ${shown(rule.tolerancePercent)} % of ${shown(rule.targetValue)}`;
    return want(desired, close);
  }
  const share = (most * reading.value) / rule.targetValue;
  const needed = Math.max(0, roundUp(share));
  const unmeasured = Math.max(0, desired - most);
  const more = unmeasured === 0 ? '' : `, and ${unmeasured} not measured yet`;
  const rest = needed > desired ? `; below the target nobody is added` : '';
  return want(Math.min(needed + unmeasured, desired), `${found}: ${arithmetic(most, share)}${more}${rest}`);

  function arithmetic(count: number, result: number): string {
    return `${count} × ${shown(reading?.value ?? 0)} ÷ ${shown(rule.targetValue)} = ${shown(result)}`;
  }
}

/** Whether the rule, asked again with `count` in service and the same load, would at once ask for more. */
export function targetValueGrowsAt(rule: TargetValueRule, situation: LayerSituation, count: number): boolean {
  const reading = situation.readings.get(rule.kpi);
  if (reading?.value === undefined) return false;
  const { most } = servedFor(reading, situation);
  return isAbove(rule, valueAt(reading.value, { served: most, count }));
}

function isAbove(rule: TargetValueRule, value: number): boolean {
  return value > rule.targetValue && !isWithin(value, bandOf(rule));
}

function bandOf(rule: TargetValueRule): { readonly target: number; readonly distance: number } {
  return { target: rule.targetValue, distance: (rule.targetValue * rule.tolerancePercent) / 100 };
}
