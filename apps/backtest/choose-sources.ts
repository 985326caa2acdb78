import type { Instant } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import { oneOfNames, type Problem, quoted } from '../../core/application/problem.ts';
import { collectMetrics } from '../../core/collect-metrics.ts';
import { feedsOf, type Signal } from '../local/signals.ts';
import { type InferredKind, inferKind, type KpiKind } from './kpi-kinds.ts';
import { type Metric, metricKey } from './live-metrics.ts';
import type { Column, Recording } from './recording.ts';

/** The column that needs no KPI's name. */
export const loadColumn = 'load';

/** What the user said about the columns. */
export interface ColumnOptions {
  /** The KPI that the column `load` is. */
  readonly kpi?: string | undefined;
  readonly kinds?: ReadonlyMap<string, KpiKind>;
}

/** Where the datapoints of a KPI come from. */
export type SourceFrom =
  | { readonly kind: 'recorded'; readonly column: Column }
  | { readonly kind: 'rescaled'; readonly column: Column; readonly layer: string; readonly counts: Column }
  | { readonly kind: 'modelled'; readonly layer: string; readonly signal: Signal };

/** One metric that the rules need. */
export interface KpiSource extends InferredKind {
  readonly kpi: string;
  readonly metric: Metric;
  /** The shortest period that it is asked at. */
  readonly periodSeconds: number;
  readonly from: SourceFrom;
}

/** Sources of everything that the rules of one file look at. */
export interface Sources {
  readonly kpis: readonly KpiSource[];
  /** What moves the load model, when the recording holds it. */
  readonly demand: Column | undefined;
  /** The KPI that the column `load` is taken for, and why. */
  readonly load: { readonly kpi: string | undefined; readonly because: string } | undefined;
  /** What people should know before they believe the result. */
  readonly notes: readonly string[];
}

interface Asked {
  readonly kpi: string;
  readonly metric: Metric;
  readonly periodSeconds: number;
  readonly signal: Signal | undefined;
  readonly layer: string;
}

/** Finds a source for every metric that a rule needs; all problems at once. */
export function chooseSources(
  application: Application,
  recording: Recording,
  options: ColumnOptions = {},
): Sources | { readonly problems: readonly Problem[] } {
  const asked = askedMetrics(application, recording.start);
  const wrong = checkOptions(application, options);
  if (wrong.length > 0) return { problems: wrong };
  const load = recording.columns.has(loadColumn) ? loadKpi(application, asked, options) : undefined;
  const named = (kpi: string): Column | undefined =>
    recording.columns.get(kpi) ?? (load?.kpi === kpi ? recording.columns.get(loadColumn) : undefined);
  const demand = recording.columns.get(loadColumn) ?? demandColumn(application, asked, named);
  const problems: Problem[] = [];
  const notes: string[] = [];
  const kpis = asked.flatMap((metric): readonly KpiSource[] => {
    const { kpi, signal } = metric;
    const given = options.kinds?.get(kpi);
    const inferred = inferKind(metric.metric, { kpi: application.kpis[kpi], signal, given });
    const from = sourceOf(metric, { inferred, column: named(kpi), demand, recording, notes });
    if ('allowed' in from) problems.push(from);
    return 'allowed' in from
      ? []
      : [{ kpi, metric: metric.metric, periodSeconds: metric.periodSeconds, ...inferred, from }];
  });
  if (problems.length > 0) return { problems };
  return { kpis, demand, load, notes: [...notes, ...unusedNotes(recording, { kpis, demand, application })] };
}

/** Every metric that the plan of an evaluation asks, each once, our own left out. */
function askedMetrics(application: Application, at: Instant): readonly Asked[] {
  const signals = new Map(feedsOf(application).feeds.map((feed) => [nameKey(feed.metric), feed]));
  const found = new Map<string, Asked>();
  for (const { metric, periodSeconds } of collectMetrics(application, at).calls.flat()) {
    if (metric === undefined || metric.namespace === 'Concertina') continue;
    const key = metricKey(metric);
    const known = found.get(key);
    const feed = signals.get(nameKey(metric));
    found.set(key, {
      kpi: known?.kpi ?? kpiOf(application, metric),
      metric,
      periodSeconds: Math.min(periodSeconds, known?.periodSeconds ?? periodSeconds),
      signal: feed?.signal,
      layer: feed?.layer ?? Object.keys(application.layers)[0] ?? '',
    });
  }
  return [...found.values()];
}

function nameKey({ namespace, name, dimensions }: Omit<Metric, 'stat'>): string {
  return metricKey({ namespace, name, stat: '', dimensions });
}

/** The KPI of the file that a metric is. A pushed one is named as it is. */
export function kpiOf({ kpis }: Application, metric: Metric): string {
  const key = metricKey(metric);
  const named = Object.entries(kpis).find(([, kpi]) => 'metric' in kpi && metricKey(kpi.metric) === key);
  return named?.[0] ?? metric.name;
}

function checkOptions({ kpis }: Application, { kpi, kinds }: ColumnOptions): readonly Problem[] {
  const names = [
    ...(kpi === undefined ? [] : [['--kpi', kpi] as const]),
    ...[...(kinds?.keys() ?? [])].map((name) => ['--kind', name] as const),
  ];
  return names.flatMap(([path, name]) =>
    Object.hasOwn(kpis, name)
      ? []
      : [{ path, found: JSON.stringify(name), allowed: oneOfNames('KPIs', Object.keys(kpis)) }],
  );
}

/** Which KPI the column `load` is. None when every candidate is something that load causes rather than load itself. */
function loadKpi(application: Application, asked: readonly Asked[], { kpi, kinds }: ColumnOptions): Sources['load'] {
  if (kpi !== undefined) return { kpi, because: 'as --kpi says' };
  const totals = asked.filter(
    ({ kpi: name, metric, signal }) =>
      inferKind(metric, { kpi: application.kpis[name], signal, given: kinds?.get(name) }).kind === 'total',
  );
  const rules = Object.values(application.layers).flatMap((layer) => layer.rules);
  const risk = totals.find(({ kpi: name }) => rules.some((rule) => 'shortfallPercent' in rule && rule.kpi === name));
  if (risk !== undefined) return { kpi: risk.kpi, because: 'a rule with a shortfallPercent looks at it' };
  const requests = totals.find(({ signal }) => signal === 'requests');
  if (requests !== undefined) return { kpi: requests.kpi, because: `its metric is ${requests.metric.name}` };
  const [only] = totals;
  if (asked.length === 1 && only !== undefined) return { kpi: only.kpi, because: 'it is the only metric' };
  const target = totals.find(
    ({ kpi: name, signal }) => signal === undefined && rules.some((rule) => 'targetValue' in rule && rule.kpi === name),
  );
  if (target !== undefined) return { kpi: target.kpi, because: 'a rule with a targetValue looks at it' };
  return { kpi: undefined, because: 'no KPI of a rule counts it; --kpi would say which does' };
}

/** Without a column `load`: what users bring, as a KPI counts it. */
function demandColumn(
  { layers }: Application,
  asked: readonly Asked[],
  named: (kpi: string) => Column | undefined,
): Column | undefined {
  const rules = Object.values(layers).flatMap((layer) => layer.rules);
  const counting = asked.filter(
    ({ kpi, signal }) => signal === 'requests' || rules.some((rule) => 'shortfallPercent' in rule && rule.kpi === kpi),
  );
  return counting.flatMap(({ kpi }) => named(kpi) ?? [])[0];
}

interface Choice {
  readonly inferred: InferredKind;
  readonly column: Column | undefined;
  readonly demand: Column | undefined;
  readonly recording: Recording;
  readonly notes: string[];
}

function sourceOf(asked: Asked, choice: Choice): SourceFrom | Problem {
  const { inferred, column, demand, recording, notes } = choice;
  const { kpi, layer, signal } = asked;
  const modelled =
    demand === undefined || signal === undefined ? undefined : ({ kind: 'modelled', layer, signal } as const);
  if (column === undefined) return modelled ?? missingColumn(asked, recording);
  if (inferred.kind === 'total') return { kind: 'recorded', column };
  const counts = recording.columns.get(`${layer}_in_service`);
  if (inferred.kind === 'per-instance' && counts !== undefined) return { kind: 'rescaled', column, layer, counts };
  if (modelled !== undefined) {
    if (column.name !== loadColumn)
      notes.push(`The column ${kpi} is left aside: it shows the fleet of its time, so the load model tells ${kpi}.`);
    return modelled;
  }
  if (inferred.kind === 'response') {
    notes.push(
      `${kpi} is taken as it was recorded, although another fleet would have answered otherwise: no column tells the load.`,
    );
    return { kind: 'recorded', column };
  }
  return {
    path: `column ${kpi}`,
    found: `an average over instances (${inferred.because})`,
    allowed: `a column ${layer}_in_service beside it, or one that tells the load`,
    message: `--kind ${kpi}=total takes it as it is`,
  };
}

function missingColumn({ kpi, metric }: Asked, { columns }: Recording): Problem {
  return {
    path: `kpis.${kpi}`,
    found: `no column ${kpi}; there are ${quoted([...columns.keys()])}`,
    allowed: `a column ${kpi} with ${metric.stat} of ${metric.name}, or one that tells the load`,
    message: `--kpi ${kpi} takes the column load for it, --ignore ${kpi} leaves the rules on it out`,
  };
}

function unusedNotes(
  { columns }: Recording,
  { kpis, demand, application }: Pick<Sources, 'kpis' | 'demand'> & { readonly application: Application },
): readonly string[] {
  const used = new Set<string>(Object.keys(application.layers).map((layer) => `${layer}_in_service`));
  const alarms = Object.values(application.layers).flatMap(({ rules }) =>
    rules.flatMap((rule) => ('alarm' in rule ? [rule.alarm] : [])),
  );
  for (const name of [...alarms, ...kpis.map(({ kpi }) => kpi), ...(demand === undefined ? [] : [demand.name])])
    used.add(name);
  for (const { from } of kpis) if (from.kind !== 'modelled') used.add(from.column.name);
  const unused = [...columns.keys()].filter((name) => !used.has(name));
  return unused.length === 0
    ? []
    : [`No rule needs the ${unused.length === 1 ? 'column' : 'columns'} ${unused.join(', ')}.`];
}
