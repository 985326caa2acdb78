import type { Application } from '../../core/application/application-schema.ts';
import type { Layer } from '../../core/application/layer-schema.ts';
import { loadWithin, ordinaryInstance, ResponseTimes } from './response-times.ts';
import { Score } from './score.ts';
import { layersLookingAt } from './signals.ts';
import { type LayerSample, ServingStation, type Station, WorkingStation } from './stations.ts';
import { loadAt, peakLoad, type Trace, traceSeconds } from './trace.ts';

/** What a layer does: it answers the users, takes work from a queue that those requests fill, or serves the layer in front of it. */
export type LayerRole = 'front' | 'worker' | 'behind';

/** One layer whose queueing is modelled. */
export interface ModelledLayer {
  readonly layer: string;
  readonly role: LayerRole;
  /** The front layer whose requests make this layer's load; itself, for a front layer. */
  readonly front: string;
  /** Instances that the peak of the trace needs. */
  readonly peakInstances: number;
  /** What one instance takes within the service level. */
  readonly perInstancePerSecond: number;
  /** Of each request that the front layer answers (or gets, for itself), how much arrives here. */
  readonly arrivalsPerRequest: number;
}

/** The peak of the trace needs this share of a layer's `max`: high enough to be seen, low enough to be mended. */
export const peakShareOfMax = 0.6;
/** 95 % of requests are answered within this, unless a rule on response times begins lower or higher. */
const ordinarySloSeconds = 0.5;
/** Pieces of work that one instance of a worker layer does a second. */
const workPerSecond = 2;
/** Share of that which a worker layer is planned with. */
const workerUtilisation = 0.8;

/** The load of every layer over time, from the trace and from what is in service. Seconds count from the start of the trace. */
export class LoadModel {
  readonly layers: readonly ModelledLayer[];
  /** 95 % of the requests are to be answered within this. */
  readonly sloSeconds: number;
  /** Requests a second for each unit of the trace. */
  readonly requestsPerSecondPerLoad: number;
  /** How the first front layer did. */
  readonly score: Score;
  readonly #trace: Trace;
  readonly #stations: ReadonlyMap<string, Station>;
  readonly #inService = new Map<string, number>();
  #second: number;

  /** `requestsPerSecondPerLoad` where it is known; else the peak of the trace needs `peakShareOfMax` of the first front layer. */
  constructor(
    application: Application,
    trace: Trace,
    {
      startSecond,
      requestsPerSecondPerLoad,
    }: { readonly startSecond: number; readonly requestsPerSecondPerLoad?: number | undefined },
  ) {
    this.#trace = trace;
    this.#second = startSecond;
    this.sloSeconds = sloSecondsOf(application);
    const perInstancePerSecond = loadWithin(ordinaryInstance, this.sloSeconds);
    if (perInstancePerSecond === 0) throw new RangeError(`no instance answers 95 % within ${this.sloSeconds} s`);
    const fronts = frontsOf(application);
    const first = layerOf(application, fronts[0]);
    const peak = Math.max(peakLoad(trace), Number.MIN_VALUE);
    this.requestsPerSecondPerLoad = requestsPerSecondPerLoad ?? (peakInstances(first) * perInstancePerSecond) / peak;
    this.layers = modelledLayers(application, { fronts, perInstancePerSecond });
    const times = new ResponseTimes(ordinaryInstance);
    this.#stations = new Map(
      this.layers.map(({ layer, role }) => [
        layer,
        role === 'worker' ? new WorkingStation(workPerSecond) : new ServingStation(times),
      ]),
    );
    this.score = new Score(perInstancePerSecond);
  }

  /** The layer that is scored. */
  get front(): string {
    return this.layers.find(({ role }) => role === 'front')?.layer ?? '';
  }

  /** Requests a second of the users at a second of the trace. */
  requestsPerSecond(second: number): number {
    return loadAt(this.#trace, second) * this.requestsPerSecondPerLoad;
  }

  /** Up to where it was advanced. */
  get second(): number {
    return this.#second;
  }

  inService(layer: string): number {
    return this.#inService.get(layer) ?? 0;
  }

  /** From `second` on. */
  setInService(layer: string, count: number, second: number): void {
    this.advanceTo(second);
    this.#inService.set(layer, count);
  }

  advanceTo(second: number): void {
    while (this.#second < second) {
      const stepEnd = (Math.floor(this.#second / this.#trace.stepSeconds + 1e-9) + 1) * this.#trace.stepSeconds;
      const end = Math.min(stepEnd, second);
      this.#advance(end - this.#second);
      this.#second = end;
    }
  }

  /** What the layer did since its last sample. */
  takeSample(layer: string): LayerSample {
    const station = this.#stations.get(layer);
    if (station === undefined) throw new Error(`there is no layer ${layer}`);
    return station.takeSample();
  }

  #advance(seconds: number): void {
    const requestsPerSecond = this.requestsPerSecond(this.#second);
    if (this.#second >= 0 && this.#second < traceSeconds(this.#trace)) {
      this.score.add({ seconds, arrivalsPerSecond: requestsPerSecond, inService: this.inService(this.front) });
    }
    const answered = new Map<string, number>();
    for (const { layer, role, front, arrivalsPerRequest } of this.layers) {
      const requests = role === 'front' ? requestsPerSecond : (answered.get(front) ?? 0);
      const span = { seconds, arrivalsPerSecond: requests * arrivalsPerRequest, inService: this.inService(layer) };
      answered.set(layer, this.#stations.get(layer)?.advance(span) ?? 0);
    }
  }
}

/** The lowest response time at which a rule adds instances; 0.5 s without such a rule. */
export function sloSecondsOf(application: Application): number {
  const starts = Object.values(application.layers).flatMap(({ rules }) =>
    rules.flatMap((rule) => {
      if (!('steps' in rule) || !/p9\d|response|latency/i.test(rule.kpi)) return [];
      return rule.steps.flatMap((step) => ('from' in step ? [step.from] : []));
    }),
  );
  return starts.length === 0 ? ordinarySloSeconds : Math.min(...starts);
}

/** Front layers first: what they answer is the load of the others. */
function modelledLayers(
  application: Application,
  { fronts, perInstancePerSecond }: { readonly fronts: readonly string[]; readonly perInstancePerSecond: number },
): readonly ModelledLayer[] {
  const workers = layersLookingAt(application, ['backlog', 'ageSeconds']);
  const firstPeak = peakInstances(layerOf(application, fronts[0])) * perInstancePerSecond;
  const modelled = Object.entries(application.layers).map(([layer, settings]): ModelledLayer => {
    const role = fronts.includes(layer) ? 'front' : workers.has(layer) ? 'worker' : 'behind';
    const perSecond = role === 'worker' ? workPerSecond * workerUtilisation : perInstancePerSecond;
    const front = role === 'front' ? layer : frontOf(settings, fronts);
    const frontPeak = role === 'front' ? firstPeak : peakInstances(layerOf(application, front)) * perInstancePerSecond;
    const peak = peakInstances(settings);
    const arrivalsPerRequest = (peak * perSecond) / frontPeak;
    return { layer, role, front, peakInstances: peak, perInstancePerSecond: perSecond, arrivalsPerRequest };
  });
  return [...modelled.filter(({ role }) => role === 'front'), ...modelled.filter(({ role }) => role !== 'front')];
}

/** Layers whose rules look at what users notice; without any, the first layer of the file. */
function frontsOf(application: Application): readonly string[] {
  const fronts = layersLookingAt(application, ['responseSeconds', 'errors', 'requests']);
  const names = Object.keys(application.layers);
  const found = names.filter((name) => fronts.has(name));
  return found.length > 0 ? found : names.slice(0, 1);
}

function frontOf({ rules }: Layer, fronts: readonly string[]): string {
  const followed = rules.flatMap((rule) => ('followLayer' in rule ? [rule.followLayer] : []));
  return followed.find((layer) => fronts.includes(layer)) ?? fronts[0] ?? '';
}

function peakInstances({ count }: Layer): number {
  return Math.max(1, Math.round(peakShareOfMax * count.max));
}

function layerOf(application: Application, name: string | undefined): Layer {
  const layer = name === undefined ? undefined : application.layers[name];
  if (layer === undefined) throw new Error(`there is no layer ${name}`);
  return layer;
}
