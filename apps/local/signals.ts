import type { MetricName } from '../../adapters/memory/metric-store.ts';
import type { Application } from '../../core/application/application-schema.ts';
import type { Kpi } from '../../core/application/kpi-schema.ts';

/** What the load model can tell of a layer. */
export type Signal = 'requests' | 'errors' | 'cpuPercent' | 'responseSeconds' | 'backlog' | 'ageSeconds';

/** A CloudWatch metric that the local world feeds, and what it feeds it with. */
export interface Feed {
  readonly metric: MetricName;
  readonly signal: Signal;
  readonly layer: string;
}

/** What the local world makes of an application's KPIs. */
export interface Feeds {
  readonly feeds: readonly Feed[];
  /** KPIs whose metric no signal stands for: they have no data, as in an account that does not publish them. */
  readonly unfed: readonly string[];
}

/** Which signal a metric is, by its name: the names of AWS's own metrics and their like. The first that fits counts. */
const namedAs: readonly (readonly [RegExp, Signal])[] = [
  [/cpu/i, 'cpuPercent'],
  [/oldest|age(Seconds)?$/i, 'ageSeconds'],
  [/backlog|queue|messages/i, 'backlog'],
  [/5xx|error|fault|fail/i, 'errors'],
  [/response|latency|duration|p9\d/i, 'responseSeconds'],
  [/request/i, 'requests'],
];

/** The metric behind each KPI that has one, fed with what the load model knows. */
export function feedsOf(application: Application): Feeds {
  const users = layersByKpi(application);
  const feeds = new Map<string, Feed>();
  const unfed: string[] = [];
  for (const [name, kpi] of Object.entries(application.kpis)) {
    const metric = metricOf(kpi, { name, application: application.application });
    if (metric === undefined) continue;
    const signal = signalNamed(metric.name);
    const layer = layerIn(metric, application) ?? users.get(name) ?? Object.keys(application.layers)[0];
    if (signal === undefined || layer === undefined) unfed.push(name);
    else feeds.set(JSON.stringify(metric), { metric, signal, layer });
  }
  return { feeds: [...feeds.values()], unfed };
}

/** Layers whose rules look at a signal, directly or through an expression. */
export function layersLookingAt(application: Application, signals: readonly Signal[]): ReadonlySet<string> {
  const { feeds } = feedsOf(application);
  return new Set(feeds.filter(({ signal }) => signals.includes(signal)).map(({ layer }) => layer));
}

function signalNamed(name: string): Signal | undefined {
  return namedAs.find(([pattern]) => pattern.test(name))?.[1];
}

function metricOf(kpi: Kpi, of: { readonly name: string; readonly application: string }): MetricName | undefined {
  if ('metric' in kpi) {
    const { namespace, name, dimensions } = kpi.metric;
    return { namespace, name, dimensions };
  }
  if (!('pushed' in kpi)) return undefined;
  return { namespace: 'Concertina/Pushed', name: of.name, dimensions: { Application: of.application } };
}

/** A dimension whose value is a layer's name. */
function layerIn({ dimensions }: MetricName, { layers }: Application): string | undefined {
  return Object.values(dimensions).find((value) => value in layers);
}

/** The first layer whose rules look at each KPI; an expression looks at what it names. */
function layersByKpi({ layers, kpis }: Application): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  const use = (kpi: string, layer: string): void => {
    if (users.has(kpi)) return;
    users.set(kpi, layer);
    const definition = kpis[kpi];
    if (definition === undefined || !('expression' in definition)) return;
    for (const [name] of definition.expression.matchAll(/[a-z]\w*/g)) if (name in kpis) use(name, layer);
  };
  for (const [layer, { rules }] of Object.entries(layers)) {
    for (const rule of rules) if ('kpi' in rule) use(rule.kpi, layer);
  }
  return users;
}
