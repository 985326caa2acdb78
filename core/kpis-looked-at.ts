import type { Application } from './application/application-schema.ts';
import type { Layer } from './application/layer-schema.ts';
import type { Rule } from './application/rule-schema.ts';
import { rungsOf } from './application/rungs.ts';
import { oncePer } from './once-per.ts';

/** How much of a KPI is looked at. */
export interface Looks {
  /** The most periods that a rule looks at: N of its "M of N". */
  readonly periods: number;
  /** Over how long the highest value is asked for, by freezes; each once. */
  readonly peaksWithinSeconds: readonly number[];
}

/** Every KPI that something in the application looks at, in the order of the file. */
export function kpisLookedAt(application: Application): ReadonlyMap<string, Looks> {
  const found = new Map<string, Looks>();
  const look: Look = (kpi, { periods = 1, peakWithinSeconds }) => {
    const before = found.get(kpi) ?? { periods: 1, peaksWithinSeconds: [] };
    const peaks = new Set([
      ...before.peaksWithinSeconds,
      ...(peakWithinSeconds === undefined ? [] : [peakWithinSeconds]),
    ]);
    found.set(kpi, { periods: Math.max(periods, before.periods), peaksWithinSeconds: [...peaks] });
  };
  for (const layer of Object.values(application.layers)) lookAtLayer(layer, look);
  // What stands in is itself looked at; only while it is measured, so that its own stand-ins are of no use.
  for (const [kpi, { periods }] of [...found]) {
    for (const rung of rungsOf(application.kpis[kpi]?.missing ?? 'hold'))
      if ('kpi' in rung) look(rung.kpi, { periods });
  }
  return new Map(Object.keys(application.kpis).flatMap((kpi) => pairOf(kpi, found.get(kpi))));
}

/** The KPIs that one layer's decision is made from, each once, in the order in which they are named. */
export const kpisOfLayer = oncePer((layer: Layer): readonly string[] => {
  const kpis = new Set<string>();
  lookAtLayer(layer, (kpi) => kpis.add(kpi));
  return [...kpis];
});

/** The KPIs that one rule's wish is made from, its own first. */
export const kpisOfRule = oncePer((rule: Rule): readonly string[] => {
  const kpis = new Set<string>();
  lookForRule(rule, (kpi) => kpis.add(kpi));
  return [...kpis];
});

type Look = (kpi: string, much: { readonly periods?: number; readonly peakWithinSeconds?: number }) => void;

function lookAtLayer({ rules, scaleIn }: Layer, look: Look): void {
  for (const rule of rules) lookForRule(rule, look);
  for (const { kpi, withinSeconds, while: trouble } of scaleIn.freeze) {
    look(kpi, { peakWithinSeconds: withinSeconds });
    if ('kpi' in trouble) look(trouble.kpi, {});
  }
}

function lookForRule(rule: Rule, look: Look): void {
  if (!('kpi' in rule)) return;
  look(rule.kpi, { periods: 'periods' in rule ? Number(rule.periods.split(' of ')[1]) : 1 });
  if (!('shortfallPercent' in rule) || rule.demand === undefined) return;
  const { plus, backlog, saturatedWhen } = rule.demand;
  for (const kpi of plus) look(kpi, {});
  // By how much it grew: two periods.
  if (backlog !== undefined) look(backlog, { periods: 2 });
  for (const { kpi } of saturatedWhen) look(kpi, {});
}

function pairOf(kpi: string, looks: Looks | undefined): readonly (readonly [string, Looks])[] {
  return looks === undefined ? [] : [[kpi, looks]];
}
