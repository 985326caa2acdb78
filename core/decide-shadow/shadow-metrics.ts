import type { Application } from '../application/application-schema.ts';
import type { Layer } from '../application/layer-schema.ts';
import type { Rule } from '../application/rule-schema.ts';
import { plannedKpis } from '../collect-metrics.ts';
import type { Readings } from '../readings.ts';

const trialOf = new WeakMap<Application, Application | undefined>();

/**
 * The application as its shadow rules alone would ask for metrics: what the live rules ask anyway is left out, and so is a layer without a shadow. A plan
 * of its own, so that a metric that CloudWatch refuses never blinds the live rules. Undefined when there is nothing to ask. The same object for the
 * same application.
 */
export function shadowMetrics(application: Application): Application | undefined {
  if (trialOf.has(application)) return trialOf.get(application);
  const live = new Map(plannedKpis(application).map(({ kpi, periods }) => [kpi, periods]));
  const isServed = (rule: Rule): boolean => !('kpi' in rule) || (live.get(rule.kpi) ?? 0) >= periodsOf(rule);
  let isNeeded = false;
  const layers = Object.entries(application.layers).map(([name, { shadow, ...layer }]) => {
    const rules = (shadow?.rules ?? []).filter((rule) => !isServed(rule));
    if (rules.length > 0) isNeeded = true;
    const onTrial: Layer = { ...layer, rules, scaleIn: { ...layer.scaleIn, freeze: [] } };
    return [name, onTrial] as const;
  });
  const trial = isNeeded ? { ...application, layers: Object.fromEntries(layers) } : undefined;
  trialOf.set(application, trial);
  return trial;
}

/**
 * What the shadow rules see before it is put in relation to their own fleet: the live readings, and where they look at more, what was asked for them.
 * `trial` is the application of `shadowMetrics`.
 */
export function shadowReadings(live: Readings, trial: Application, asked: Readings): Readings {
  const readings = new Map(live);
  for (const { rules } of Object.values(trial.layers)) {
    for (const rule of rules) {
      const own = 'kpi' in rule ? asked.get(rule.kpi) : undefined;
      if (own === undefined) continue;
      // Freezes are those of the live layer: what they look at was asked for there.
      const peaks = live.get(own.kpi)?.peaks;
      readings.set(own.kpi, peaks === undefined ? own : { ...own, peaks });
    }
  }
  return readings;
}

/** Alarms that shadow rules look at and no live rule does. They are asked for, and wake nobody. */
export function shadowAlarms(application: Application): readonly string[] {
  const layers = Object.values(application.layers);
  const live = new Set(layers.flatMap(({ rules }) => rules.flatMap(alarmOf)));
  const names = layers.flatMap(({ shadow }) => (shadow?.rules ?? []).flatMap(alarmOf));
  return [...new Set(names)].filter((name) => !live.has(name));
}

function alarmOf(rule: Rule): readonly string[] {
  return 'alarm' in rule ? [rule.alarm] : [];
}

function periodsOf(rule: Rule): number {
  return 'periods' in rule ? Number(rule.periods.split(' of ')[1]) : 1;
}
