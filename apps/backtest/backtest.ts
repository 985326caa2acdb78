import { addSeconds, type Instant, isBefore, secondsBetween } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import type { ParameterValue } from '../../core/application/fill-parameters.ts';
import type { Problem } from '../../core/application/problem.ts';
import type { LoadModel } from '../local/load-model.ts';
import { checkRecording } from './check-recording.ts';
import { type ColumnOptions, chooseSources, type KpiSource, type Sources } from './choose-sources.ts';
import { feedsFor } from './feeds-for.ts';
import { type LayerReport, layerReports, ranReports } from './layer-report.ts';
import { scaledModel } from './load-scale.ts';
import { capacityOf, type Needed, type NeededCapacity, neededInstances, neededOf } from './needed.ts';
import { type Conditions, type MakeProduct, play } from './play.ts';
import { applied } from './played-application.ts';
import { alarmsOf, recordedAlarms } from './recorded-alarms.ts';
import type { Recording } from './recording.ts';
import type { Window } from './score.ts';

/** One application file to try. */
export interface BacktestFile {
  readonly name: string;
  readonly application: Application;
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
}

/** What to try, on what, under which conditions. */
export interface BacktestRequest {
  /** One or more; the first says what one recorded instance was and how the load model is scaled. */
  readonly files: readonly BacktestFile[];
  readonly recording: Recording;
  readonly columns?: ColumnOptions;
  /** From launch to ready. Without it half of each layer's `readySeconds`, as deciding assumes before the first boot. */
  readonly bootSeconds?: number | undefined;
  readonly conditions: Omit<Conditions, 'bootSecondsOf'>;
  /** Instances of the front layer that the peak needs, for the load model. */
  readonly peakInstances?: number | undefined;
  /** Played and not scored: for rules that learn. */
  readonly learnDays?: number;
  /** The product to play; the pure functions without it. */
  readonly makeProduct?: MakeProduct;
}

/** What came of one file. */
export interface FileReport {
  readonly file: string;
  readonly layers: readonly LayerReport[];
  readonly refusedCalls: number;
  readonly kpis: readonly KpiSource[];
  readonly load: Sources['load'];
  /** By what the load model was scaled; undefined when it was not used. */
  readonly modelSays: string | undefined;
  readonly notes: readonly string[];
}

/** What came of all files, and what really ran where that was recorded. */
export interface BacktestReport {
  readonly files: readonly FileReport[];
  readonly ran: readonly LayerReport[];
  readonly start: Instant;
  readonly end: Instant;
  readonly scored: Window;
  readonly stepSeconds: number;
}

/** How far a back-test is. */
export interface BacktestProgress {
  readonly file: string;
  /** Of all files, 0 to 1. */
  readonly doneRatio: number;
}

/**
 * Plays application files on a recording in virtual time: the production code decides and plans, and what it would have cost and missed is added
 * up. Everything that cannot be played is told at once. Deterministic: the same request gives the same report.
 */
export async function backtest(
  request: BacktestRequest,
  onProgress: (progress: BacktestProgress) => void = () => undefined,
): Promise<BacktestReport | { readonly problems: readonly Problem[] }> {
  const { files, recording } = request;
  const wrong = checkRecording(request);
  if (wrong.length > 0) return { problems: wrong };
  const chosen = files.map(({ application }) => chooseSources(application, recording, request.columns));
  const problems = chosen.flatMap((sources, index) =>
    'problems' in sources ? within(files[index]?.name ?? '', sources.problems) : [],
  );
  if (problems.length > 0) return { problems };
  const scored = { from: addSeconds(recording.start, (request.learnDays ?? 0) * 86_400), until: recording.end };
  const prepared = files.flatMap((file, index) => {
    const sources = chosen[index];
    return sources === undefined || 'problems' in sources ? [] : [prepare(request, file, sources)];
  });
  const yardstick = yardstickOf(prepared);
  const reports: FileReport[] = [];
  for (const [index, file] of prepared.entries()) {
    const report = await playFile(request, { ...file, yardstick, scored }, (ratio) =>
      onProgress({ file: file.file.name, doneRatio: (index + ratio) / files.length }),
    );
    reports.push(report);
  }
  const application = files[0]?.application;
  const needed = neededFor(application, yardstick);
  const ran = ranReports({ recording, scored, needed, application });
  return {
    files: reports,
    ran,
    start: recording.start,
    end: recording.end,
    scored,
    stepSeconds: recording.stepSeconds,
  };
}

function within(file: string, problems: readonly Problem[]): readonly Problem[] {
  return problems.map((problem) => ({ ...problem, path: `${file}: ${problem.path}` }));
}

interface Prepared {
  readonly file: BacktestFile;
  readonly sources: Sources;
  readonly modelled: ReturnType<typeof modelFor>;
  readonly equivalents: ReadonlyMap<string, number>;
  readonly needed: ReadonlyMap<string, NeededCapacity>;
}

function prepare(request: BacktestRequest, file: BacktestFile, sources: Sources): Prepared {
  const { recording, files } = request;
  const { application } = file;
  const recordedCapacity = capacities(files[0]?.application ?? application);
  const equivalents = new Map(
    [...capacities(application)].map(([layer, capacity]) => [
      layer,
      capacity / (recordedCapacity.get(layer) ?? capacity),
    ]),
  );
  const modelled = modelFor(request, sources);
  const model = modelled?.model;
  const needed = neededOf({ application, recording, kpis: sources.kpis, model, equivalents, recordedCapacity });
  return { file, sources, modelled, equivalents, needed };
}

/** All files are measured by one rule: for each layer that of the first file which tells how much is needed. */
function yardstickOf(prepared: readonly Prepared[]): ReadonlyMap<string, NeededCapacity> {
  return new Map(prepared.toReversed().flatMap(({ needed }) => [...needed]));
}

function neededFor(
  application: Application | undefined,
  yardstick: ReadonlyMap<string, NeededCapacity>,
): ReadonlyMap<string, Needed> {
  return new Map(
    [...yardstick].map(([layer, needed]) => [layer, neededInstances(needed, capacityOf(application?.layers[layer]))]),
  );
}

async function playFile(
  request: BacktestRequest,
  of: Prepared & { readonly yardstick: ReadonlyMap<string, NeededCapacity>; readonly scored: Window },
  onProgress: (doneRatio: number) => void,
): Promise<FileReport> {
  const { recording, conditions, makeProduct } = request;
  const { sources, modelled, equivalents, scored } = of;
  const { application, parameters = {}, name } = of.file;
  const { start, end } = recording;
  const needed = neededFor(application, of.yardstick);
  const bootSecondsOf = (layer: string): number =>
    request.bootSeconds ?? (application.layers[layer]?.readySeconds ?? 0) / 2;
  const standing = standingCounts(application, { recording, needed, conditions, bootSecondsOf });
  const run = await play(
    {
      ...conditions,
      bootSecondsOf,
      played: applied(application, { parameters, at: start }),
      feeds: feedsFor(sources.kpis, { recording, model: modelled?.model, equivalents }),
      alarms: recordedAlarms(application, recording),
      standing,
      start,
      end,
    },
    { onProgress, ...(makeProduct && { makeProduct }) },
  );
  const silent = alarmsOf(application).filter((alarm) => !recording.columns.has(alarm));
  const alarmNotes = silent.map((alarm) => `No column ${alarm}: the alarm is taken to be OK throughout.`);
  return {
    file: name,
    layers: layerReports(run, { needed, start, scored }),
    refusedCalls: run.refusedCalls,
    kpis: sources.kpis,
    load: sources.load,
    modelSays: modelled?.says,
    notes: [...sources.notes, ...alarmNotes],
  };
}

/** A model of its own for each play: it holds the queues. */
function modelFor(
  request: BacktestRequest,
  sources: Sources,
): { readonly model: LoadModel; readonly says: string } | undefined {
  const { files, recording, columns, peakInstances } = request;
  const [first] = files;
  if (first === undefined || sources.demand === undefined) return undefined;
  if (!sources.kpis.some(({ from }) => from.kind === 'modelled')) return undefined;
  const firstSources = chooseSources(first.application, recording, columns);
  if ('problems' in firstSources) return undefined;
  return scaledModel(first.application, { recording, sources: firstSources, demand: sources.demand, peakInstances });
}

function capacities({ layers }: Application): ReadonlyMap<string, number> {
  return new Map(Object.entries(layers).map(([layer, settings]) => [layer, capacityOf(settings)]));
}

/**
 * The fleet at the start: as recorded; else what is needed until the first launch could serve, for no rule can do anything about that time; never
 * outside of the layer's bounds.
 */
function standingCounts(
  { layers }: Application,
  of: {
    readonly recording: Recording;
    readonly needed: ReadonlyMap<string, Needed>;
    readonly conditions: BacktestRequest['conditions'];
    readonly bootSecondsOf: (layer: string) => number;
  },
): ReadonlyMap<string, number> {
  const { recording, needed, conditions, bootSecondsOf } = of;
  return new Map(
    Object.entries(layers).map(([layer, { count }]) => {
      const recorded = recordedAt(recording, layer);
      const seconds = conditions.delaySeconds + bootSecondsOf(layer) + conditions.acknowledgeSeconds + 120;
      const first = firstNeeded(needed.get(layer), seconds);
      return [layer, Math.min(count.max, recorded ?? Math.max(count.min, first))];
    }),
  );
}

function recordedAt({ columns, start }: Recording, layer: string): number | undefined {
  const column = columns.get(`${layer}_in_service`);
  if (column === undefined || isBefore(start, column.start)) return undefined;
  const value = column.values[Math.floor(secondsBetween(column.start, start) / column.stepSeconds)] ?? Number.NaN;
  return Number.isNaN(value) ? undefined : Math.round(value);
}

function firstNeeded(needed: Needed | undefined, seconds: number): number {
  if (needed === undefined) return 1;
  const first = needed.values.subarray(0, Math.ceil(seconds / needed.stepSeconds));
  return first.reduce((most, value) => (Number.isNaN(value) ? most : Math.max(most, value)), 1);
}
