import type { Application } from '../../core/application/application-schema.ts';
import { LoadModel } from '../local/load-model.ts';
import { ordinaryInstance, saturationPerSecond } from '../local/response-times.ts';
import type { Trace } from '../local/trace.ts';
import type { KpiSource, Sources } from './choose-sources.ts';
import { totalsOf } from './needed.ts';
import { type Column, type Recording, valuesOn } from './recording.ts';

/** The load model of a back-test, and by what its load was scaled, in words. */
export interface ScaledModel {
  readonly model: LoadModel;
  readonly says: string;
}

/**
 * The load model for all files of a comparison, made from the first of them. How much of the load one of its instances carries: as `peakInstances`
 * says, else by the risk rule of its front layer, else by the recorded CPU, else so that the peak needs 60 % of the front layer's `max`.
 */
export function scaledModel(
  application: Application,
  {
    recording,
    sources,
    demand,
    peakInstances,
  }: {
    readonly recording: Recording;
    readonly sources: Sources;
    readonly demand: Column;
    readonly peakInstances: number | undefined;
  },
): ScaledModel {
  const trace = traceOf(demand, recording);
  const plain = new LoadModel(application, trace, { startSecond: 0 });
  const peak = Math.max(
    Number.MIN_VALUE,
    trace.load.reduce((most, load) => Math.max(most, load), 0),
  );
  const perInstance = plain.layers.find(({ layer }) => layer === plain.front)?.perInstancePerSecond ?? 1;
  const scaled = (requestsPerSecondPerLoad: number, says: string): ScaledModel => ({
    model: new LoadModel(application, trace, { startSecond: 0, requestsPerSecondPerLoad }),
    says,
  });
  if (peakInstances !== undefined) {
    return scaled(
      (peakInstances * perInstance) / peak,
      `the peak needs ${peakInstances} ${plain.front} instances, as --peak says`,
    );
  }
  const carried = carriedPerSecond(application, plain.front, sources);
  if (carried !== undefined) {
    return scaled(
      perInstance / (carried * demand.stepSeconds),
      `one ${plain.front} instance carries what its risk rule says`,
    );
  }
  const measured = measuredScale(recording, { demand, kpis: sources.kpis, front: plain.front });
  if (measured !== undefined) return scaled(measured, `by the CPU that was recorded of ${plain.front}`);
  const peakNeeds = plain.layers.find(({ layer }) => layer === plain.front)?.peakInstances ?? 1;
  return {
    model: plain,
    says: `the peak needs ${peakNeeds} ${plain.front} instances, 60 % of its max; --peak N says otherwise`,
  };
}

/** Steps of a minute at most; a missing load goes on as it was. */
function traceOf(demand: Column, { start, end }: Recording): Trace {
  const stepSeconds = Math.min(60, demand.stepSeconds);
  const load = valuesOn({ start, end, stepSeconds }, demand, 'mean');
  for (let step = 0; step < load.length; step += 1) {
    if (Number.isNaN(load[step])) load[step] = load[step - 1] ?? 0;
  }
  return { name: demand.name, stepSeconds, recordedStepSeconds: demand.stepSeconds, load };
}

/** Demand a second that one instance of the front layer carries, when a risk rule on the demand itself says so. */
function carriedPerSecond({ layers }: Application, front: string, { kpis, demand }: Sources): number | undefined {
  const settings = layers[front];
  for (const rule of settings?.rules ?? []) {
    if (!('shortfallPercent' in rule)) continue;
    const source = kpis.find(({ kpi }) => kpi === rule.kpi);
    if (source?.from.kind !== 'recorded' || source.from.column !== demand) continue;
    return (rule.perCapacityUnit * (settings?.sizes[0]?.capacity ?? 1)) / source.periodSeconds;
  }
  return undefined;
}

/** The model's instance is as busy as the recorded ones were, over the whole recording. */
function measuredScale(
  recording: Recording,
  { demand, kpis, front }: { readonly demand: Column; readonly kpis: readonly KpiSource[]; readonly front: string },
): number | undefined {
  const source = kpis.find(
    ({ from, metric }) => from.kind === 'rescaled' && from.layer === front && /cpu/i.test(metric.name),
  );
  if (source?.from.kind !== 'rescaled') return undefined;
  const grid = { start: recording.start, end: recording.end, stepSeconds: recording.stepSeconds };
  const busy = totalsOf(source.from, grid);
  const loads = valuesOn(grid, demand, 'mean');
  let [busySum, loadSum] = [0, 0];
  for (const [index, load] of loads.entries()) {
    const value = busy[index] ?? Number.NaN;
    if (Number.isNaN(value) || Number.isNaN(load)) continue;
    busySum += value;
    loadSum += load;
  }
  if (!(busySum > 0 && loadSum > 0)) return undefined;
  return ((busySum / 100) * saturationPerSecond(ordinaryInstance)) / loadSum;
}
