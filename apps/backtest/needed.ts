import { addSeconds, type Instant } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import type { Kpi } from '../../core/application/kpi-schema.ts';
import type { Layer } from '../../core/application/layer-schema.ts';
import type { RiskRule, TargetValueRule } from '../../core/application/rule-schema.ts';
import { collectMetrics, plannedKpis } from '../../core/collect-metrics.ts';
import { evaluateExpression } from '../../core/metric-math/evaluate-expression.ts';
import { parseExpression } from '../../core/metric-math/parse-expression.ts';
import type { Sample, Series } from '../../core/samples.ts';
import type { LoadModel } from '../local/load-model.ts';
import type { KpiSource } from './choose-sources.ts';
import { gatheringOf } from './kpi-kinds.ts';
import { metricKey } from './live-metrics.ts';
import { type Recording, valuesOn } from './recording.ts';

/** How many instances of a layer were needed, step by step from the start of the recording; NaN where nobody knows. */
export interface Needed {
  readonly stepSeconds: number;
  readonly values: Float64Array;
  /** What they follow from, in words: the service level. */
  readonly says: string;
}

/** The same in units of capacity and not rounded, so that sizes can be compared by it. */
export interface NeededCapacity {
  readonly stepSeconds: number;
  readonly units: Float64Array;
  readonly says: string;
}

/** Whole instances of one capacity. */
export function neededInstances({ stepSeconds, units, says }: NeededCapacity, capacity: number): Needed {
  return { stepSeconds, values: wholes(units.map((unit) => unit / capacity)), says };
}

/** What `neededOf` works from. */
export interface NeededFrom {
  readonly application: Application;
  readonly recording: Recording;
  readonly kpis: readonly KpiSource[];
  /** Present when some KPI is modelled. */
  readonly model: LoadModel | undefined;
  /** How many instances of the model one of each layer stands for. */
  readonly equivalents: ReadonlyMap<string, number>;
  /** Capacity of one recorded instance, by layer. */
  readonly recordedCapacity: ReadonlyMap<string, number>;
}

/**
 * What keeps the promises of each layer's rules, of which one instance at least is needed: by the demand that one carries (risk rule), by recorded
 * value × recorded count ÷ limit (an average over instances), by a proportion that the file states (an expression over the layer's own count),
 * by the layer that it follows, or by the load model. The highest of several rules counts. A layer that none of this tells is absent.
 */
export function neededOf(from: NeededFrom): ReadonlyMap<string, NeededCapacity> {
  const found = new Map<string, Needed>();
  const { layers } = from.application;
  for (const [name, layer] of Object.entries(layers)) {
    const rules = layer.rules.flatMap((rule) => byRule(rule, { name, layer, from }) ?? []);
    const needed = mostOf(rules) ?? byModel(name, from);
    if (needed !== undefined) found.set(name, needed);
  }
  // Layers that follow others, however long the chain is.
  for (const _ of Object.keys(layers)) {
    for (const [name, layer] of Object.entries(layers)) {
      const followed = found.has(name) ? undefined : byFollowing(layer, found);
      if (followed !== undefined) found.set(name, followed);
    }
  }
  return new Map(
    [...found].map(([name, { stepSeconds, values, says }]) => {
      const capacity = capacityOf(layers[name]);
      return [name, { stepSeconds, units: values.map((value) => value * capacity), says }];
    }),
  );
}

interface Asked {
  readonly name: string;
  readonly layer: Layer;
  readonly from: NeededFrom;
}

function byRule(rule: Layer['rules'][number], asked: Asked): Needed | undefined {
  if ('shortfallPercent' in rule) return byDemand(rule, asked);
  if ('targetValue' in rule) return byRecordedCount(rule, asked) ?? byProportion(rule, asked);
  return undefined;
}

function byDemand(rule: RiskRule, { layer, from }: Asked): Needed | undefined {
  const carried = rule.perCapacityUnit * capacityOf(layer);
  const demand = withOneInService(rule.kpi, from);
  return (
    demand && {
      ...demand,
      values: divided(demand.values, carried),
      says: `${rule.kpi} ÷ ${short(carried)} that one carries`,
    }
  );
}

/** Above the tolerance the rule asks for more: that is the limit. */
function limitOf({ targetValue, tolerancePercent }: TargetValueRule): number {
  return targetValue * (1 + tolerancePercent / 100);
}

function byRecordedCount(rule: TargetValueRule, { name, layer, from }: Asked): Needed | undefined {
  const source = from.kpis.find(({ kpi }) => kpi === rule.kpi);
  if (source?.from.kind !== 'rescaled' || source.from.layer !== name) return undefined;
  const ratio = capacityOf(layer) / (from.recordedCapacity.get(name) ?? capacityOf(layer));
  const limit = limitOf(rule);
  const totals = totalsOf(source.from, { ...from.recording, stepSeconds: source.periodSeconds });
  const says = `recorded ${rule.kpi} × recorded count ÷ ${short(limit)} (target and tolerance)`;
  return { stepSeconds: source.periodSeconds, values: divided(totals, limit * ratio), says };
}

/** Value × count, where both are known. */
export function totalsOf(
  { column, counts }: Pick<Extract<KpiSource['from'], { kind: 'rescaled' }>, 'column' | 'counts'>,
  grid: { readonly start: Instant; readonly end: Instant; readonly stepSeconds: number },
): Float64Array {
  const values = valuesOn(grid, column, 'mean');
  const inService = valuesOn(grid, counts, 'mean');
  return values.map((value, index) => value * (inService[index] ?? Number.NaN));
}

/** A KPI that the file divides by the layer's own count: what it is with one in service, in proportion. */
function byProportion(rule: TargetValueRule, { name, from }: Asked): Needed | undefined {
  const kpi = from.application.kpis[rule.kpi];
  if (kpi === undefined || !('expression' in kpi) || !kpi.expression.includes(`${name}_in_service`)) return undefined;
  const alone = withOneInService(rule.kpi, from);
  const limit = limitOf(rule);
  return (
    alone && {
      ...alone,
      values: divided(alone.values, limit),
      says: `${rule.kpi} with one in service ÷ ${short(limit)} (target and tolerance)`,
    }
  );
}

/** A KPI over the whole recording as if one instance of each layer had served; undefined unless all that it refers to was recorded as it is. */
function withOneInService(kpi: string, { application, recording, kpis }: NeededFrom): Omit<Needed, 'says'> | undefined {
  const planned = plannedKpis(application).find((candidate) => candidate.kpi === kpi);
  const query = planned?.query ?? collectMetrics(application, recording.start).queryOf.get(kpi);
  if (planned === undefined || query === undefined) return undefined;
  const { start, end } = recording;
  const series = new Map<string, Series>();
  const gaps: Float64Array[] = [];
  for (const { id, metric, expression, periodSeconds } of planned.needed) {
    const grid = { start, end, stepSeconds: periodSeconds };
    if (metric === undefined) {
      const parsed = parseExpression(expression ?? '');
      if (parsed.kind === 'error') return undefined;
      const value = evaluateExpression(parsed, series, { from: start, until: end, periodSeconds });
      if ('kind' in value) return undefined;
      series.set(id, value);
    } else if (metric.namespace === 'Concertina') {
      series.set(id, seriesOf(valuesOn(grid, oneOf(recording), 'mean'), grid));
    } else {
      const source = kpis.find((candidate) => metricKey(candidate.metric) === metricKey(metric));
      if (source?.from.kind !== 'recorded') return undefined;
      const recorded = valuesOn(grid, source.from.column, gatheringOf(metric.stat));
      series.set(id, seriesOf(recorded, grid));
      if (!isAssumed(application.kpis[source.kpi])) gaps.push(recorded);
    }
  }
  const { periodSeconds } = query;
  const values = new Float64Array(Math.floor((end - start) / 1000 / periodSeconds)).fill(Number.NaN);
  for (const { at, value } of series.get(query.id)?.samples ?? [])
    values[Math.round((at - start) / 1000 / periodSeconds)] = value;
  // A value that stands in for a missing one is good for a decision; as a measure of what was needed it is none.
  return {
    stepSeconds: periodSeconds,
    values: values.map((value, index) => (gaps.some((gap) => Number.isNaN(gap[index])) ? Number.NaN : value)),
  };
}

/** Without a datapoint it is known what it stands for. */
function isAssumed(kpi: Kpi | undefined): boolean {
  return kpi !== undefined && kpi.missing !== 'hold' && 'assume' in kpi.missing;
}

function oneOf({ start, end }: Recording) {
  return { name: 'one', start, stepSeconds: 60, values: new Float64Array(Math.ceil((end - start) / 60_000)).fill(1) };
}

function seriesOf(
  values: Float64Array,
  { start, stepSeconds }: { readonly start: Instant; readonly stepSeconds: number },
): Series {
  const samples: Sample[] = [];
  for (const [index, value] of values.entries()) {
    if (!Number.isNaN(value)) samples.push({ at: addSeconds(start, index * stepSeconds), value });
  }
  return { periodSeconds: stepSeconds, samples };
}

function byModel(name: string, { kpis, model, recording, equivalents }: NeededFrom): Needed | undefined {
  const modelled = model?.layers.find(({ layer }) => layer === name);
  const isTold = kpis.some(({ from }) => from.kind === 'modelled' && from.layer === name);
  if (model === undefined || modelled === undefined || !isTold) return undefined;
  const stepSeconds = Math.min(60, recording.stepSeconds);
  const { arrivalsPerRequest, perInstancePerSecond, role } = modelled;
  const requests = Float64Array.from(
    { length: Math.floor((recording.end - recording.start) / 1000 / stepSeconds) },
    (_, step) => model.requestsPerSecond(step * stepSeconds),
  );
  const carried = (perInstancePerSecond * (equivalents.get(name) ?? 1)) / arrivalsPerRequest;
  const limit = role === 'worker' ? '80 % busy' : `95 % answered within ${model.sloSeconds} s`;
  return { stepSeconds, values: divided(requests, carried), says: `the load model: ${limit}` };
}

function byFollowing({ rules }: Layer, found: ReadonlyMap<string, Needed>): Needed | undefined {
  const follows = rules.flatMap((rule) => ('followLayer' in rule ? [rule] : []));
  return mostOf(
    follows.flatMap(({ followLayer, ratio }) => {
      const leader = found.get(followLayer);
      if (leader === undefined) return [];
      return [
        {
          ...leader,
          values: wholes(leader.values).map((count) => count * ratio),
          says: `${short(ratio)} for each ${followLayer} needed`,
        },
      ];
    }),
  );
}

/** The highest of several, on the steps of the first; those on other steps are left out. */
function mostOf([first, ...others]: readonly Needed[]): Needed | undefined {
  if (first === undefined) return undefined;
  const { stepSeconds } = first;
  const all = [first, ...others.filter((other) => other.stepSeconds === stepSeconds)];
  const values = first.values.map((_, index) =>
    all.reduce((most, other) => mostKnown(most, other.values[index] ?? Number.NaN), Number.NaN),
  );
  return { stepSeconds, values, says: all.map(({ says }) => says).join('; ') };
}

function mostKnown(a: number, b: number): number {
  return Number.isNaN(a) ? b : Math.max(a, Number.isNaN(b) ? a : b);
}

function divided(values: Float64Array, carried: number): Float64Array {
  return values.map((value) => value / carried);
}

/** At least one. Demands are products of measured numbers: a billionth above a whole number of instances is that number. */
function wholes(values: Float64Array): Float64Array {
  return values.map((value) => (Number.isNaN(value) ? value : Math.max(1, Math.ceil(value - 1e-9))));
}

/** Of one instance of a layer. */
export function capacityOf(layer: Layer | undefined): number {
  return layer?.sizes[0]?.capacity ?? 1;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
