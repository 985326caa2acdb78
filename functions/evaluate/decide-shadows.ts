import type { Ports } from '../../adapters/ports.ts';
import type { Instant } from '../../core/amounts.ts';
import type { Application } from '../../core/application/application-schema.ts';
import { shadowSettings } from '../../core/application/shadow-settings.ts';
import { collectMetrics, type MetricPlan } from '../../core/collect-metrics.ts';
import { computeKpis } from '../../core/compute-kpis.ts';
import type { SituatedLayer } from '../../core/decide-layers.ts';
import { decideShadow } from '../../core/decide-shadow/decide-shadow.ts';
import { recordShadow } from '../../core/decide-shadow/record-shadow.ts';
import { shadowAlarms, shadowMetrics, shadowReadings } from '../../core/decide-shadow/shadow-metrics.ts';
import type { AlarmReadings, Readings } from '../../core/readings.ts';
import type { FileRecord } from '../../core/records.ts';
import type { Stored } from '../../core/stored.ts';
import { type Answers, gather } from './gather.ts';

/** What only the shadow rules of an application ask of the world, and the answers. */
export interface ShadowAnswers {
  readonly trial: Application | undefined;
  readonly plan: MetricPlan | undefined;
  readonly answers: Answers;
}

/** What the live rules saw and decided in this evaluation, stored already. */
export interface LiveRun {
  readonly stored: Stored;
  readonly file: FileRecord;
  readonly decided: readonly SituatedLayer[];
  readonly readings: Readings;
  readonly alarms: AlarmReadings;
}

/** Whether any layer has shadow rules. */
export function hasShadow({ layers }: Application): boolean {
  return Object.values(layers).some(({ shadow }) => shadow !== undefined);
}

/** Asks for what only shadow rules look at, apart from what the live rules ask. Undefined without shadow rules. Never throws. */
export async function gatherForShadows(
  ports: Pick<Ports, 'metrics' | 'images' | 'fleet'>,
  application: Application,
  now: Instant,
): Promise<ShadowAnswers | undefined> {
  if (!hasShadow(application)) return undefined;
  try {
    const trial = shadowMetrics(application);
    const plan = trial && collectMetrics(trial, now);
    const questions = { alarms: shadowAlarms(application), ssmParameters: [], subnetIds: [] };
    const answers = await gather(ports, { plan: plan ?? { ...nothingToAsk, from: now, until: now }, ...questions });
    return { trial, plan, answers };
  } catch (error) {
    return { trial: undefined, plan: undefined, answers: { ...noAnswers, degraded: [sayError(error)] } };
  }
}

const nothingToAsk = { calls: [], queryOf: new Map<string, never>() };
const noAnswers = {
  results: new Map<string, never>(),
  alarms: [],
  images: new Map<string, never>(),
  zones: new Map<string, never>(),
  histories: [],
};

/**
 * Decides and stores what the shadow rules would have done, after the live decisions are stored. Whatever goes wrong is returned in plain words
 * for the log, and nothing else comes of it: the live decisions stand, and the next minute brings the next try. Another evaluation that was
 * faster has decided the shadow too.
 */
export async function decideShadows(
  ports: Pick<Ports, 'table'>,
  run: LiveRun,
  asked: ShadowAnswers | undefined,
): Promise<readonly string[]> {
  if (asked === undefined) return [];
  const degraded = [...asked.answers.degraded];
  for (const live of run.decided) {
    try {
      await decideOne(ports, { run, live, asked });
    } catch (error) {
      degraded.push(`${live.decision.layer}: ${sayError(error)}`);
    }
  }
  return degraded.map((reason) => `shadow of ${run.file.application}: ${reason}`);
}

async function decideOne(
  ports: Pick<Ports, 'table'>,
  { run, live, asked }: { readonly run: LiveRun; readonly live: SituatedLayer; readonly asked: ShadowAnswers },
): Promise<void> {
  const { stored, file } = run;
  const { layer, at } = live.decision;
  const liveSettings = file.file.layers[layer];
  const settings = liveSettings && shadowSettings(liveSettings);
  if (settings === undefined) return;
  const shadow = decideShadow({
    live,
    settings,
    scene: file.file,
    before: stored.shadows.get(layer),
    readings: readingsFor(run.readings, asked, at),
    alarms: new Map([...asked.answers.alarms.map((alarm) => [alarm.name, alarm] as const), ...run.alarms]),
  });
  await ports.table.commit(file.application, { put: recordShadow(stored, shadow) });
}

function readingsFor(live: Readings, { trial, plan, answers }: ShadowAnswers, now: Instant): Readings {
  if (trial === undefined || plan === undefined) return live;
  return shadowReadings(live, trial, computeKpis(trial, plan, answers.results, now));
}

function sayError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
